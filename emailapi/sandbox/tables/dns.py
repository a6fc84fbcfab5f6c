"""The DNS records of the account's domains."""

from __future__ import annotations

from ..store import Row, Transaction, Value


def of_domain(db: Transaction, domain: str) -> int | None:
    """Return the id of what is known of a lower-case domain, or None."""
    row = db.row("SELECT id FROM dns WHERE domain = ?", domain)
    return None if row is None else row["id"]


def add(db: Transaction, domain: str, pending_host: str, pending_text: str) -> int:
    """Store a domain with its first key, and return its id."""
    return db.insert("dns", domain=domain, pending_host=pending_host, pending_text=pending_text)


def change(db: Transaction, row: Row, **facts: Value) -> None:
    """Change the records of a domain; the row has them joined."""
    db.update("dns", row["id"], **facts)


def drop_unused(db: Transaction) -> None:
    """Delete the records that belong to no domain and no signature any more."""
    db.run(
        "DELETE FROM dns WHERE NOT EXISTS (SELECT 1 FROM domains d WHERE d.dns = dns.id)"
        " AND NOT EXISTS (SELECT 1 FROM signatures s WHERE s.dns = dns.id)"
    )
