"""Retention: messages are kept for a limited time, and so are those of archived streams."""

from __future__ import annotations

from datetime import timedelta

from .store import Store
from .tables import erasing, messages, streams

# How long the service keeps a message with its events (contract section 2.11).
KEPT = timedelta(days=45) // timedelta(microseconds=1)


def sweep(store: Store, now: int) -> None:
    """Erase the messages that are too old, in pieces that no request waits for; statistics and suppressions stay."""
    while _exist(store, now):
        with store.transaction() as db:
            erasing.erase(db, messages.older_than(db, now - KEPT))
    with store.transaction(writing=False) as db:
        purged = streams.purged(db, now)
    for stream in purged:
        with store.transaction() as db:
            erasing.erase_stream(db, stream)


def _exist(store: Store, now: int) -> bool:
    with store.transaction(writing=False) as db:
        return bool(messages.older_than(db, now - KEPT))
