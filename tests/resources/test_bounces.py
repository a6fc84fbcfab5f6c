"""`client.bounces` against contract section 2.6."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from emailapi import BOUNCE_KINDS, Bounce, BounceCount, BounceType, DeliveryStats, Page

EST = timezone(timedelta(hours=-5))
ID = 4323372036854775807

LISTED = Bounce(
    id=ID,
    type=BounceType.HARD_BOUNCE,
    type_code=1,
    name="Hard bounce",
    tag="Test",
    message_id="883953f4-6105-42a2-a16a-77a8eac79483",
    server_id=23,
    message_stream="outbound",
    description="The server was unable to deliver your message (ex: unknown user).",
    details="smtp;550 5.1.1 unknown user",
    email="gone@example.com",
    sender="joe@d.com",
    bounced_at=datetime(2026, 11, 5, 16, 33, 54, 907025, UTC),
    dump_available=True,
    inactive=True,
    can_activate=True,
    subject="Your invoice",
    content="",
)
# An older record, which lacks what the service did not have then; a complaint has no From.
OLD = Bounce(
    id=692560173,
    type=BounceType.SPAM_COMPLAINT,
    type_code=512,
    name="Spam complaint",
    tag="",
    message_id="2706ee8a-737c-4285-b032-ccd317af53ed",
    server_id=None,
    message_stream="",
    description="The subscriber explicitly marked this message as spam.",
    details="",
    email="angry@example.com",
    sender="",
    bounced_at=datetime(2014, 2, 20, 7, 25, 2, tzinfo=EST),
    dump_available=False,
    inactive=True,
    can_activate=False,
    subject="",
    content="",
)

CALLS = [
    (
        lambda client: client.bounces.delivery_stats(),
        "GET /deliverystats",
        {"response": "deliverystats"},
        DeliveryStats(
            inactive_mails=136,
            bounces=(
                BounceCount(type="", name="All", count=141),
                BounceCount(type=BounceType.HARD_BOUNCE, name="Hard bounce", count=136),
                BounceCount(type=BounceType.SMTP_API_ERROR, name="SMTP API error", count=5),
            ),
        ),
    ),
    (
        lambda client: client.bounces.list(
            count=2,
            offset=10,
            type=BounceType.HARD_BOUNCE,
            inactive=True,
            email="@example.com",
            tag="welcome mail",
            message_id="883953f4-6105-42a2-a16a-77a8eac79483",
            from_date=datetime(2026, 11, 5, 16, 33, 54, 907025, UTC),
            to_date=date(2026, 11, 6),
            message_stream="broadcast",
        ),
        "GET /bounces",
        {"query": "bounces_query", "response": "bounces"},
        # The older one lies before `from_date`: it is passed over, whatever the service made of the date.
        Page((LISTED,), 13, 10),
    ),
    (
        lambda client: client.bounces.list(),
        "GET /bounces",
        {"query": "first_page_query", "response": "bounces"},
        Page((LISTED, OLD), 13),
    ),
    (
        lambda client: client.bounces.get(ID),
        f"GET /bounces/{ID}",
        {"response": "bounce"},
        attrs.evolve(LISTED, content="Return-Path: <>\r\nReceived: by mx.example.com\r\n"),
    ),
    (
        lambda client: client.bounces.dump(7),
        "GET /bounces/7/dump",
        {"response": "bounce_dump"},
        "Return-Path: <>\r\nReceived: by mx.example.com\r\n\r\nUnknown user\r\n",
    ),
    (
        lambda client: client.bounces.activate(7),
        "PUT /bounces/7/activate",
        {"body": "empty", "response": "bounce_activate"},
        attrs.evolve(LISTED, inactive=False, content="Return-Path: <>\r\n"),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


@pytest.mark.parametrize("response", [{"Body": ""}, {"Body": None}, {}])
def test_a_deleted_dump_is_an_empty_string(service, response):
    """A source that the service no longer has is the empty text, whichever way it says so."""
    service.respond("GET", "/bounces/7/dump", response)
    assert service.client.bounces.dump(7) == ""


@pytest.mark.parametrize(
    "kind, code, name, deactivates",
    [
        ("HardBounce", 1, "Hard bounce", True),
        ("Transient", 2, "Message delayed/Undeliverable", False),
        ("Unsubscribe", 16, "Unsubscribe request", None),
        ("Subscribe", 32, "Subscribe request", False),
        ("AutoResponder", 64, "Auto responder", False),
        ("AddressChange", 128, "Address change", False),
        ("DnsError", 256, "DNS error", False),
        ("SpamNotification", 512, "Spam notification", False),
        ("OpenRelayTest", 1024, "Open relay test", False),
        ("Unknown", 2048, "Unknown", False),
        ("SoftBounce", 4096, "Soft bounce", None),
        ("VirusNotification", 8192, "Virus notification", False),
        ("ChallengeVerification", 16384, "Spam challenge verification", False),
        ("BadEmailAddress", 100000, "Invalid email address", None),
        ("SpamComplaint", 100001, "Spam complaint", True),
        ("ManuallyDeactivated", 100002, "Manually deactivated", True),
        ("Unconfirmed", 100003, "Registration not confirmed", None),
        ("Blocked", 100006, "ISP block", None),
        ("SMTPApiError", 100007, "SMTP API error", False),
        ("InboundError", 100008, "Processing failed", False),
        ("DMARCPolicy", 100009, "DMARC Policy", None),
        ("TemplateRenderingFailed", 100010, "Template rendering failed", False),
    ],
)
def test_each_type_of_bounce_has_the_number_name_and_effect_of_the_contract(kind, code, name, deactivates):
    assert BOUNCE_KINDS[BounceType(kind)] == (code, name, deactivates)


def test_each_bounce_type_has_a_kind():
    assert list(BOUNCE_KINDS) == list(BounceType)
    assert len(BOUNCE_KINDS) == len({kind.code for kind in BOUNCE_KINDS.values()}) == 22
    with pytest.raises(TypeError):
        BOUNCE_KINDS[BounceType.UNKNOWN] = BOUNCE_KINDS[BounceType.BLOCKED]
