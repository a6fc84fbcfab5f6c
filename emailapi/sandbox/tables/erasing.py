"""Erasing messages, with everything that they are searched by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..store import Row, Transaction
from . import metadata, subjects, words
from .messages import shown_of

# The tables whose rows belong to messages.
OF_MESSAGES = (
    "contents",
    "attachments",
    "events",
    "queue",
    "skipped",
    "opens",
    "clicks",
    "bounces",
    "templated",
    "sources",
    "inbound",
)
# The tables with a column for the stream, which no reference empties.
_BY_STREAM = ("recipients", "metadata", "metadata_names", "messages")


def erase(db: Transaction, rows: Sequence[Row]) -> None:
    """Remove messages with their contents and events; statistics still count them."""
    removed = [row["id"] for row in rows]
    words.forget(db, removed)
    subjects.forget(db, removed)
    recipients: list[tuple[int, str, int, int]] = []
    pairs: list[metadata.Pair] = []
    for row in rows:
        shown = shown_of(row)
        recipients += [(row["stream"], email.lower(), row["received_at"], row["id"]) for email in shown["recipients"]]
        pairs += [
            (row["stream"], name.lower(), value, row["received_at"], row["id"])
            for name, value in shown["metadata"].items()
        ]
    db.run_all(
        "DELETE FROM recipients WHERE stream = ? AND address = ? AND received_at = ? AND message = ?", recipients
    )
    metadata.forget(db, pairs)
    db.run_all("DELETE FROM messages WHERE id = ?", [(message,) for message in removed])
    counts = Counter(row["stream"] for row in rows)
    db.run_all("UPDATE streams SET erased = erased + ? WHERE key = ?", [(n, stream) for stream, n in counts.items()])


def erase_stream(db: Transaction, stream: int) -> None:
    """Remove all messages of a stream."""
    removed = [row["id"] for row in db.rows("SELECT id FROM messages WHERE stream = ?", stream)]
    words.forget(db, removed)
    subjects.forget(db, removed)
    for table in _BY_STREAM:
        db.run(f"DELETE FROM {table} WHERE stream = ?", stream)  # noqa: S608
    db.run("UPDATE streams SET erased = taken WHERE key = ?", stream)


def erase_all(db: Transaction) -> None:
    """Remove all messages, and the bulk requests that they came from."""
    db.run("DELETE FROM bulk_requests")
    words.forget_all(db)
    subjects.forget_all(db)
    for table in _BY_STREAM:
        db.run(f"DELETE FROM {table}")  # noqa: S608
    db.run("UPDATE streams SET indexed = taken, subjects_indexed = taken, erased = taken")


def erase_at_once(db: Transaction) -> None:
    """
    Remove all messages, as `erase_all`, in a transaction that does not enforce references.

    SQLite empties a table in one step if no reference and no trigger makes it look at each row.
    """
    for table in OF_MESSAGES:
        db.run(f"DELETE FROM {table}")  # noqa: S608
    triggers = db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'messages'")
    for row in triggers:
        db.run(f"DROP TRIGGER {row['name']}")
    erase_all(db)
    for row in triggers:
        db.run(row["sql"])
