"""The builders of payloads: the exact JSON of each event, as the contract has it."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime

import pytest

from emailapi import Attachment, BounceType, Geo, InvalidArgument, Program, SendResult
from emailapi.webhooks import BounceEvent, InboundEvent, parse, payloads

from . import samples
from .samples import MESSAGE_ID, changed

AT = datetime(2026, 11, 5, 16, 33, 54, 907025, UTC)
WRITTEN = "2026-11-05T16:33:54.9070250Z"
BUILDERS = [
    payloads.delivery,
    payloads.bounce,
    payloads.complaint,
    payloads.open,
    payloads.click,
    payloads.subscription_change,
    payloads.inbound,
]
OUTBOUND = BUILDERS[:-1]
NAMES = [builder.__name__ for builder in BUILDERS]


def test_delivery_builds_an_event():
    built = payloads.delivery(
        MESSAGE_ID,
        email="John@Example.com",
        tag="welcome-email",
        at=AT,
        details="Test delivery webhook details",
        metadata={"emailapi-key": "receipt/7", "user": "7"},
    )
    assert built == changed(samples.DELIVERY, DeliveredAt=WRITTEN)


def test_bounce_builds_an_event():
    built = payloads.bounce(
        MESSAGE_ID,
        email="john@example.com",
        id=4323372036854775807,
        tag="Test",
        metadata={"k": "v"},
        at=AT,
        description=samples.BOUNCE["Description"],
        details=samples.BOUNCE["Details"],
        subject="Test subject",
        content="the whole bounce",
    )
    assert built == changed(samples.BOUNCE, BouncedAt=WRITTEN)


@pytest.mark.parametrize(
    "type, code, name, inactive, can_activate",
    [
        (BounceType.HARD_BOUNCE, 1, "Hard bounce", True, True),
        ("SoftBounce", 4096, "Soft bounce", False, True),
        ("softbounce", 4096, "Soft bounce", False, True),
        (BounceType.SMTP_API_ERROR, 100007, "SMTP API error", False, True),
        ("SpamComplaint", 100001, "Spam complaint", True, False),
    ],
)
def test_the_type_of_a_bounce_gives_the_other_values(type, code, name, inactive, can_activate):
    built = payloads.bounce(type=type)
    assert (built["TypeCode"], built["Name"]) == (code, name)
    assert (built["Inactive"], built["CanActivate"]) == (inactive, can_activate)


def test_an_unknown_bounce_type_is_an_error_that_lists_the_known_ones():
    with pytest.raises(InvalidArgument, match=r"^type must be one of HardBounce, .*, got 'SoftBuonce'$"):
        payloads.bounce(type="SoftBuonce")


def test_spam_complaint_builds_an_event():
    built = payloads.complaint(
        MESSAGE_ID,
        email="john@example.com",
        id=42,
        type_code=512,
        server_id=1234,
        description=samples.COMPLAINT["Description"],
        details=samples.COMPLAINT["Details"],
        subject="Test subject",
        at="2026-11-05T16:33:54Z",
    )
    assert built == samples.COMPLAINT


def test_open_builds_an_event():
    built = payloads.open(
        MESSAGE_ID,
        email="john@example.com",
        metadata={"a": "b"},
        tag="t",
        at=AT,
        user_agent="Mozilla/5.0",
        client={"name": "Chrome 35", "company": "Google", "family": "Chrome"},
        os=Program(name="OS X 10.7 Lion", company="Apple", family="OS X 10"),
        geo=Geo(
            country_iso_code="US",
            country="United States",
            region_iso_code="TX",
            region="Texas",
            city="Houston",
            zip="77058",
            coords="29.55,-95.09",
            ip="203.0.113.42",
        ),
    )
    assert built == changed(samples.OPEN, ReceivedAt=WRITTEN)


def test_click_builds_an_event():
    built = payloads.click(
        MESSAGE_ID,
        email="john@example.com",
        link="https://example.com/a?b=c",
        platform="Desktop",
        tag="t",
        at=AT,
        user_agent="Mozilla/5.0",
        client=Program(name="Chrome 35", company="Google", family="Chrome"),
        os=Program(name="OS X 10.7 Lion", company="Apple", family="OS X 10"),
        geo=Geo(city="Houston"),
    )
    place = {**dict.fromkeys(samples.CLICK["Geo"], ""), "City": "Houston"}
    assert built == changed(samples.CLICK, ReceivedAt=WRITTEN, Geo=place)


def test_subscription_change_builds_both_kinds_of_event():
    """The tag is left out, never null: what the service does goes before the contract."""
    at = "2026-02-01T10:53:34.416071Z"
    built = payloads.subscription_change(MESSAGE_ID, email="john@example.com", at=at, reason="HardBounce")
    assert built == changed(samples.SUPPRESSED, Tag=...)
    built = payloads.subscription_change(email="john@example.com", at=at, suppress_sending=False, message_id=None)
    assert built == changed(samples.ACTIVATED, Tag=...)


def test_inbound_builds_an_inbound_email():
    files = [
        Attachment(name="a.txt", content=b"Hello", content_type="text/plain"),
        Attachment(name="logo.png", content=b"\x89PNG", content_id="logo"),
    ]
    built = payloads.inbound(
        "Yes.\n\n> Shall we?",
        files,
        sender="J D <j@example.com>",
        to='"Hook, Ltd" <h+tag@inbound.postmarkapp.com>, b@example.com',
        cc="c@example.com",
        message_id="50c2377e-e3a2-4a89-9632-94fcfae7cbff",
        subject="Grüße",
        reply_to="responses@example.com",
        reply_text="Yes.",
        html_body='<p>Yes.<img src="cid:logo"></p>',
        at="Sat, 1 Nov 2025 00:54:40 +0100",
        headers={"X-Spam-Score": "-0.8", "Message-ID": "<abc@mail.example.com>", "X-Long": "one\r\n two"},
    )
    headers = {header["Name"]: header["Value"] for header in built["Headers"]}
    assert headers.items() >= {header["Name"]: header["Value"] for header in samples.INBOUND["Headers"]}.items()
    expected = changed(samples.INBOUND, Headers=built["Headers"])
    expected["Attachments"][1]["Content"] = "iVBORw=="  # without the line break that the service may write
    assert built == expected


def test_an_inbound_email_has_the_usual_headers():
    """Return-Path is the first; Date and Reply-To are fields; the spam filter's are there."""
    names = [header["Name"] for header in payloads.inbound()["Headers"]]
    assert names[0] == "Return-Path"
    assert not {"Date", "Reply-To"} & set(names)
    assert {"X-Spam-Status", "X-Spam-Score", "X-Spam-Tests", "Received-SPF", "Message-ID"} <= set(names)


def test_a_hidden_recipient_is_the_recipient_of_the_event():
    built = payloads.inbound(bcc="h+42@inbound.example.com")
    assert (built["OriginalRecipient"], built["MailboxHash"]) == ("h+42@inbound.example.com", "42")
    assert built["BccFull"] == [{"Email": "h+42@inbound.example.com", "Name": "", "MailboxHash": "42"}]


def test_an_instant_of_an_inbound_email_is_a_header_date():
    assert payloads.inbound(at=AT)["Date"] == "Thu, 05 Nov 2026 16:33:54 +0000"


@pytest.mark.parametrize("builder", BUILDERS, ids=NAMES)
def test_each_builder_gives_a_new_event_without_problems(builder):
    first, second = builder(), builder()
    event = parse(json.dumps(first))
    assert event.problems == ()
    assert event.dedupe_key != parse(second).dedupe_key
    assert event.recipient == "user@example.com"
    assert event.at is not None
    assert abs((datetime.now(UTC) - event.at).total_seconds()) < 60
    assert uuid.UUID(event.message_id).version == 4
    assert "Tag" not in first or isinstance(event, InboundEvent)


@pytest.mark.parametrize("builder", OUTBOUND, ids=NAMES[:-1])
def test_outbound_payloads_have_the_fields_of_the_service(builder):
    built = builder()
    assert built["Metadata"] == {}
    assert built["MessageStream"] == "outbound"
    assert "RecordType" in built
    (at,) = [value for name, value in built.items() if name.endswith("At")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", at)


@pytest.mark.parametrize("builder", OUTBOUND, ids=NAMES[:-1])
def test_an_event_can_be_built_from_a_result(builder):
    result = SendResult(message_id="m-1", to="Ada <ada@example.com>", idempotency_key="receipt/7")
    event = parse(builder(result))
    assert (event.message_id, event.recipient, event.idempotency_key) == ("m-1", "ada@example.com", "receipt/7")
    assert parse(builder(result, email="b@example.com")).recipient == "b@example.com"
    assert parse(builder("m-2")).message_id == "m-2"


@pytest.mark.parametrize("builder", BUILDERS, ids=NAMES)
def test_a_misspelt_field_is_an_error(builder):
    with pytest.raises(TypeError, match="recipiet.*recipient"):
        builder(recipiet="x")


def test_a_field_with_none_is_omitted():
    assert "Subject" not in payloads.bounce(subject=None)


def test_a_naive_time_is_an_error():
    with pytest.raises(InvalidArgument, match="at must have a time zone"):
        payloads.delivery(at=datetime(2026, 1, 1))


def test_a_value_that_json_cannot_express_is_named_by_its_path():
    with pytest.raises(InvalidArgument, match=r"metadata\.user"):
        payloads.delivery(metadata={"user": b"7"})


@pytest.mark.parametrize("kind", NAMES)
def test_check_payloads_are_the_same_each_time(kind):
    built = payloads.check(kind)
    event = parse(built)
    assert event.problems == ()
    assert event.message_id == "00000000-0000-0000-0000-000000000000"
    assert event.dedupe_key == parse(payloads.check(kind)).dedupe_key
    assert event.at == datetime(2014, 1, 15, 12, 2, 3, tzinfo=UTC)
    assert not {"Metadata", "ServerID"} & set(built)


def test_a_check_of_an_inbound_email_has_its_content_under_another_name():
    built = payloads.check("inbound")
    assert "Received" not in {header["Name"] for header in built["Headers"]}
    assert set(built["Attachments"][0]) == {"Name", "ContentType", "ContentLength", "ContentID", "Data"}
    assert parse(built).attachments[0].name == "test.txt"
    assert built["Date"][0].isdigit()


def test_an_unknown_check_is_an_error():
    with pytest.raises(InvalidArgument, match="kind must be one of delivery, bounce, .*inbound, got 'x'"):
        payloads.check("x")


def test_each_call_returns_a_new_payload():
    metadata = {"a": "b"}
    built = payloads.bounce(metadata=metadata)
    built["Metadata"]["a"] = "c"
    assert metadata == {"a": "b"}
    assert isinstance(parse(payloads.bounce()), BounceEvent)
