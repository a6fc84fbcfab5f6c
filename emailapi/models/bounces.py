"""Bounces: emails that could not be delivered, and what the service reports about each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, TypedDict

import attrs

from .._records import Record
from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class BounceType(StrEnum):
    """Why an email bounced; `BOUNCE_KINDS` has the number, the name and the effect of each type."""

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


# The values of `BounceType`, for type checkers and editors.
BounceTypeName = Literal[
    "HardBounce",
    "Transient",
    "Unsubscribe",
    "Subscribe",
    "AutoResponder",
    "AddressChange",
    "DnsError",
    "SpamNotification",
    "OpenRelayTest",
    "Unknown",
    "SoftBounce",
    "VirusNotification",
    "ChallengeVerification",
    "BadEmailAddress",
    "SpamComplaint",
    "ManuallyDeactivated",
    "Unconfirmed",
    "Blocked",
    "SMTPApiError",
    "InboundError",
    "DMARCPolicy",
    "TemplateRenderingFailed",
]


class BounceKind(NamedTuple):
    """
    Documented facts about one type of bounce (contract section 5).

    Attributes:
        code: The number of the type, as in `Bounce.type_code`.
        name: The name of the type for people, as in `Bounce.name`.
        deactivates: Whether the service suppresses the address after such a bounce; None if this varies or is not
            documented. `Bounce.inactive` says whether it did.
    """

    code: int
    name: str
    deactivates: bool | None


# Contract section 5. `Bounce.inactive` says whether the address was suppressed.
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
class Bounce(Record):
    """
    A bounce (contract section 2.6).

    The list of bounces also contains events that are not failures, such as `Subscribe`, `AutoResponder` and `Transient`
    (a delay). Fields that an old record lacks have their default.

    Attributes:
        id: The id of the bounce; it can exceed 32 bits.
        type: Why the email bounced. A type that this version does not know is a plain `str`.
        type_code: The type as a number. Prefer `type`: some spam complaints have been seen with the number of another
            type.
        name: The type in words.
        tag: The tag of the email.
        message_id: The id of the message that bounced.
        server_id: The id of the server that sent the message.
        message_stream: The id of the stream that the message was sent through.
        description: The meaning of this type of bounce, in the words of the service.
        details: The reply of the recipient's server.
        email: The address that the message was sent to.
        sender: The From header of the message; empty for spam complaints.
        bounced_at: When the message bounced, in UTC; None if the date cannot be read.
        dump_available: Whether `Bounces.dump` can return the source. The service keeps it for 30 days.
        inactive: Whether the address is suppressed now, so that emails to it are rejected.
        can_activate: Whether `Bounces.activate` can remove the suppression; False for spam complaints.
        subject: The subject of the message.
        content: The bounce as received, with headers; empty in lists, filled by `Bounces.get` and `Bounces.activate`.
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
class BounceActivation(Record):
    """
    The response to the activation of an address.

    Attributes:
        message: The service's remark, normally `OK`.
        bounce: The bounce after the activation.
    """

    message: str = ""
    bounce: Bounce = attrs.field(factory=Bounce)


@attrs.frozen(kw_only=True)
class BounceCount(Record):
    """
    The number of bounces of one type.

    Attributes:
        type: The type of bounce; `""` for the sum over all types.
        name: The type in words; `All` for the sum.
        count: The number of bounces.
    """

    type: BounceType | str = ""
    name: str = ""
    count: int = 0


@attrs.frozen(kw_only=True)
class DeliveryStats(Record):
    """
    The number of bounces of a server by type.

    Attributes:
        inactive_mails: Number of addresses that are suppressed.
        bounces: One count for each type that occurred; the first is the sum over all types.
    """

    inactive_mails: int = 0
    bounces: tuple[BounceCount, ...] = ()


class BounceFilters(TypedDict, total=False):
    """
    Filters of `client.bounces.list` (contract section 2.6). A bounce must match all of them.

    Attributes:
        type: Only bounces of this type, for example `BounceType.HARD_BOUNCE` or `"HardBounce"`.
        inactive: True for bounces whose address is suppressed, False for the others.
        email: Part of the address. The service searches for a substring: `ann@example.com` also finds
            `joann@example.com`.
        tag: The exact tag of the email.
        message_id: The id of the message that bounced.
        from_date: Earliest time of the bounce, inclusive: an aware `datetime`, or a `date`, which is a US Eastern day.
            A `datetime` without a time zone is rejected.
        to_date: Latest time of the bounce, inclusive, in the same forms as `from_date`.
        message_stream: The id of the message stream; the service searches `outbound` if it is not given.
    """

    type: Annotated[BounceType | BounceTypeName, Wire("type")]
    inactive: Annotated[bool, Wire("inactive")]
    email: Annotated[str, Wire("emailFilter")]
    tag: Annotated[str, Wire("tag")]
    message_id: Annotated[str, Wire("messageID")]
    from_date: Annotated[date, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[date, Wire("todate", write=write_to_date)]
    message_stream: Annotated[str, Wire("messagestream")]


BOUNCES = Listing("/bounces", "Bounces", Bounce, BounceFilters, dated="bounced_at", error_code=1000)
