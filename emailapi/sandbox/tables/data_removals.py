"""Requests to forget a person."""

from __future__ import annotations

from ..store import Row, Transaction


def add(db: Transaction, *, requested_by: str, requested_for: str, notify: bool, done_at: int) -> int:
    """Store a request and return its id."""
    return db.insert(
        "data_removals", requested_by=requested_by, requested_for=requested_for, notify=notify, done_at=done_at
    )


def by_id(db: Transaction, removal: int) -> Row | None:
    """Return a request, or None."""
    return db.row("SELECT * FROM data_removals WHERE id = ?", removal)
