"""Inbound messages: emails that the service received for a server."""

from __future__ import annotations

from datetime import date as day
from enum import StrEnum
from typing import Annotated, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class InboundStatus(StrEnum):
    """The state of an inbound message."""

    BLOCKED = "Blocked"
    PROCESSED = "Processed"
    QUEUED = "Queued"
    FAILED = "Failed"
    SCHEDULED = "Scheduled"


# The values of `InboundStatus`, for type checkers and editors.
InboundStatusName = Literal["Blocked", "Processed", "Queued", "Failed", "Scheduled"]


@attrs.frozen(kw_only=True)
class InboundAddress(Record):
    """
    An address of an inbound message.

    Attributes:
        email: The address.
        name: The display name.
        mailbox_hash: The part between `+` and `@`: `tag` in `support+tag@example.com`.
    """

    email: str = ""
    name: str = ""
    mailbox_hash: str = ""


@attrs.frozen(kw_only=True)
class InboundAttachment(Record):
    """
    A file of an inbound message, without its content.

    Attributes:
        name: The file name.
        content_id: The id by which the HTML body refers to the file; empty if it is not inline.
        content_type: The MIME type.
        content_length: The size in bytes.
    """

    name: str = ""
    content_id: Annotated[str, Wire("ContentID")] = ""
    content_type: str = ""
    content_length: int = 0


@attrs.frozen(kw_only=True)
class InboundHeader(Record):
    """
    A header of an inbound message.

    Attributes:
        name: The name of the header.
        value: The value as received; it can be anything.
    """

    name: str = ""
    value: str = ""


@attrs.frozen(kw_only=True)
class InboundMessage(Record):
    """
    An inbound message (contract section 2.12).

    Attributes:
        message_id: The id at the service. The sender's Message-ID is in `InboundDetails.headers`.
        message_stream: The id of the inbound stream.
        sender: The From header.
        sender_name: The display name in the From header.
        sender_full: The From header in its parts.
        to: The To header.
        to_full: The addresses of the To header.
        cc: The Cc header.
        cc_full: The addresses of the Cc header.
        bcc: The Bcc header, if the message has one.
        bcc_full: The addresses of the Bcc header.
        reply_to: The Reply-To header.
        original_recipient: The address that the message was sent to by SMTP; with a forwarded mailbox it is not in To.
        subject: The subject.
        date: The Date header as the sender wrote it: a text that may not be a valid date.
        mailbox_hash: The part between `+` and `@` of the address that received the message.
        tag: The tag of the message.
        attachments: The files of the message, without their content.
        status: The state of the message.
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
    An inbound message with its content.

    Attributes:
        text_body: The plain text body.
        html_body: The HTML body.
        stripped_text_reply: The reply without the text that it quotes; only for plain text in English, else empty.
        headers: All other headers, among them the spam headers `X-Spam-Status`, `X-Spam-Score` and `X-Spam-Tests`.
        blocked_reason: Why the message was blocked; empty if it was not.
    """

    text_body: str = attrs.field(default="", repr=False)
    html_body: str = attrs.field(default="", repr=False)
    stripped_text_reply: str = attrs.field(default="", repr=False)
    headers: tuple[InboundHeader, ...] = attrs.field(default=(), repr=False)
    blocked_reason: str = ""


class InboundFilters(TypedDict, total=False):
    """
    Filters of `client.inbound.list` (contract section 2.12). A message must match all of them.

    Attributes:
        recipient: The address that received the message.
        sender: The address of the sender.
        tag: The exact tag of the message.
        subject: The subject.
        mailbox_hash: The part between `+` and `@` of the address that received the message.
        status: The state of the message, for example `InboundStatus.BLOCKED`; the service lists processed messages if
            it is not given.
        from_date: Earliest time the message was received, inclusive: an aware `datetime`, or a `date`, which is a US
            Eastern day. A `datetime` without a time zone is rejected.
        to_date: Latest time the message was received, inclusive, in the same forms as `from_date`.
    """

    recipient: Annotated[str, Wire("recipient")]
    sender: Annotated[str, Wire("fromemail")]
    tag: Annotated[str, Wire("tag")]
    subject: Annotated[str, Wire("subject")]
    mailbox_hash: Annotated[str, Wire("mailboxhash")]
    status: Annotated[InboundStatus | InboundStatusName, Wire("status")]
    from_date: Annotated[day, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[day, Wire("todate", write=write_to_date)]


INBOUND = Listing("/messages/inbound", "InboundMessages", InboundMessage, InboundFilters, identity=("message_id",))
