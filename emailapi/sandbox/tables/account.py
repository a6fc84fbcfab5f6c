"""The account: its token, what it may do, and the settings of the sandbox itself."""

from __future__ import annotations

import secrets
import uuid

from ..arguments import check_flag
from ..store import Row, Transaction


def found(db: Transaction) -> None:
    """Give a new database its account."""
    db.insert("account", id=1, token=str(uuid.uuid4()))
    db.insert("sandbox", id=1, secret=secrets.token_bytes(32))


def _account(db: Transaction) -> Row:
    row = db.row("SELECT * FROM account")
    assert row is not None  # noqa: S101 - `found` stands in the same transaction as the table
    return row


def token(db: Transaction) -> str:
    """Return the token of the account."""
    return str(_account(db)["token"])


def may_delete_servers(db: Transaction) -> bool:
    """Return whether servers can be deleted by the API."""
    return bool(_account(db)["delete_servers"])


def may_remove_data(db: Transaction) -> bool:
    """Return whether data removals can be asked for."""
    return bool(_account(db)["remove_data"])


def allow(db: Transaction, **permissions: bool | None) -> None:
    """
    Store what the account may do, by the names of the columns; what is None stays.

    Raises:
        InvalidArgument: A permission is neither True, False nor None.
    """
    for permission, allowed in permissions.items():
        if allowed is not None:
            check_flag(allowed, permission)
            db.update("account", 1, **{permission: allowed})


def clock_offset(db: Transaction) -> int:
    """Return by how many microseconds the clock is ahead."""
    return db.number("SELECT clock_offset FROM sandbox")


def keep_clock_offset(db: Transaction, offset: int) -> None:
    """Store by how many microseconds the clock is ahead."""
    db.update("sandbox", 1, clock_offset=offset)


def secret(db: Transaction) -> bytes:
    """Return the key of the tracking links."""
    row = db.row("SELECT secret FROM sandbox")
    assert row is not None  # noqa: S101 - `found` stands in the same transaction as the table
    return bytes(row["secret"])
