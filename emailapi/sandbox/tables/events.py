"""What happened to messages: events, and the bounces among them."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ..store import Row, Transaction

# Real bounce ids need more than 32 bits (a sample of the service is 4323372036854775807), and so do ours; they stay
# below 2**53, which is as far as JavaScript counts.
FIRST_BOUNCE_ID = 4_400_000_001


@attrs.frozen(kw_only=True)
class Bounce:
    """One bounce to be stored; the attributes are the table's."""

    message: int
    stream: int
    type: str
    email: str
    bounced_at: int
    description: str
    details: str
    content: str
    inactive: bool
    can_activate: bool


def add_events(db: Transaction, rows: Iterable[tuple[int, str, str, int, str]]) -> None:
    """Store events: message, recipient, type, instant, details as JSON."""
    db.run_all("INSERT INTO events (message, recipient, type, received_at, details) VALUES (?, ?, ?, ?, ?)", rows)


def add_bounce(db: Transaction, bounce: Bounce) -> int:
    """Store a bounce and return its id."""
    facts = attrs.asdict(bounce)
    columns, places = ", ".join(facts), ", ".join("?" * len(facts))
    following = db.number("SELECT max(coalesce(max(id), 0) + 1, ?) FROM bounces", FIRST_BOUNCE_ID)
    return db.run(f"INSERT INTO bounces (id, {columns}) VALUES (?, {places})", following, *facts.values())  # noqa: S608


def of_message(db: Transaction, message: int) -> list[Row]:
    """Return a message's events, oldest first."""
    return db.rows("SELECT recipient, type, received_at, details FROM events WHERE message = ? ORDER BY id", message)
