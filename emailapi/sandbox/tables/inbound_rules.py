"""Senders whose inbound messages are blocked."""

from __future__ import annotations

from ..store import Row, Transaction


def page(db: Transaction, server: int, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many rules a server has, and a page of them, newest first."""
    total = db.number("SELECT count(*) FROM inbound_rules WHERE server = ?", server)
    rows = db.rows(
        "SELECT * FROM inbound_rules WHERE server = ? ORDER BY id DESC LIMIT ? OFFSET ?", server, count, offset
    )
    return total, rows


def exists(db: Transaction, server: int, rule: str) -> bool:
    """Return whether a server has a rule, in any case of letters."""
    return db.row("SELECT 1 FROM inbound_rules WHERE server = ? AND rule = ?", server, rule) is not None


def add(db: Transaction, server: int, rule: str) -> int:
    """Store a rule and return its id."""
    return db.run("INSERT INTO inbound_rules (server, rule) VALUES (?, ?)", server, rule)


def by_id(db: Transaction, server: int, rule_id: int) -> Row | None:
    """Return a rule of this server, or None."""
    return db.row("SELECT * FROM inbound_rules WHERE server = ? AND id = ?", server, rule_id)


def delete(db: Transaction, rule_id: int) -> None:
    """Remove a rule."""
    db.run("DELETE FROM inbound_rules WHERE id = ?", rule_id)
