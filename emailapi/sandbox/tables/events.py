"""What happened to messages."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Row, Transaction


def add_events(db: Transaction, rows: Iterable[tuple[int, str, str, int, str]]) -> None:
    """Store events: message, recipient, type, instant, details as JSON."""
    db.run_all("INSERT INTO events (message, recipient, type, received_at, details) VALUES (?, ?, ?, ?, ?)", rows)


def of_message(db: Transaction, message: int) -> list[Row]:
    """Return a message's events, oldest first."""
    return db.rows("SELECT recipient, type, received_at, details FROM events WHERE message = ? ORDER BY id", message)
