"""Addresses that a stream no longer sends to."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Row, Transaction

_LISTED = """
    SELECT * FROM suppressions
    WHERE stream = :stream AND (:reason IS NULL OR reason = :reason) AND (:origin IS NULL OR origin = :origin)
        AND (:address IS NULL OR address = :address)
        AND (:since IS NULL OR created_at >= :since) AND (:before IS NULL OR created_at < :before)
    ORDER BY created_at DESC, address
"""


def among(db: Transaction, stream: int, addresses: Iterable[str]) -> set[str]:
    """Return which of these lower-case addresses are suppressed."""
    return {address for address in addresses if reason(db, stream, address)}


def reason(db: Transaction, stream: int, address: str) -> str | None:
    """Return why a lower-case address is suppressed, or None when it is not."""
    row = db.row("SELECT reason FROM suppressions WHERE stream = ? AND address = ?", stream, address)
    return None if row is None else str(row["reason"])


def exist(db: Transaction, stream: int) -> bool:
    """Return whether anybody is suppressed at all, which spares most batches a look at each address."""
    return db.row("SELECT 1 FROM suppressions WHERE stream = ? LIMIT 1", stream) is not None


def add(db: Transaction, stream: int, address: str, reason: str, origin: str, now: int) -> bool:
    """Suppress an address; return False for one that is suppressed already, which keeps its older reason."""
    return db.changes("INSERT OR IGNORE INTO suppressions VALUES (?, ?, ?, ?, ?)", stream, address, reason, origin, now)


def lift(db: Transaction, stream: int, address: str) -> bool:
    """Send to an address again, which activates its bounces, too; return whether it was suppressed."""
    lifted = db.changes("DELETE FROM suppressions WHERE stream = ? AND address = ?", stream, address)
    db.run("UPDATE bounces SET inactive = 0 WHERE stream = ? AND email = ? AND inactive = 1", stream, address)
    return lifted


def listed(
    db: Transaction,
    stream: int,
    *,
    reason: str | None,
    origin: str | None,
    address: str | None,
    since: int | None,
    before: int | None,
) -> list[Row]:
    """Return a stream's suppressions, or those that match, newest first."""
    return db.named(_LISTED, stream=stream, reason=reason, origin=origin, address=address, since=since, before=before)


def count(db: Transaction, server: int) -> int:
    """Return how many addresses are suppressed on any stream of a server."""
    return db.number(
        "SELECT count(DISTINCT p.address) FROM streams s JOIN suppressions p ON p.stream = s.key WHERE s.server = ?",
        server,
    )
