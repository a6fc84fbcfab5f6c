"""Single addresses that the account sends from."""

from __future__ import annotations

from ..store import Row, Transaction, Value

_SELECT = (
    "SELECT n.*, s.id AS signature_id, s.email_address, s.name, s.reply_to, s.note, s.confirmed"
    " FROM signatures s JOIN dns n ON n.id = s.dns"
)


def add(db: Transaction, dns: int, email_address: str, **settings: Value) -> int:
    """Store a signature and return its id."""
    return db.insert("signatures", dns=dns, email_address=email_address, **settings)


def change(db: Transaction, signature: int, **settings: Value) -> None:
    """Store what a signature is set to."""
    db.update("signatures", signature, **settings)


def delete(db: Transaction, signature: int) -> None:
    """Remove a signature."""
    db.run("DELETE FROM signatures WHERE id = ?", signature)


def by_id(db: Transaction, signature: int) -> Row | None:
    """Return a signature with its DNS, or None."""
    return db.row(f"{_SELECT} WHERE s.id = ?", signature)


def by_address(db: Transaction, email_address: str) -> Row | None:
    """Return the signature of an address, in any case of letters, with its DNS, or None."""
    return db.row(f"{_SELECT} WHERE s.email_address = ?", email_address)


def page(db: Transaction, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many signatures there are, and a page of them, newest first."""
    total = db.number("SELECT count(*) FROM signatures")
    return total, db.rows(f"{_SELECT} ORDER BY s.id DESC LIMIT ? OFFSET ?", count, offset)
