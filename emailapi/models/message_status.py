"""The delivery state of a message, derived from its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from .._records import Record
from .messages import EventType, MessageDetails, MessageEvent, OutboundStatus


class MessageState(StrEnum):
    """The delivery state of a message, from first to last; `BOUNCED` is the alternative to `DELIVERED`."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"


@attrs.frozen(kw_only=True)
class RecipientStatus(Record):
    """
    The delivery state of a message for one recipient.

    Attributes:
        recipient: The address of the recipient.
        state: The delivery state.
        last_event: The event that the state follows from; None if there is none yet.
        delayed: Whether the recipient's server rejected the message for now, and the service tries again; `state` is
            `SENT` then.
        reason: The service's words about the delivery, the delay or the bounce; `""` if there are none.
        opened_at: When the recipient first opened the message, in UTC; None if no open was recorded.
        clicked_at: When the recipient first clicked a link, in UTC; None if no click was recorded.
    """

    recipient: str
    state: MessageState
    last_event: MessageEvent | None = None
    delayed: bool = False
    reason: str = ""
    opened_at: datetime | None = None
    clicked_at: datetime | None = None


@attrs.frozen(kw_only=True)
class MessageStatus(Record):
    """
    The delivery state of a message: over all recipients, and for each.

    Attributes:
        message_id: The id of the message.
        state: Bounced if the message bounced for at least one recipient, else the least advanced state of a recipient.
        recipients: The state for each recipient, in the order of the message.
        last_event: The latest event of the message.
    """

    message_id: str
    state: MessageState
    recipients: tuple[RecipientStatus, ...] = ()
    last_event: MessageEvent | None = None

    @property
    def delayed(self) -> tuple[RecipientStatus, ...]:
        """The recipients whose server rejected the message for now; `reason` has the service's words."""
        return tuple(one for one in self.recipients if one.delayed)

    @property
    def opened_at(self) -> datetime | None:
        """When a recipient first opened the message, in UTC; None if no open was recorded."""
        return _earliest(one.opened_at for one in self.recipients)

    @property
    def clicked_at(self) -> datetime | None:
        """When a recipient first clicked a link, in UTC; None if no click was recorded."""
        return _earliest(one.clicked_at for one in self.recipients)


_STATE_OF = {EventType.DELIVERED: MessageState.DELIVERED, EventType.BOUNCED: MessageState.BOUNCED}
_ORDER = (MessageState.BOUNCED, MessageState.QUEUED, MessageState.SENT, MessageState.DELIVERED)
# The details in which the service explains an event (contract section 5).
_WORDS = ("DeliveryMessage", "Summary")


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _newest(events: Iterable[MessageEvent]) -> MessageEvent | None:
    """Return the latest event; of two at the same time, or without a readable time, the later one in the list."""
    latest = None
    for event in events:
        if latest is None or not (event.received_at and latest.received_at and event.received_at < latest.received_at):
            latest = event
    return latest


def derive_status(message: MessageDetails) -> MessageStatus:
    """Derive the delivery state of a message from its status and its events."""
    before = MessageState.QUEUED if message.status == OutboundStatus.QUEUED else MessageState.SENT
    # Old rows may lack `recipients`.
    named = message.recipients or [recipient.email for recipient in (*message.to, *message.cc, *message.bcc)]
    by_recipient: dict[str, list[MessageEvent]] = {address.lower(): [] for address in named}
    for event in message.message_events:
        by_recipient.setdefault(event.recipient.lower(), []).append(event)
    spelling = {address.lower(): address for address in named}
    # An event about another address adds a recipient only if it is about the delivery.
    recipients = [
        _derive_recipient(spelling.get(address, address), events, before)
        for address, events in by_recipient.items()
        if address in spelling or any(event.type in _STATE_OF for event in events)
    ]
    return MessageStatus(
        message_id=message.message_id,
        state=min((recipient.state for recipient in recipients), key=_ORDER.index, default=before),
        recipients=tuple(recipients),
        last_event=_newest(message.message_events),
    )


def _derive_recipient(recipient: str, events: Sequence[MessageEvent], before: MessageState) -> RecipientStatus:
    last = _newest(event for event in events if event.type in _STATE_OF)
    delay = _newest(event for event in events if event.type == EventType.TRANSIENT) if last is None else None
    shown = last or delay
    return RecipientStatus(
        recipient=recipient,
        state=_STATE_OF[EventType(last.type)] if last else before,
        last_event=last,
        delayed=delay is not None,
        reason=next((shown.details[name] for name in _WORDS if shown.details.get(name)), "") if shown else "",
        opened_at=_earliest(event.received_at for event in events if event.type == EventType.OPENED),
        clicked_at=_earliest(event.received_at for event in events if event.type == EventType.LINK_CLICKED),
    )
