"""Metadata that messages are searched by, and how many messages have metadata of each name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..store import Transaction

# (stream, name in lower case, value, when the message came, its id)
Pair = tuple[int, str, str, int, int]

_ADD = """
    INSERT INTO metadata_names VALUES (?, ?, ?)
    ON CONFLICT (stream, name) DO UPDATE SET messages = messages + excluded.messages
"""


def store(db: Transaction, pairs: Sequence[Pair]) -> None:
    """Add the metadata of messages."""
    db.run_all("INSERT INTO metadata VALUES (?, ?, ?, ?, ?)", pairs)
    _add(db, pairs, 1)


def forget(db: Transaction, pairs: Sequence[Pair]) -> None:
    """Remove the metadata of messages."""
    db.run_all(
        "DELETE FROM metadata WHERE stream = ? AND name = ? AND value = ? AND received_at = ? AND message = ?", pairs
    )
    _add(db, pairs, -1)
    names = {pair[:2] for pair in pairs}
    db.run_all("DELETE FROM metadata_names WHERE stream = ? AND name = ? AND messages = 0", [*names])


def messages_with(db: Transaction, stream: int, name: str) -> int:
    """Return how many messages have metadata of a name in lower case."""
    return db.number(
        "SELECT coalesce(sum(messages), 0) FROM metadata_names WHERE stream = ? AND name = ?", stream, name
    )


def _add(db: Transaction, pairs: Sequence[Pair], sign: int) -> None:
    counts = Counter([pair[:2] for pair in pairs])
    db.run_all(_ADD, [(stream, name, sign * count) for (stream, name), count in counts.items()])
