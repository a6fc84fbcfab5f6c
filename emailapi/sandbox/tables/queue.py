"""Recipients whose email waits in the queue, and those that it was not sent to."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Row, Transaction


def add(db: Transaction, rows: Iterable[tuple[int, str, int | None]]) -> None:
    """Let emails wait: message, recipient, and the instant of the delivery, or None."""
    db.run_all("INSERT OR REPLACE INTO queue (message, recipient, due_at) VALUES (?, ?, ?)", rows)


def mark_queued(db: Transaction, messages: Iterable[int]) -> None:
    """Let messages count as queued."""
    db.run_all("UPDATE messages SET status = 'Queued' WHERE id = ?", [(message,) for message in messages])


def skip(db: Transaction, rows: Iterable[tuple[int, str]]) -> None:
    """Store message and recipient of emails that were not sent, since the recipient was suppressed."""
    db.run_all("INSERT OR IGNORE INTO skipped (message, recipient) VALUES (?, ?)", rows)


def skipped(db: Transaction, message: int) -> set[str]:
    """Return the recipients that a message was not sent to."""
    return {row["recipient"] for row in db.rows("SELECT recipient FROM skipped WHERE message = ?", message)}


def waiting(db: Transaction, message: int) -> set[str]:
    """Return the recipients for whom a message is in the queue."""
    return {row["recipient"] for row in db.rows("SELECT recipient FROM queue WHERE message = ?", message)}


def take_out(db: Transaction, message: int, recipient: str) -> None:
    """Take a recipient out of the queue; after the last one the message counts as sent."""
    db.run("DELETE FROM queue WHERE message = ? AND recipient = ?", message, recipient)
    db.run(
        "UPDATE messages SET status = 'Sent' WHERE id = ? AND status = 'Queued'"
        " AND NOT EXISTS (SELECT 1 FROM queue WHERE message = ?)",
        message,
        message,
    )


def next_due(db: Transaction) -> int | None:
    """Return the instant of the next delivery, or None."""
    row = db.row("SELECT min(due_at) AS due FROM queue WHERE due_at IS NOT NULL")
    return None if row is None else row["due"]


def due(db: Transaction, now: int) -> list[Row]:
    """Return up to 500 deliveries that are due: message, stream, tag, recipient; those due first stand first."""
    return db.rows(
        "SELECT q.message, q.recipient, m.stream, m.tag FROM queue q JOIN messages m ON m.id = q.message"
        " WHERE q.due_at IS NOT NULL AND q.due_at <= ? ORDER BY q.due_at, q.message LIMIT 500",
        now,
    )
