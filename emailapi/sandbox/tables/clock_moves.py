"""Where the clock was moved on by hand."""

from __future__ import annotations

from ..store import Row, Transaction

# Shorter ones are not seen in a list of messages; of the others, so many are kept.
_LEAST = 1_000_000
_MOST = 1_000


def add(db: Transaction, started_at: int, ended_at: int) -> None:
    """Store a move; the oldest ones beyond the limit are erased."""
    if ended_at - started_at < _LEAST:
        return
    number = db.insert("clock_moves", started_at=started_at, ended_at=ended_at)
    db.run("DELETE FROM clock_moves WHERE id <= ?", number - _MOST)


def between(db: Transaction, first: int, last: int) -> list[Row]:
    """Return the moves that ended after one instant, and not after another, oldest first."""
    return db.rows("SELECT * FROM clock_moves WHERE ended_at > ? AND ended_at <= ? ORDER BY id", first, last)


def clear(db: Transaction) -> None:
    """Forget all moves."""
    db.run("DELETE FROM clock_moves")
