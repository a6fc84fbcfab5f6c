"""Inbound messages: what they have beside the other messages, and their lists."""

from __future__ import annotations

import attrs

from ..store import Row, Transaction
from .paging import given, page

_SHOWN = (
    "SELECT m.id, m.uuid, m.status, m.stream, m.received_at, s.id AS stream_id, s.server, c.text_body, c.html_body,"
    " i.mailbox_hash, i.blocked_reason, i.reply_text, i.parts"
    " FROM messages m JOIN streams s ON s.key = m.stream JOIN inbound i ON i.message = m.id"
    " JOIN contents c ON c.message = m.id"
)
_CONDITIONS = {
    "recipient": (
        "EXISTS (SELECT 1 FROM recipients r WHERE r.stream = m.stream AND r.address = :recipient"
        " AND r.received_at = m.received_at AND r.message = m.id)"
    ),
    "sender": "m.sender_address = :sender",
    "tag": "m.tag = :tag",
    "subject": "holds(m.subject, :subject)",
    "mailbox_hash": "i.mailbox_hash = :mailbox_hash",
    "status": "m.status = :status",
    "since": "m.received_at >= :since",
    "before": "m.received_at < :before",
}


@attrs.frozen(kw_only=True)
class InboundSearch:
    """
    What inbound messages are looked for; None means any.

    Attributes:
        server: The server's id.
        recipient: The whole address that received it, as is `sender`.
        subject: Any part of a subject.
        since: The first instant, and `before` the first one behind the range.
    """

    server: int
    recipient: str | None = None
    sender: str | None = None
    tag: str | None = None
    subject: str | None = None
    mailbox_hash: str | None = None
    status: str | None = None
    since: int | None = None
    before: int | None = None


def add(
    db: Transaction, message: int, status: str, *, mailbox_hash: str, blocked_reason: str, reply_text: str, parts: str
) -> None:
    """Store what an inbound message has beside the others, and its status."""
    db.insert(
        "inbound",
        message=message,
        mailbox_hash=mailbox_hash,
        blocked_reason=blocked_reason,
        reply_text=reply_text,
        parts=parts,
    )
    set_status(db, message, status)


def set_status(db: Transaction, message: int, status: str) -> None:
    """Store what has become of a message."""
    db.update("messages", message, status=status)


def by_uuid(db: Transaction, server: int, uuid: str) -> Row | None:
    """Return an inbound message of this server with its contents, or None."""
    return db.row(f"{_SHOWN} WHERE m.uuid = ? AND s.server = ?", uuid.lower(), server)


def search(db: Transaction, wanted: InboundSearch, *, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many messages match, and a page of them, newest first."""
    asked = given(wanted)
    for name in ("recipient", "sender"):
        if name in asked:
            asked[name] = str(asked[name]).lower()
    conditions = ["s.server = :server", "s.type = 'Inbound'"]
    matching = (
        "FROM streams s CROSS JOIN messages m ON m.stream = s.key JOIN inbound i ON i.message = m.id WHERE "
        + " AND ".join([*conditions, *(text for name, text in _CONDITIONS.items() if name in asked)])
    )
    return page(db, _SHOWN, matching, "m.id", "m.received_at DESC, m.id DESC", asked, count=count, offset=offset)
