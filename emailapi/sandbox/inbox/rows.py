"""The rows of a list of messages: state, recipient, subject and time in words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import attrs

from ...mime.extraction import text_of_html
from ..events import BOUNCE_TYPES
from ..instants import moment
from ..store import Row, Transaction
from ..tables import list_rows
from ..tables.messages import shown_of
from ..tables.words import INBOUND, STATES, UNSEEN
from .parts import short
from .times import Instant, Times

# The worst state of a message's recipients is shown: the first of these that it has.
_ORDER = {
    "bounced": "Bounced",
    "complained": "Complaint",
    "delayed": "Delayed",
    "suppressed": "Suppressed",
    "queued": "Queued",
    "clicked": "Clicked",
    "opened": "Opened",
    "delivered": "Delivered",
}
_FLAGS = (*(STATES[name] for name in _ORDER), INBOUND, UNSEEN, "has:attachment")
_SNIPPET = 140


@attrs.frozen(kw_only=True)
class MessageRow:
    """
    A row.

    Attributes:
        id: The id of the message.
        key: A text that changes with the row.
        kind: The class of the state, and `words` its name.
        to: The first recipient, and `others` the number of further ones.
        opens: How often it was opened.
        unseen: Whether the message was never looked at.
        search: The search that leads back to the list, as a query of a URL.
    """

    id: str
    kind: str
    words: str
    to: str
    others: int
    subject: str
    snippet: str
    tag: str
    files: bool
    via: str
    opens: int
    time: Instant
    received_at: datetime
    unseen: bool
    search: str
    key: str = ""


def _state(flags: set[str], bounce: str | None) -> tuple[str, str]:
    if INBOUND in flags:
        return "received", "Received"
    kind = next((name for name in _ORDER if STATES[name] in flags), "queued")
    if kind == "bounced" and bounce in BOUNCE_TYPES:
        return kind, BOUNCE_TYPES[bounce].name
    return kind, _ORDER[kind]


def _snippet(row: Row) -> str:
    text = row["text"] or (text_of_html(row["html"]) if row["html"] else "")
    return " ".join(text[: 4 * _SNIPPET].split())[:_SNIPPET]


def rows_of(db: Transaction, ids: Sequence[int], times: Times, search: str = "") -> list[MessageRow]:
    """Return the rows of messages, by their ids in the database and in this order."""
    flags, bounces, opens = (
        list_rows.flags_of(db, ids, _FLAGS),
        list_rows.bounce_types(db, ids),
        list_rows.opens(db, ids),
    )
    query = f"?{urlencode({'q': search})}" if search else ""
    return [
        _row(row, flags[row["id"]], bounces.get(row["id"]), opens.get(row["id"], 0), times, query)
        for row in list_rows.heads(db, ids)
    ]


def _row(row: Row, flags: set[str], bounce: str | None, opens: int, times: Times, search: str) -> MessageRow:
    kind, words = _state(flags, bounce)
    recipients = shown_of(row)["recipients"]
    when = moment(row["received_at"])
    made = MessageRow(
        id=row["uuid"],
        kind=kind,
        words=words,
        to=short(recipients[0]) if recipients else "",
        others=max(len(recipients) - 1, 0),
        subject=short(row["subject"]),
        snippet=_snippet(row),
        tag=short(row["tag"] or ""),
        files="has:attachment" in flags,
        via=row["via"],
        opens=opens,
        time=times.words(when),
        received_at=when,
        unseen=UNSEEN in flags,
        search=search,
    )
    key = hashlib.blake2b(f"{words} {made.unseen} {opens} {made.time.short}".encode(), digest_size=6).hexdigest()
    return attrs.evolve(made, key=key)
