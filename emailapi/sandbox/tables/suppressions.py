"""Addresses that a stream no longer sends to."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Transaction


def among(db: Transaction, stream: int, addresses: Iterable[str]) -> set[str]:
    """Return which of these lower-case addresses are suppressed."""
    sql = "SELECT 1 FROM suppressions WHERE stream = ? AND address = ?"
    return {address for address in addresses if db.row(sql, stream, address)}


def exist(db: Transaction, stream: int) -> bool:
    """Return whether anybody is suppressed at all, which spares most batches a look at each address."""
    return db.row("SELECT 1 FROM suppressions WHERE stream = ? LIMIT 1", stream) is not None


def add(db: Transaction, stream: int, address: str, reason: str, origin: str, now: int) -> None:
    """Suppress an address; one that is suppressed already keeps its older reason."""
    db.run("INSERT OR IGNORE INTO suppressions VALUES (?, ?, ?, ?, ?)", stream, address, reason, origin, now)
