"""The rows of a list of messages: state, recipient, subject and time in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlencode

import attrs

from ...mime.extraction import text_of_html
from ...mime.html_tokens import Tag, Text, tokens
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
_STATES = tuple([(STATES[name], name) for name in _ORDER])
_FLAGS = (*(flag for flag, _ in _STATES), INBOUND, UNSEEN, "has:attachment")
_SNIPPET = 140
# So many characters of a text, or of the text in HTML with its entities, are read for a snippet.
_READ, _READ_OF_HTML = 4 * _SNIPPET, 2_000


@attrs.frozen(kw_only=True)
class MessageRow:
    """
    A row.

    Attributes:
        id: The id of the message.
        href: The path of its page, with the search that leads back to the list.
        key: A text that changes with the row.
        kind: The class of the state, and `words` its name.
        to: The first recipient, and `others` the number of further ones.
        opens: How often it was opened.
        unseen: Whether the message was never looked at.
    """

    id: str
    href: str
    key: str
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


def _state(flags: set[str], bounce: str | None) -> tuple[str, str]:
    if INBOUND in flags:
        return "received", "Received"
    kind = next((name for flag, name in _STATES if flag in flags), "queued")
    if kind == "bounced" and bounce in BOUNCE_TYPES:
        return kind, BOUNCE_TYPES[bounce].name
    return kind, _ORDER[kind]


def _snippet(row: Row) -> str:
    text = row["text"] or (text_of_html([*_beginning(row["html"])]) if row["html"] else "")
    return " ".join(text[:_READ].split())[:_SNIPPET]


def _beginning(html: str) -> Iterator[Tag | Text]:
    """Yield the tokens of HTML as far as a snippet is made of them."""
    length = 0
    for token in tokens(html):
        yield token
        length += len(token.text.strip()) if isinstance(token, Text) and not token.raw else 0
        if length > _READ_OF_HTML:
            return


def rows_of(db: Transaction, ids: Sequence[int], times: Times, base: str, search: str = "") -> list[MessageRow]:
    """
    Return the rows of messages, in this order.

    Args:
        db: The transaction.
        ids: Their ids in the database.
        times: Words for their instants.
        base: The path of the server's pages.
        search: The search that leads back to the list.
    """
    flags, bounces, opens = (
        list_rows.flags_of(db, ids, _FLAGS),
        list_rows.bounce_types(db, ids),
        list_rows.opens(db, ids),
    )
    path = (f"{base}/m/", f"?{urlencode({'q': search})}" if search else "")
    return [
        _row(row, flags[row["id"]], bounces.get(row["id"]), opens.get(row["id"], 0), times, path)
        for row in list_rows.heads(db, ids)
    ]


def _row(row: Row, flags: set[str], bounce: str | None, opens: int, times: Times, path: tuple[str, str]) -> MessageRow:
    kind, words = _state(flags, bounce)
    recipients = shown_of(row)["recipients"]
    when = moment(row["received_at"])
    time, unseen = times.words(when), UNSEEN in flags
    return MessageRow(
        id=row["uuid"],
        href=f"{path[0]}{row['uuid']}{path[1]}",
        key=f"{words} {unseen:d} {opens} {time.short}",
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
        time=time,
        received_at=when,
        unseen=unseen,
    )
