"""Domains that the account sends from."""

from __future__ import annotations

from ..store import Row, Transaction

_SELECT = "SELECT n.*, d.id AS domain_id FROM domains d JOIN dns n ON n.id = d.dns"


def add(db: Transaction, dns: int) -> int:
    """Store a domain and return its id."""
    return db.insert("domains", dns=dns)


def delete(db: Transaction, domain: int) -> None:
    """Remove a domain."""
    db.run("DELETE FROM domains WHERE id = ?", domain)


def by_id(db: Transaction, domain: int) -> Row | None:
    """Return a domain with its DNS, or None."""
    return db.row(f"{_SELECT} WHERE d.id = ?", domain)


def with_dns(db: Transaction, dns: int) -> bool:
    """Return whether these records are a domain's of the account, not only a signature's."""
    return db.row("SELECT 1 FROM domains WHERE dns = ?", dns) is not None


def page(db: Transaction, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many domains there are, and a page of them, newest first."""
    total = db.number("SELECT count(*) FROM domains")
    return total, db.rows(f"{_SELECT} ORDER BY d.id DESC LIMIT ? OFFSET ?", count, offset)
