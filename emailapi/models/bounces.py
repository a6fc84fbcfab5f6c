"""Mails that came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, NamedTuple, TypedDict

import attrs

from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class BounceType(StrEnum):
    """Why a mail came back; `BOUNCE_KINDS` tells more about each."""

    HARD_BOUNCE = "HardBounce"
    TRANSIENT = "Transient"
    UNSUBSCRIBE = "Unsubscribe"
    SUBSCRIBE = "Subscribe"
    AUTO_RESPONDER = "AutoResponder"
    ADDRESS_CHANGE = "AddressChange"
    DNS_ERROR = "DnsError"
    SPAM_NOTIFICATION = "SpamNotification"
    OPEN_RELAY_TEST = "OpenRelayTest"
    UNKNOWN = "Unknown"
    SOFT_BOUNCE = "SoftBounce"
    VIRUS_NOTIFICATION = "VirusNotification"
    CHALLENGE_VERIFICATION = "ChallengeVerification"
    BAD_EMAIL_ADDRESS = "BadEmailAddress"
    SPAM_COMPLAINT = "SpamComplaint"
    MANUALLY_DEACTIVATED = "ManuallyDeactivated"
    UNCONFIRMED = "Unconfirmed"
    BLOCKED = "Blocked"
    SMTP_API_ERROR = "SMTPApiError"
    INBOUND_ERROR = "InboundError"
    DMARC_POLICY = "DMARCPolicy"
    TEMPLATE_RENDERING_FAILED = "TemplateRenderingFailed"


class BounceKind(NamedTuple):
    """
    What the service says of one type of bounce.

    Attributes:
        code: Its number, as in `Bounce.type_code`.
        name: Its name for people.
        deactivates: Whether the address is suppressed; None where that varies or is not documented.
    """

    code: int
    name: str
    deactivates: bool | None


# api-contract section 5. Read `Bounce.inactive` to know what became of the address.
BOUNCE_KINDS: Mapping[BounceType, BounceKind] = MappingProxyType(
    {
        BounceType.HARD_BOUNCE: BounceKind(1, "Hard bounce", True),
        BounceType.TRANSIENT: BounceKind(2, "Message delayed/Undeliverable", False),
        BounceType.UNSUBSCRIBE: BounceKind(16, "Unsubscribe request", None),
        BounceType.SUBSCRIBE: BounceKind(32, "Subscribe request", False),
        BounceType.AUTO_RESPONDER: BounceKind(64, "Auto responder", False),
        BounceType.ADDRESS_CHANGE: BounceKind(128, "Address change", False),
        BounceType.DNS_ERROR: BounceKind(256, "DNS error", False),
        BounceType.SPAM_NOTIFICATION: BounceKind(512, "Spam notification", False),
        BounceType.OPEN_RELAY_TEST: BounceKind(1024, "Open relay test", False),
        BounceType.UNKNOWN: BounceKind(2048, "Unknown", False),
        BounceType.SOFT_BOUNCE: BounceKind(4096, "Soft bounce", None),
        BounceType.VIRUS_NOTIFICATION: BounceKind(8192, "Virus notification", False),
        BounceType.CHALLENGE_VERIFICATION: BounceKind(16384, "Spam challenge verification", False),
        BounceType.BAD_EMAIL_ADDRESS: BounceKind(100000, "Invalid email address", None),
        BounceType.SPAM_COMPLAINT: BounceKind(100001, "Spam complaint", True),
        BounceType.MANUALLY_DEACTIVATED: BounceKind(100002, "Manually deactivated", True),
        BounceType.UNCONFIRMED: BounceKind(100003, "Registration not confirmed", None),
        BounceType.BLOCKED: BounceKind(100006, "ISP block", None),
        BounceType.SMTP_API_ERROR: BounceKind(100007, "SMTP API error", False),
        BounceType.INBOUND_ERROR: BounceKind(100008, "Processing failed", False),
        BounceType.DMARC_POLICY: BounceKind(100009, "DMARC Policy", None),
        BounceType.TEMPLATE_RENDERING_FAILED: BounceKind(100010, "Template rendering failed", False),
    }
)


@attrs.frozen(kw_only=True)
class Bounce:
    """
    One mail that came back.

    Attributes:
        id: The bounce's id; it may exceed 32 bits.
        type: Why.
        type_code: The same as a number.
        name: The same for people.
        tag: The mail's tag.
        message_id: The mail.
        server_id: Its server.
        message_stream: Its stream.
        description: What this type means.
        details: What the other server said.
        email: The address it was for.
        sender: Its From; spam complaints have none.
        bounced_at: When, with its zone.
        dump_available: Whether `Bounces.dump` has the source.
        inactive: Whether the address is suppressed now.
        can_activate: Whether `Bounces.activate` may be tried.
        subject: The mail's subject.
        content: The whole bounce; a listing leaves it out.
    """

    id: Annotated[int | None, Wire("ID")] = None
    type: BounceType | str = ""
    type_code: int = 0
    name: str = ""
    tag: str = ""
    message_id: Annotated[str, Wire("MessageID")] = ""
    server_id: Annotated[int | None, Wire("ServerID")] = None
    message_stream: str = ""
    description: str = ""
    details: str = ""
    email: str = ""
    sender: Annotated[str, Wire("From")] = ""
    bounced_at: datetime | None = None
    dump_available: bool = False
    inactive: bool = False
    can_activate: bool = False
    subject: str = ""
    content: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class BounceActivation:
    """
    What activating an address gave.

    Attributes:
        message: The service's remark.
        bounce: The bounce, as it is now.
    """

    message: str = ""
    bounce: Bounce = attrs.field(factory=Bounce)


@attrs.frozen(kw_only=True)
class BounceCount:
    """
    How many bounces of one type there are.

    Attributes:
        type: The type; `""` for the sum over all of them.
        name: Its name for people.
        count: How many.
    """

    type: BounceType | str = ""
    name: str = ""
    count: int = 0


@attrs.frozen(kw_only=True)
class DeliveryStats:
    """
    The bounces of one server, counted.

    Attributes:
        inactive_mails: Addresses that are suppressed.
        bounces: A count for each type there is; the first is the sum.
    """

    inactive_mails: int = 0
    bounces: tuple[BounceCount, ...] = ()


class BounceFilters(TypedDict, total=False):
    """What `Bounces.list` narrows by; `email` finds any address that contains it."""

    type: Annotated[BounceType | str, Wire("type")]
    inactive: Annotated[bool, Wire("inactive")]
    email: Annotated[str, Wire("emailFilter")]
    tag: Annotated[str, Wire("tag")]
    message_id: Annotated[str, Wire("messageID")]
    from_date: Annotated[date, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[date, Wire("todate", write=write_to_date)]
    message_stream: Annotated[str, Wire("messagestream")]


BOUNCES = Listing("/bounces", "Bounces", Bounce, BounceFilters, dated="bounced_at", error_code=1000)
