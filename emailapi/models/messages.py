"""Messages that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypedDict, runtime_checkable

import attrs

from .._records import Record
from ..errors import InvalidEmail
from ..wire import Wire, write_from_date, write_to_date
from .address import Address
from .fields import TrackLinks
from .listing import Listing
from .text import METADATA_NAME_LIMIT, METADATA_VALUE_LIMIT


class OutboundStatus(StrEnum):
    """The state of a message in the service; `Sent` and `Processed` mean the same."""

    QUEUED = "Queued"
    SENT = "Sent"
    PROCESSED = "Processed"


# The values of `OutboundStatus`, for type checkers and editors.
OutboundStatusName = Literal["Queued", "Sent", "Processed"]


class EventType(StrEnum):
    """A type of event in the history of a message."""

    DELIVERED = "Delivered"
    TRANSIENT = "Transient"
    BOUNCED = "Bounced"
    OPENED = "Opened"
    LINK_CLICKED = "LinkClicked"
    SUBSCRIPTION_CHANGED = "SubscriptionChanged"


@attrs.frozen(kw_only=True)
class Recipient(Record):
    """
    A recipient, as reported by the service.

    Attributes:
        email: The address.
        name: The display name; None if there is none.
    """

    email: str = ""
    name: str | None = None

    def __str__(self) -> str:
        """Return name and address as a header has them; an address that is not valid as it is."""
        try:
            return Address(self.email, self.name).header
        except InvalidEmail:
            return self.email


def _attachment_names(rows: Any) -> tuple[str, ...]:
    """Read file names, or objects that have one: the documentation of the service and its responses differ."""
    if not rows and (rows is None or rows == ""):
        return ()
    if type(rows) is not list:
        raise ValueError(f"expected a list, got {type(rows).__name__}")
    return tuple([str((row.get("Name") if isinstance(row, dict) else row) or "") for row in rows])


@attrs.frozen(kw_only=True)
class Message(Record):
    """
    A message that was sent (contract section 2.11). Fields that an old record lacks have their default.

    Attributes:
        message_id: The id of the message, the same as `SendResult.message_id`.
        message_stream: The id of the stream that the message was sent through.
        sender: The From header.
        to: The recipients in To.
        cc: The recipients in Cc.
        bcc: The recipients in Bcc.
        recipients: The addresses of all recipients.
        subject: The subject.
        tag: The tag.
        status: The state of the message in the service. It does not say whether the message was delivered: see
            `Messages.status`.
        received_at: When the service accepted the message, in UTC; None if the date cannot be read.
        attachments: The names of the files; the service does not keep their content.
        track_opens: Whether the service records opens.
        track_links: The links whose clicks the service records.
        metadata: The metadata of the email, the idempotency key among them.
        sandboxed: Whether the server is a sandbox server of the service, which delivers nothing.
    """

    message_id: Annotated[str, Wire("MessageID")] = ""
    message_stream: str = ""
    sender: Annotated[str, Wire("From")] = ""
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()
    bcc: tuple[Recipient, ...] = ()
    recipients: tuple[str, ...] = ()
    subject: str = ""
    tag: str = ""
    status: OutboundStatus | str = ""
    received_at: datetime | None = None
    attachments: Annotated[tuple[str, ...], Wire(read=_attachment_names)] = ()
    track_opens: bool = False
    track_links: TrackLinks | str = ""
    metadata: dict[str, str] = attrs.field(factory=dict)
    sandboxed: bool = False


@runtime_checkable
class HasMessageId(Protocol):
    """A record about one message: `SendResult`, `Message`, `MessageStatus`, `Bounce`, `Open`, `Click`."""

    @property
    def message_id(self) -> str | None:
        """The id of the message."""


if TYPE_CHECKING:
    from uuid import UUID

    MessageId = str | UUID | HasMessageId


@attrs.frozen(kw_only=True)
class MessageEvent(Record):
    """
    An event in the history of a message (contract section 5).

    Attributes:
        recipient: The address of the recipient that the event is about.
        type: The type of the event. A type that this version does not know is a plain `str`.
        received_at: When the event happened, in UTC; None if the date cannot be read.
        details: Details by the service's names, which depend on the type: `DeliveryMessage`, `DestinationServer` and
            `DestinationIP` of `Delivered` and `Transient`; `Summary` and `BounceID` of `Bounced`; `Summary` of
            `Opened`; `Summary`, `Link` and `ClickLocation` of `LinkClicked`; `Origin` and `SuppressSending` of
            `SubscriptionChanged`.
    """

    recipient: str = ""
    type: EventType | str = ""
    received_at: datetime | None = None
    details: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class MessageDetails(Message):
    """
    A message with its content and its events.

    The service keeps at most 1 MB of a message, and keeps it for 45 days unless the account pays for another period.

    Attributes:
        text_body: The plain text body.
        html_body: The HTML body.
        body: The raw source.
        message_events: The events of the message, in the order of the service.
    """

    text_body: str = attrs.field(default="", repr=False)
    html_body: str = attrs.field(default="", repr=False)
    body: str = attrs.field(default="", repr=False)
    message_events: tuple[MessageEvent, ...] = ()


@attrs.frozen(kw_only=True)
class MessageDump(Record):
    """
    The raw source of a message.

    Attributes:
        body: The source; `""` if the service no longer has it.
    """

    body: str = attrs.field(default="", repr=False)


def write_metadata(value: Mapping[str, str]) -> list[tuple[str, str]]:
    """Write `{"key": "value"}` as a query parameter; the service searches one key at a time."""
    if not isinstance(value, Mapping) or not value:
        raise TypeError(f"must be a mapping of one key to its value, got {value!r:.80}")
    pairs = list(value.items())
    for pair in pairs:
        for text in pair:
            if not isinstance(text, str):
                raise TypeError(f"key and value must be text, got {type(text).__name__}")
    if len(pairs) > 1:
        raise ValueError(f"must have one key, since the service searches one metadata key at a time, got {len(pairs)}")
    ((key, text),) = pairs
    for part, what, limit in ((key, "key", METADATA_NAME_LIMIT), (text, "value", METADATA_VALUE_LIMIT)):
        if len(part) > limit:
            raise ValueError(f"a metadata {what} must have at most {limit} characters, got {len(part)}")
    if not key:
        raise ValueError("the metadata key must not be empty")
    return [(f"metadata_{key}", str.__str__(text))]


class MessageFilters(TypedDict, total=False):
    """
    Filters of `client.messages.list` (contract section 2.11). A message must match all of them.

    Attributes:
        recipient: The address of one of the recipients.
        sender: The address of the sender.
        tag: The exact tag of the email.
        status: The state of the message: `OutboundStatus.QUEUED`, `SENT` or `PROCESSED`; the last two mean the same.
        subject: The subject.
        from_date: Earliest time the service accepted the message, inclusive: an aware `datetime`, or a `date`, which is
            a US Eastern day. A `datetime` without a time zone is rejected.
        to_date: Latest time the service accepted the message, inclusive, in the same forms as `from_date`.
        message_stream: The id of the message stream; the service searches `outbound` if it is not given.
        metadata: One metadata name with its value, for example `{"user_id": "7"}`. The service cannot search for two
            names at once.
    """

    recipient: Annotated[str, Wire("recipient")]
    sender: Annotated[str, Wire("fromemail")]
    tag: Annotated[str, Wire("tag")]
    status: Annotated[OutboundStatus | OutboundStatusName, Wire("status")]
    subject: Annotated[str, Wire("subject")]
    from_date: Annotated[date, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[date, Wire("todate", write=write_to_date)]
    message_stream: Annotated[str, Wire("messagestream")]
    metadata: Annotated[Mapping[str, str], Wire("metadata", write=write_metadata)]


MESSAGES = Listing(
    "/messages/outbound",
    "Messages",
    Message,
    MessageFilters,
    identity=("message_id",),
    dated="received_at",
    error_code=700,
)
