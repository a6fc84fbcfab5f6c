"""The events that the service reports about emails that were sent, one class for each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs

from ..models.bounces import BounceType
from ..models.opens import ClickLocation, Geo, Platform, Program
from ..models.suppressions import SuppressionOrigin, SuppressionReason
from ..wire import Wire
from .base import BaseEvent


@attrs.frozen(kw_only=True)
class DeliveryEvent(BaseEvent):
    """
    The recipient's server accepted the email.

    Attributes:
        at: When it was accepted, in UTC.
        details: The reply of the recipient's server.
        server_id: The id of the sending server.
    """

    _kind = "Delivery"

    at: Annotated[datetime | None, Wire("DeliveredAt")] = None
    details: str | None = None
    server_id: Annotated[int | None, Wire("ServerID", also="ServerId")] = None


@attrs.frozen(kw_only=True)
class ReturnedEvent(BaseEvent):
    """
    The attributes that bounces and spam complaints have in common.

    Attributes:
        recipient: The address that bounced.
        at: When it bounced, in UTC.
        id: The bounce's id, for `Bounces.get` and `Bounces.activate`; it may exceed 32 bits.
        type: The type of the bounce; `BOUNCE_KINDS` tells more about each.
        type_code: The type as a number.
        name: The type in words.
        description: The meaning of this type of bounce.
        details: The reply of the recipient's server.
        sender: The From address of the email.
        subject: The subject of the email.
        server_id: The id of the sending server.
        inactive: Whether the address is suppressed now.
        can_activate: Whether `Bounces.activate` may be tried.
        dump_available: Whether `Bounces.dump` has the source of the bounce.
        content: The bounced message, where the webhook is set to include it.
    """

    _needed = frozenset(("message_id", "recipient", "at", "id", "type"))

    recipient: Annotated[str | None, Wire("Email")] = None
    at: Annotated[datetime | None, Wire("BouncedAt")] = None
    id: Annotated[int | None, Wire("ID")] = None
    type: BounceType | str | None = None
    type_code: int | None = None
    name: str | None = None
    description: str | None = None
    details: str | None = None
    sender: Annotated[str | None, Wire("From")] = None
    subject: str | None = None
    server_id: Annotated[int | None, Wire("ServerID", also="ServerId")] = None
    inactive: bool | None = None
    can_activate: bool | None = None
    dump_available: bool | None = None
    content: str | None = attrs.field(default=None, repr=False)

    @property
    def _detail(self) -> str:
        return "" if self.id is None else str(self.id)

    @property
    def _is_identified(self) -> bool:
        return self.id is not None or super()._is_identified


@attrs.frozen(kw_only=True)
class BounceEvent(ReturnedEvent):
    """
    The email was returned, was delayed, or got an automatic reply; see `type`.

    Errors of emails that were sent by SMTP to the service arrive as events of the type `SMTP_API_ERROR`.
    """

    _kind = "Bounce"

    @property
    def is_unsubscribe(self) -> bool:
        """Whether the recipient asked to be unsubscribed by email, which the service reports as a bounce."""
        return self.type == BounceType.UNSUBSCRIBE


@attrs.frozen(kw_only=True)
class SpamComplaintEvent(ReturnedEvent):
    """
    The recipient marked the email as spam. The address is suppressed, and cannot be activated.

    Attributes:
        sender: None: the service does not report it for complaints.
    """

    _kind = "SpamComplaint"


@attrs.frozen(kw_only=True)
class InteractionEvent(BaseEvent):
    """
    The attributes that opens and clicks have in common.

    Attributes:
        at: When it was seen, in UTC.
        client: The program, as far as the service recognizes it.
        os: The operating system, likewise.
        platform: The kind of program.
        user_agent: The name the program gave itself.
        geo: The place, as far as the address of the network tells.
    """

    at: Annotated[datetime | None, Wire("ReceivedAt")] = None
    client: Program = attrs.field(factory=Program)
    os: Annotated[Program, Wire("OS")] = attrs.field(factory=Program)
    platform: Platform | str | None = None
    user_agent: str | None = None
    geo: Geo = attrs.field(factory=Geo)


@attrs.frozen(kw_only=True)
class OpenEvent(InteractionEvent):
    """
    The email was opened.

    Attributes:
        first_open: Whether the recipient opened the email for the first time.
        read_seconds: How many seconds the email was open, where that is known.
    """

    _kind = "Open"

    first_open: bool | None = None
    read_seconds: int | None = None


@attrs.frozen(kw_only=True)
class ClickEvent(InteractionEvent):
    """
    A link of the email was clicked; the service reports the first click of each recipient on each link.

    Attributes:
        original_link: The address that the link leads to.
        click_location: The version of the email that the link stands in.
    """

    _kind = "Click"
    _needed = frozenset(("message_id", "recipient", "at", "original_link"))

    original_link: str | None = None
    click_location: ClickLocation | str | None = None

    @property
    def _detail(self) -> str:
        return self.original_link or ""


@attrs.frozen(kw_only=True)
class SubscriptionChangeEvent(BaseEvent):
    """
    An address was suppressed, or activated again.

    `message_id` is None when no email was the reason.

    Attributes:
        at: When it was changed, in UTC.
        suppress_sending: Whether the stream does not send to the address any more.
        reason: Why the address was suppressed; None when it was activated. Unsubscribing counts as
            `MANUAL_SUPPRESSION`; bounces and complaints are reported here, too.
        origin: Who changed it.
        server_id: The id of the sending server.
    """

    _kind = "SubscriptionChange"
    _needed = frozenset(("recipient", "at", "suppress_sending"))

    at: Annotated[datetime | None, Wire("ChangedAt")] = None
    suppress_sending: bool | None = None
    reason: Annotated[SuppressionReason | str | None, Wire("SuppressionReason")] = None
    origin: SuppressionOrigin | str | None = None
    server_id: Annotated[int | None, Wire("ServerID", also="ServerId")] = None

    @property
    def _detail(self) -> str:
        return self.message_stream or ""

    @property
    def _is_identified(self) -> bool:
        return bool(self.recipient and self._instant)


@attrs.frozen(kw_only=True)
class UnknownEvent(BaseEvent):
    """
    An event of a kind that this version does not know; `raw` has all of it.

    Attributes:
        recipient: The value under one of the two names that the service has for addresses.
        at: The first time in the payload, by its name, in UTC.
    """

    _needed = frozenset[str]()

    recipient: Annotated[str | None, Wire(also="Email")] = None

    @property
    def _is_identified(self) -> bool:
        return False
