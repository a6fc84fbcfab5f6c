"""
The outcomes of an email at its recipients.

Nothing is delivered anywhere: the address of a recipient decides what happens to the email there, so that a test can
ask for it (contract sections 5 and 10).
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from .._hints import unknown_name_message
from ..errors import InvalidArgument
from ..models.bounces import BOUNCE_KINDS, BounceType as Type

BLACKHOLE = "test@blackhole.postmarkapp.com"
BOUNCE_DOMAIN = "bounce-testing.postmarkapp.com"
BOUNCE_HEADER = "X-PM-Bounce-Type"
# The details of the event when a recipient unsubscribes or complains; the service writes the flag as a text.
SUPPRESSED_BY_RECIPIENT = {"Origin": "Recipient", "SuppressSending": "True"}

# The causes of events, in words.
CAUSES = {
    "address": "by the address",
    "header": f"by the header {BOUNCE_HEADER}",
    "fault": "by a fault",
    "queue": "when its time in the queue was over",
    "rules": "the API would reject the email",
    "template": "the template cannot be rendered",
    "button": "by a button",
    "call": "by a call",
    "image": "the image was loaded",
    "link": "the link was followed",
    "page": "by the page to unsubscribe",
}


class BounceType(NamedTuple):
    """
    One row of the service's table.

    Attributes:
        type: Its name on the wire.
        code: Its number.
        name: Its title.
        reason: Why the address is suppressed from then on; None when it stays active.
    """

    type: str
    code: int
    name: str
    reason: str | None = None


# For each kind that surely deactivates its address; where that varies the address stays active here.
_REASONS = {
    Type.HARD_BOUNCE: "HardBounce",
    Type.SPAM_COMPLAINT: "SpamComplaint",
    Type.MANUALLY_DEACTIVATED: "ManualSuppression",
}

BOUNCE_TYPES = {
    kind.value: BounceType(kind.value, row.code, row.name, _REASONS[kind] if row.deactivates else None)
    for kind, row in BOUNCE_KINDS.items()
}

# The receiving server's reply to an email that it takes.
DELIVERED = "smtp;250 2.0.0 OK: accepted by the sandbox"
_BY_SPELLING = {row.type.lower(): row for row in BOUNCE_TYPES.values() if row.type != "SpamComplaint"}
_SEPARATORS = re.compile("[-_. ]")


def bounce_type(address: str, forced: str | None) -> BounceType | None:
    """
    Return how a lower-case address bounces, or None when it does not.

    Args:
        address: The address. At the bounce-testing domain its local part names a type (`soft_bounce@...`).
        forced: The email's `X-PM-Bounce-Type` header, which overrides the address at that domain only.
    """
    local, _, domain = address.rpartition("@")
    if domain != BOUNCE_DOMAIN:
        return None
    spelling = _SEPARATORS.sub("", forced if forced and forced.strip() else local).lower()
    return _BY_SPELLING.get(spelling, BOUNCE_TYPES["HardBounce"])


def bounce_type_named(type: str) -> BounceType:
    """
    Return a type of bounce by its name.

    Raises:
        InvalidArgument: There is no such type, or it is that of a spam complaint.
    """
    if type == "SpamComplaint":
        raise InvalidArgument("a spam complaint is not a bounce: sandbox.events.complain() makes it", argument="type")
    if type not in BOUNCE_TYPES:
        raise InvalidArgument(
            unknown_name_message(type, dict.fromkeys(BOUNCE_TYPES), "type of bounce"), argument="type"
        )
    return BOUNCE_TYPES[type]


def delivered(domain: str) -> dict[str, str]:
    """Return the details of a delivery to an address of a domain."""
    return _handed_over(domain, DELIVERED)


def details_of(recipient: str, text: str) -> dict[str, str]:
    """Return the details of an event as it is stored: as JSON, or as nothing for those of `delivered`."""
    found: dict[str, str] = json.loads(text) if text else delivered(recipient.rpartition("@")[2])
    return found


def delayed(domain: str) -> dict[str, str]:
    """Return the details of a delivery that is tried again, likewise."""
    return _handed_over(domain, "smtp;451 4.7.1 The sandbox asks to try again later")


def _handed_over(domain: str, reply: str) -> dict[str, str]:
    return {"DeliveryMessage": reply, "DestinationServer": f"mx.{domain}", "DestinationIP": "127.0.0.1"}


def bounced(summary: str, bounce_id: int) -> dict[str, str]:
    """Return the details of a bounce; the service writes its id as a text."""
    return {"Summary": summary, "BounceID": str(bounce_id)}


def reply_of(kind: BounceType) -> str:
    """Return the reply of the receiving server."""
    if kind.type == "Transient":
        return "smtp;451 4.7.1 The sandbox asks to try again later"
    return f"smtp;550 5.0.0 The sandbox was asked for: {kind.name}"


class BounceTexts(NamedTuple):
    """
    What a bounce says.

    Attributes:
        description: A short text.
        details: The reply of the receiving server.
        content: The raw text, which `GET /bounces/{id}/dump` shows.
    """

    description: str
    details: str
    content: str


def texts_of(kind: BounceType, address: str) -> BounceTexts:
    """Return the texts of a bounce that an address, or a test, has asked for."""
    reply = reply_of(kind)
    return BounceTexts(f"{kind.name}, as the address asked the sandbox for.", reply, report(kind, address, reply))


def error_texts(code: int, short: str, message: str, address: str) -> BounceTexts:
    """Return the texts of an email that came by SMTP and is not sent: code and whole message are in the raw text."""
    kind = BOUNCE_TYPES["SMTPApiError"]
    return BounceTexts(short, message, report(kind, address, f"smtp;550 5.0.0 Error {code}: {message}"))


def failure_texts(kind: BounceType, address: str, reason: str) -> BounceTexts:
    """Return the texts of a bounce that has a reason of its own."""
    return BounceTexts(f"{kind.name}.", reason, report(kind, address, reason))


def report(kind: BounceType, address: str, reply: str) -> str:
    """Return the raw text of a bounce."""
    return (
        "From: Mail Delivery System <mailer-daemon@sandbox.invalid>\r\n"
        f"Subject: {kind.name}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "\r\n"
        f"Final-Recipient: rfc822;{address}\r\n"
        f"Diagnostic-Code: {reply}\r\n"
    )
