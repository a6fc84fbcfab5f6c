"""
What becomes of a mail at each of its recipients.

Nothing is delivered anywhere: an address decides by itself what happens to it, so that a test states in the mail what
it wants to see (api-contract sections 5 and 10).
"""

from __future__ import annotations

import re
from typing import NamedTuple

BLACKHOLE = "test@blackhole.postmarkapp.com"
BOUNCE_DOMAIN = "bounce-testing.postmarkapp.com"
BOUNCE_HEADER = "X-PM-Bounce-Type"


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


_BOUNCE_TYPES = (
    BounceType("HardBounce", 1, "Hard bounce", "HardBounce"),
    BounceType("Transient", 2, "Message delayed/Undeliverable"),
    BounceType("Unsubscribe", 16, "Unsubscribe request"),
    BounceType("Subscribe", 32, "Subscribe request"),
    BounceType("AutoResponder", 64, "Auto responder"),
    BounceType("AddressChange", 128, "Address change"),
    BounceType("DnsError", 256, "DNS error"),
    BounceType("SpamNotification", 512, "Spam notification"),
    BounceType("OpenRelayTest", 1024, "Open relay test"),
    BounceType("Unknown", 2048, "Unknown"),
    BounceType("SoftBounce", 4096, "Soft bounce"),
    BounceType("VirusNotification", 8192, "Virus notification"),
    BounceType("ChallengeVerification", 16384, "Spam challenge verification"),
    BounceType("BadEmailAddress", 100000, "Invalid email address"),
    BounceType("SpamComplaint", 100001, "Spam complaint", "SpamComplaint"),
    BounceType("ManuallyDeactivated", 100002, "Manually deactivated", "ManualSuppression"),
    BounceType("Unconfirmed", 100003, "Registration not confirmed"),
    BounceType("Blocked", 100006, "ISP block"),
    BounceType("SMTPApiError", 100007, "SMTP API error"),
    BounceType("InboundError", 100008, "Processing failed"),
    BounceType("DMARCPolicy", 100009, "DMARC Policy"),
    BounceType("TemplateRenderingFailed", 100010, "Template rendering failed"),
)

BOUNCE_TYPES = {row.type: row for row in _BOUNCE_TYPES}

_BY_SPELLING = {row.type.lower(): row for row in _BOUNCE_TYPES if row.type != "SpamComplaint"}
_SEPARATORS = re.compile("[-_. ]")


def bounce_type(address: str, forced: str | None) -> BounceType | None:
    """
    Return how a lower-case address bounces, or None when it does not.

    Args:
        address: One at the bounce-testing domain names its type (`soft_bounce@...`).
        forced: The mail's `X-PM-Bounce-Type` header, which has the last word at that domain and none elsewhere.
    """
    local, _, domain = address.rpartition("@")
    if domain != BOUNCE_DOMAIN:
        return None
    spelling = _SEPARATORS.sub("", forced if forced and forced.strip() else local).lower()
    return _BY_SPELLING.get(spelling, BOUNCE_TYPES["HardBounce"])


def delivered(address: str) -> dict[str, str]:
    """Return the details of a delivery."""
    return _handed_over(address, "smtp;250 2.0.0 OK: accepted by the sandbox")


def delayed(address: str) -> dict[str, str]:
    """Return the details of a delivery that is tried again."""
    return _handed_over(address, "smtp;451 4.7.1 The sandbox asks to try again later")


def _handed_over(address: str, reply: str) -> dict[str, str]:
    domain = address.rpartition("@")[2]
    return {"DeliveryMessage": reply, "DestinationServer": f"mx.{domain}", "DestinationIP": "127.0.0.1"}


def bounced(kind: BounceType, bounce_id: int) -> dict[str, str]:
    """Return the details of a bounce; the service writes its id as a text."""
    return {"Summary": reply_of(kind), "BounceID": str(bounce_id)}


def reply_of(kind: BounceType) -> str:
    """Return what the receiving side is said to have answered."""
    if kind.type == "Transient":
        return "smtp;451 4.7.1 The sandbox asks to try again later"
    return f"smtp;550 5.0.0 The sandbox was asked for: {kind.name}"


def report_of(kind: BounceType, address: str) -> str:
    """Return the raw text of a bounce: what `GET /bounces/{id}/dump` shows."""
    return (
        "From: Mail Delivery System <mailer-daemon@sandbox.invalid>\r\n"
        f"Subject: {kind.name}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "\r\n"
        f"Final-Recipient: rfc822;{address}\r\n"
        f"Diagnostic-Code: {reply_of(kind)}\r\n"
    )
