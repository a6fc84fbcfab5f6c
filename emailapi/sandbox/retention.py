"""Retention: messages are kept for a limited time, and so are those of archived streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from .store import Row, Store, Transaction
from .tables import erasing, messages, streams

# How long the service keeps a message with its events (contract section 2.11).
KEPT = timedelta(days=45) // timedelta(microseconds=1)
# So many messages are erased in one transaction: a request waits for one of them, at most.
_PAGE = 100
# Between two of them, so that a thread which waits for the database gets it.
_PAUSE = 0.001

_Find = Callable[[Transaction], Sequence[Row]]


def sweep(store: Store, now: int) -> None:
    """Erase the messages that are too old, in pieces that no request waits for; statistics and suppressions stay."""
    _erase_all(store, lambda db: messages.older_than(db, now - KEPT, _PAGE))
    with store.transaction(writing=False) as db:
        purged = streams.purged(db, now)
    for stream in purged:
        _erase_all(store, lambda db, stream=stream: messages.of_stream(db, stream, _PAGE))  # type: ignore[misc]


def _erase_all(store: Store, find: _Find) -> None:
    with store.transaction(writing=False) as db:
        more = bool(find(db))
    while more:
        with store.transaction() as db:
            found = find(db)
            erasing.erase(db, found)
        more = len(found) == _PAGE
        time.sleep(_PAUSE)
