"""Bounces: what came back, newest first."""

from __future__ import annotations

import attrs

from ..store import Row, Transaction
from .paging import given, page

# Real bounce ids need more than 32 bits (a sample of the service is 4323372036854775807), and so do ours; they stay
# below 2**53, which is as far as JavaScript counts.
FIRST_ID = 4_400_000_001

_SHOWN = (
    "SELECT b.*, s.id AS stream_id, m.uuid, m.tag, m.subject, m.sender FROM bounces b"
    " JOIN messages m ON m.id = b.message JOIN streams s ON s.key = b.stream"
)

_CONDITIONS = {
    "type": "b.type = :type",
    "inactive": "b.inactive = :inactive",
    "email": "holds(b.email, :email)",
    "tag": "m.tag = :tag",
    "message_id": "m.uuid = :message_id",
    "since": "b.bounced_at >= :since",
    "before": "b.bounced_at < :before",
}


@attrs.frozen(kw_only=True)
class Bounce:
    """
    One bounce to be stored; the attributes are the table's.

    Attributes:
        id: A number from `next_id`; with 0 `add` takes it.
        inactive: Whether it suppressed its address, and the address is suppressed still.
    """

    id: int = 0
    message: int
    stream: int
    type: str
    email: str
    bounced_at: int
    description: str
    details: str
    content: str = attrs.field(repr=False)
    inactive: bool
    can_activate: bool


@attrs.frozen(kw_only=True)
class BounceSearch:
    """
    What bounces are looked for; None means any.

    Attributes:
        stream: The stream's key.
        email: Any part of an address.
        message_id: The message's id in the service.
        since: The first instant, and `before` the first one behind the range.
    """

    stream: int
    type: str | None = None
    inactive: bool | None = None
    email: str | None = None
    tag: str | None = None
    message_id: str | None = None
    since: int | None = None
    before: int | None = None


def next_id(db: Transaction) -> int:
    """Return the id of the next bounce."""
    return db.number("SELECT max(coalesce(max(id), 0) + 1, ?) FROM bounces", FIRST_ID)


def add(db: Transaction, bounce: Bounce) -> int:
    """Store a bounce, and return its id."""
    return db.insert("bounces", **{**attrs.asdict(bounce), "id": bounce.id or next_id(db)})


def search(db: Transaction, wanted: BounceSearch, *, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many bounces match, and a page of them, newest first."""
    asked = given(wanted)
    table, stream = "bounces b", "b.stream = :stream"
    if wanted.tag is not None or wanted.message_id is not None:
        # The few messages first: SQLite would rather go through all bounces in the order that is asked for.
        table, stream = "messages m CROSS JOIN bounces b ON b.message = m.id", "m.stream = :stream"
    conditions = [stream, *(condition for name, condition in _CONDITIONS.items() if name in asked)]
    matching = f"FROM {table} WHERE {' AND '.join(conditions)}"
    return page(db, _SHOWN, matching, "b.id", "b.bounced_at DESC, b.id DESC", asked, count=count, offset=offset)


def by_id(db: Transaction, server: int, bounce_id: int) -> Row | None:
    """Return a bounce of this server as `search` does, or None."""
    return db.row(f"{_SHOWN} WHERE b.id = ? AND s.server = ?", bounce_id, server)


def counts(db: Transaction, server: int) -> dict[str, int]:
    """Return how many bounces of each type a server has."""
    rows = db.rows(
        "SELECT b.type, count(*) AS count FROM streams s JOIN bounces b ON b.stream = s.key"
        " WHERE s.server = ? GROUP BY b.type",
        server,
    )
    return {row["type"]: row["count"] for row in rows}


def of_message(db: Transaction, message: int, since: int) -> list[Row]:
    """Return the bounces of a message, oldest first; the text of one that came before an instant is empty."""
    return db.rows(
        "SELECT id, type, email, bounced_at, inactive, CASE WHEN bounced_at > ? THEN content ELSE '' END AS content"
        " FROM bounces WHERE message = ? ORDER BY id",
        since,
        message,
    )
