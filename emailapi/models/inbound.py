"""Mail that came in."""

from __future__ import annotations

from datetime import date as day
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class InboundStatus(StrEnum):
    """Where an inbound message is in the service."""

    BLOCKED = "Blocked"
    PROCESSED = "Processed"
    QUEUED = "Queued"
    FAILED = "Failed"
    SCHEDULED = "Scheduled"


@attrs.frozen(kw_only=True)
class InboundAddress:
    """
    An address of an inbound message.

    Attributes:
        email: The address.
        name: The name before it.
        mailbox_hash: What stands behind a `+` in its local part.
    """

    email: str = ""
    name: str = ""
    mailbox_hash: str = ""


@attrs.frozen(kw_only=True)
class InboundAttachment:
    """
    A file of an inbound message, without its content.

    Attributes:
        name: Its name.
        content_id: What HTML refers to it by.
        content_type: Its MIME type.
        content_length: Its size in bytes.
    """

    name: str = ""
    content_id: Annotated[str, Wire("ContentID")] = ""
    content_type: str = ""
    content_length: int = 0


@attrs.frozen(kw_only=True)
class InboundHeader:
    """
    A header of an inbound message.

    Attributes:
        name: Its name.
        value: Its text, whatever was sent.
    """

    name: str = ""
    value: str = ""


@attrs.frozen(kw_only=True)
class InboundMessage:
    """
    One message that came in.

    Attributes:
        message_id: The service's id; the sender's own Message-ID is in the headers.
        message_stream: The inbound stream.
        sender: The From header.
        sender_name: The name in it.
        sender_full: The same in parts.
        to: The To header.
        to_full: The same in parts.
        cc: The Cc header.
        cc_full: The same in parts.
        bcc: The Bcc header, where it was there to be seen.
        bcc_full: The same in parts.
        reply_to: Where answers go.
        original_recipient: The address of ours it was sent to.
        subject: Its subject.
        date: The Date header, as the sender wrote it.
        mailbox_hash: What stands behind a `+` in our address.
        tag: Its tag.
        attachments: Its files, without content.
        status: Where it is in the service.
    """

    message_id: Annotated[str, Wire("MessageID")] = ""
    message_stream: str = ""
    sender: Annotated[str, Wire("From")] = ""
    sender_name: Annotated[str, Wire("FromName")] = ""
    sender_full: Annotated[InboundAddress, Wire("FromFull")] = attrs.field(factory=InboundAddress)
    to: str = ""
    to_full: tuple[InboundAddress, ...] = ()
    cc: str = ""
    cc_full: tuple[InboundAddress, ...] = ()
    bcc: str = ""
    bcc_full: tuple[InboundAddress, ...] = ()
    reply_to: str = ""
    original_recipient: str = ""
    subject: str = ""
    date: str = ""
    mailbox_hash: str = ""
    tag: str = ""
    attachments: tuple[InboundAttachment, ...] = ()
    status: InboundStatus | str = ""


@attrs.frozen(kw_only=True)
class InboundDetails(InboundMessage):
    """
    One message that came in, with its content.

    Attributes:
        text_body: The plain version.
        html_body: The HTML version.
        stripped_text_reply: The answer without what it quotes, where that could be told.
        headers: Its headers.
        blocked_reason: Why it was blocked, if it was.
    """

    text_body: str = attrs.field(default="", repr=False)
    html_body: str = attrs.field(default="", repr=False)
    stripped_text_reply: str = attrs.field(default="", repr=False)
    headers: tuple[InboundHeader, ...] = attrs.field(default=(), repr=False)
    blocked_reason: str = ""


class InboundFilters(TypedDict, total=False):
    """What `Inbound.list` narrows by; without a status the service lists processed ones."""

    recipient: Annotated[str, Wire("recipient")]
    sender: Annotated[str, Wire("fromemail")]
    tag: Annotated[str, Wire("tag")]
    subject: Annotated[str, Wire("subject")]
    mailbox_hash: Annotated[str, Wire("mailboxhash")]
    status: Annotated[InboundStatus | str, Wire("status")]
    from_date: Annotated[day, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[day, Wire("todate", write=write_to_date)]


INBOUND = Listing("/messages/inbound", "InboundMessages", InboundMessage, InboundFilters, identity=("message_id",))
