"""Bulk requests: what was accepted, and how many of its messages were sent."""

from __future__ import annotations

from ..store import Row, Transaction


def add(db: Transaction, server: int, *, uuid: str, subject: str, submitted_at: int, total: int, released: int) -> None:
    """Store a request."""
    db.insert(
        "bulk_requests",
        server=server,
        uuid=uuid,
        subject=subject,
        submitted_at=submitted_at,
        total=total,
        released=released,
    )


def by_uuid(db: Transaction, server: int, uuid: str) -> Row | None:
    """Return a request of a server, or None."""
    return db.row("SELECT * FROM bulk_requests WHERE uuid = ? AND server = ?", uuid.lower(), server)


def page(db: Transaction, server: int, before: int | None, count: int) -> list[Row]:
    """Return the newest requests of a server with a key below `before`, at most `count`."""
    return db.rows(
        "SELECT * FROM bulk_requests WHERE server = ? AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?",
        server,
        before,
        before,
        count,
    )
