"""Messages that came by SMTP, until they are read; and the messages as they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..store import Row, Transaction, Value

_INSERT = "INSERT INTO arrivals (uuid, server, received_at, sender, recipients, content) VALUES (?, ?, ?, ?, ?, ?)"
# A batch ends after so many bytes, if not before.
_BYTES = 16_000_000


def add(db: Transaction, rows: Iterable[Sequence[Value]]) -> None:
    """Store messages: id at the service, server, instant, sender, recipients as JSON, content."""
    db.run_all(_INSERT, rows)


def count(db: Transaction) -> int:
    """Return how many messages wait to be read."""
    return db.number("SELECT count(*) FROM arrivals WHERE NOT broken")


def first(db: Transaction, limit: int) -> list[Row]:
    """Return the messages that came first, fewer if they are large."""
    sizes = db.rows("SELECT id, length(content) AS size FROM arrivals WHERE NOT broken ORDER BY id LIMIT ?", limit)
    taken, size = 0, 0
    for row in sizes:
        size += row["size"]
        taken += 1
        if size > _BYTES:
            break
    return db.rows("SELECT * FROM arrivals WHERE NOT broken ORDER BY id LIMIT ?", taken)


def remove(db: Transaction, ids: Iterable[int]) -> None:
    """Remove messages that have been taken in."""
    db.run_all("DELETE FROM arrivals WHERE id = ?", [(each,) for each in ids])


def set_aside(db: Transaction, arrival: int) -> None:
    """Keep a message that cannot be taken in, and read it no more."""
    db.run("UPDATE arrivals SET broken = 1 WHERE id = ?", arrival)


def source(db: Transaction, message: int) -> bytes | None:
    """Return a message as it came; None for one that was sent by the API."""
    row = db.row("SELECT content FROM sources WHERE message = ?", message)
    return None if row is None else bytes(row["content"])
