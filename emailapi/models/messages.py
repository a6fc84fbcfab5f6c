"""Messages that were sent, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypedDict

import attrs

from ..wire import Wire, write_from_date, write_to_date
from .email import METADATA_NAME_LIMIT, METADATA_VALUE_LIMIT
from .fields import TrackLinks
from .listing import Listing


class OutboundStatus(StrEnum):
    """Where a message is in the service; `Sent` and `Processed` mean the same."""

    QUEUED = "Queued"
    SENT = "Sent"
    PROCESSED = "Processed"


class EventType(StrEnum):
    """What happened to a message at one recipient."""

    DELIVERED = "Delivered"
    TRANSIENT = "Transient"
    BOUNCED = "Bounced"
    OPENED = "Opened"
    LINK_CLICKED = "LinkClicked"
    SUBSCRIPTION_CHANGED = "SubscriptionChanged"


@attrs.frozen(kw_only=True)
class Recipient:
    """
    An addressee, as the service tells it.

    Attributes:
        email: The address.
        name: The name, if there was one.
    """

    email: str = ""
    name: str | None = None


def _attachment_names(rows: Any) -> tuple[str, ...]:
    """Read names, or objects that have one: the service's specification and its answers differ."""
    if not rows and (rows is None or rows == ""):
        return ()
    if type(rows) is not list:
        raise ValueError(f"expected a list, got {type(rows).__name__}")
    return tuple([str((row.get("Name") if isinstance(row, dict) else row) or "") for row in rows])


@attrs.frozen(kw_only=True)
class Message:
    """
    One message in the activity.

    Attributes:
        message_id: The service's id.
        message_stream: The stream it was sent through.
        sender: The From header.
        to: Its addressees.
        cc: Who got a copy.
        bcc: Who got a copy that the others did not see.
        recipients: All their addresses.
        subject: Its subject.
        tag: Its tag.
        status: Where it is in the service.
        received_at: When the service took it, with its zone.
        attachments: The names of its files.
        track_opens: Whether opens are seen.
        track_links: Which links are tracked.
        metadata: What the sender attached.
        sandboxed: Whether its server delivers nothing.
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


@attrs.frozen(kw_only=True)
class MessageEvent:
    """
    One thing that happened to a message.

    Attributes:
        recipient: At whose address.
        type: What.
        received_at: When, with its zone.
        details: More about it, by the service's names; which ones depends on the type.
    """

    recipient: str = ""
    type: EventType | str = ""
    received_at: datetime | None = None
    details: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class MessageDetails(Message):
    """
    One message with its content and its events.

    Attributes:
        text_body: The plain version.
        html_body: The HTML version.
        body: The raw source.
        message_events: What happened to it, in the service's order.
    """

    text_body: str = attrs.field(default="", repr=False)
    html_body: str = attrs.field(default="", repr=False)
    body: str = attrs.field(default="", repr=False)
    message_events: tuple[MessageEvent, ...] = ()


@attrs.frozen(kw_only=True)
class MessageDump:
    """
    The raw source of a message.

    Attributes:
        body: The source; `""` when the service no longer has it.
    """

    body: str = attrs.field(default="", repr=False)


def write_metadata(value: Mapping[str, str]) -> list[tuple[str, str]]:
    """Write `{"key": "value"}` as the service spells it; it searches one key at a time."""
    if not isinstance(value, Mapping) or not value:
        raise TypeError("expected a mapping of one key to its value")
    pairs = list(value.items())
    for pair in pairs:
        for text in pair:
            if not isinstance(text, str):
                raise TypeError(f"expected texts, got {type(text).__name__}")
    if len(pairs) > 1:
        raise ValueError(f"the service searches one metadata key at a time, not {len(pairs)}")
    ((key, text),) = pairs
    for part, what, limit in ((key, "key", METADATA_NAME_LIMIT), (text, "value", METADATA_VALUE_LIMIT)):
        if len(part) > limit:
            raise ValueError(f"a metadata {what} has at most {limit} characters, got {len(part)}")
    if not key:
        raise ValueError("the key is empty")
    return [(f"metadata_{key}", str.__str__(text))]


class MessageFilters(TypedDict, total=False):
    """What `Messages.list` narrows by."""

    recipient: Annotated[str, Wire("recipient")]
    sender: Annotated[str, Wire("fromemail")]
    tag: Annotated[str, Wire("tag")]
    status: Annotated[OutboundStatus | str, Wire("status")]
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


class MessageState(StrEnum):
    """How far a message got, from the beginning to the end; `BOUNCED` stands beside that order."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"


@attrs.frozen(kw_only=True)
class RecipientStatus:
    """
    How far a message got at one recipient.

    Attributes:
        recipient: The address.
        state: How far.
        last_event: The event that tells so, or None before there is one.
    """

    recipient: str
    state: MessageState
    last_event: MessageEvent | None = None


@attrs.frozen(kw_only=True)
class MessageStatus:
    """
    The answer to "did it arrive?".

    Attributes:
        message_id: The message.
        state: Over all recipients: bounced as soon as one bounced, else that of whom it reached least far.
        recipients: The same for each recipient, in the message's order.
        last_event: The newest event of all.
    """

    message_id: str
    state: MessageState
    recipients: tuple[RecipientStatus, ...] = ()
    last_event: MessageEvent | None = None


_STATE_OF = {EventType.DELIVERED: MessageState.DELIVERED, EventType.BOUNCED: MessageState.BOUNCED}
_ORDER = (MessageState.BOUNCED, MessageState.QUEUED, MessageState.SENT, MessageState.DELIVERED)


def _newest(events: Sequence[MessageEvent]) -> MessageEvent | None:
    """Return the latest event; of two at one instant, and where no time can be read, the later in the list."""
    latest = None
    for event in events:
        if latest is None or not (event.received_at and latest.received_at and event.received_at < latest.received_at):
            latest = event
    return latest


def status_of(message: MessageDetails) -> MessageStatus:
    """Derive how far a message got, from its status and its events."""
    before = MessageState.QUEUED if message.status == OutboundStatus.QUEUED else MessageState.SENT
    # Old rows may lack `recipients`.
    named = message.recipients or [one.email for one in (*message.to, *message.cc, *message.bcc)]
    by_recipient: dict[str, list[MessageEvent]] = {address.lower(): [] for address in named}
    for event in message.message_events:
        if event.type in _STATE_OF:
            by_recipient.setdefault(event.recipient.lower(), []).append(event)
    spelling = {address.lower(): address for address in named}
    recipients = []
    for address, events in by_recipient.items():
        last = _newest(events)
        state = _STATE_OF[EventType(last.type)] if last else before
        recipients.append(RecipientStatus(recipient=spelling.get(address, address), state=state, last_event=last))
    state = min((recipient.state for recipient in recipients), key=_ORDER.index, default=before)
    return MessageStatus(
        message_id=message.message_id,
        state=state,
        recipients=tuple(recipients),
        last_event=_newest(message.message_events),
    )
