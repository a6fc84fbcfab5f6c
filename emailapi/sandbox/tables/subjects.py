"""
The index of subjects, by their trigrams.

Messages are indexed after the response to their request, in the order of their ids; `streams.subjects_indexed` says how
far. The subjects of those that are not indexed yet are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..store import Row, Transaction
from .messages import ids_of

# So many messages are indexed in one transaction: it takes as long as that of `words`.
_BATCH = 500
# Trigrams find nothing shorter.
SHORTEST = 3


def unindexed(stream: Row) -> range:
    """Return the ids of the messages of a stream that are not indexed yet."""
    before = ids_of(stream["key"])[0]
    return range(before + stream["subjects_indexed"] + 1, before + stream["taken"] + 1)


def index_next(db: Transaction) -> bool:
    """Index some messages of one stream; return whether there were any."""
    stream = db.row("SELECT key, subjects_indexed, taken FROM streams WHERE subjects_indexed < taken LIMIT 1")
    if stream is None:
        return False
    next_ids = unindexed(stream)[:_BATCH]
    db.run(
        "INSERT INTO subjects (rowid, subject) SELECT id, subject FROM messages WHERE id BETWEEN ? AND ?",
        next_ids[0],
        next_ids[-1],
    )
    db.run("UPDATE streams SET subjects_indexed = subjects_indexed + ? WHERE key = ?", len(next_ids), stream["key"])
    return True


def forget(db: Transaction, messages: Sequence[int]) -> None:
    """Take messages out of the index, before they are erased."""
    db.run(
        "INSERT INTO subjects (subjects, rowid, subject) SELECT 'delete', m.id, m.subject"
        " FROM json_each(?) e CROSS JOIN messages m ON m.id = e.value JOIN streams s ON s.key = m.stream"
        " WHERE m.id <= (s.key << 40) + s.subjects_indexed",
        str([*messages]),
    )


def forget_all(db: Transaction) -> None:
    """Empty the index, when all messages are erased."""
    db.run("INSERT INTO subjects (subjects) VALUES ('delete-all')")
