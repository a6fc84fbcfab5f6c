"""Each kind of event, from its hand-written payload to its attributes."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import attrs
import pytest

from emailapi import BounceType, ClickLocation, Platform, Program, SuppressionOrigin, SuppressionReason
from emailapi.webhooks import (
    BounceEvent,
    ClickEvent,
    DeliveryEvent,
    InboundEvent,
    OpenEvent,
    SpamComplaintEvent,
    SubscriptionChangeEvent,
    UnknownEvent,
    parse,
)

from . import samples
from .samples import body, changed

AT = datetime(2026, 11, 5, 16, 33, 54, 907025, UTC)


def attributes(event):
    return {field.name: getattr(event, field.name) for field in attrs.fields(type(event))}


@pytest.mark.parametrize(
    "sample, kind",
    [
        ("delivery", DeliveryEvent),
        ("bounce", BounceEvent),
        ("complaint", SpamComplaintEvent),
        ("open", OpenEvent),
        ("click", ClickEvent),
        ("suppressed", SubscriptionChangeEvent),
        ("activated", SubscriptionChangeEvent),
        ("inbound", InboundEvent),
    ],
)
def test_each_payload_is_parsed_without_problems(sample, kind):
    event = parse(body(samples.ALL[sample]))
    assert type(event) is kind
    assert event.problems == ()
    assert event.raw == samples.ALL[sample]


def test_a_delivery_is_parsed():
    event = parse(body(samples.DELIVERY))
    assert attributes(event) == {
        "record_type": "Delivery",
        "message_id": samples.MESSAGE_ID,
        "recipient": "John@Example.com",
        "at": AT,
        "tag": "welcome-email",
        "message_stream": "outbound",
        "metadata": {"emailapi-key": "receipt/7", "user": "7"},
        "details": "Test delivery webhook details",
        "server_id": 23,
        "raw": samples.DELIVERY,
        "trace_id": None,
        "retries_remaining": None,
        "problems": (),
    }


def test_a_bounce_is_parsed():
    event = parse(body(samples.BOUNCE))
    assert isinstance(event, BounceEvent)
    assert attributes(event) == {
        "record_type": "Bounce",
        "message_id": samples.MESSAGE_ID,
        "recipient": "john@example.com",
        "at": AT,
        "tag": "Test",
        "message_stream": "outbound",
        "metadata": {"k": "v"},
        "id": 4323372036854775807,
        "type": BounceType.HARD_BOUNCE,
        "type_code": 1,
        "name": "Hard bounce",
        "description": "The server was unable to deliver your message.",
        "details": "smtp;550 5.1.1 no such user",
        "sender": "sender@example.com",
        "subject": "Test subject",
        "server_id": 23,
        "inactive": True,
        "can_activate": True,
        "dump_available": True,
        "content": "the whole bounce",
        "raw": samples.BOUNCE,
        "trace_id": None,
        "retries_remaining": None,
        "problems": (),
    }
    assert type(event.type) is BounceType
    assert not event.is_unsubscribe


def test_a_complaint_has_the_attributes_of_a_bounce_but_is_not_a_bounce():
    """A program that counts bounces must not count complaints."""
    event = parse(body(samples.COMPLAINT))
    assert isinstance(event, SpamComplaintEvent)
    assert not isinstance(event, BounceEvent)
    assert (event.recipient, event.sender, event.can_activate) == ("john@example.com", None, False)
    assert (event.type, event.type_code, event.id) == (BounceType.SPAM_COMPLAINT, 512, 42)


def test_an_open_is_parsed():
    event = parse(body(samples.OPEN))
    assert isinstance(event, OpenEvent)
    assert (event.first_open, event.read_seconds, event.platform) == (True, 5, Platform.WEB_MAIL)
    assert event.client == Program(name="Chrome 35", company="Google", family="Chrome")
    assert (event.os.name, event.geo.city, event.geo.ip) == ("OS X 10.7 Lion", "Houston", "203.0.113.42")
    assert (event.at, event.user_agent, event.tag) == (AT, "Mozilla/5.0", "t")


def test_a_click_is_parsed():
    event = parse(body(samples.CLICK))
    assert isinstance(event, ClickEvent)
    assert (event.original_link, event.click_location) == ("https://example.com/a?b=c", ClickLocation.HTML)
    assert (event.at, event.recipient, event.geo.country_iso_code) == (AT, "john@example.com", "US")


def test_a_suppression_may_have_a_bounce_as_its_reason():
    event = parse(body(samples.SUPPRESSED))
    assert isinstance(event, SubscriptionChangeEvent)
    assert (event.suppress_sending, event.origin) == (True, SuppressionOrigin.RECIPIENT)
    assert event.reason is SuppressionReason.HARD_BOUNCE
    assert (event.message_id, event.tag, event.metadata) == (samples.MESSAGE_ID, None, {})
    assert event.at == datetime(2026, 2, 1, 10, 53, 34, 416071, UTC)


def test_an_activation_has_neither_message_nor_reason():
    event = parse(body(samples.ACTIVATED))
    assert isinstance(event, SubscriptionChangeEvent)
    assert (event.suppress_sending, event.reason, event.message_id, event.problems) == (False, None, None, ())


@pytest.mark.parametrize("type, asked", [("Unsubscribe", True), ("Subscribe", False), ("HardBounce", False)])
def test_an_unsubscribe_by_email_is_a_bounce(type, asked):
    event = parse(changed(samples.BOUNCE, Type=type))
    assert isinstance(event, BounceEvent)
    assert event.is_unsubscribe is asked


def test_an_error_of_smtp_is_a_bounce():
    event = parse(changed(samples.BOUNCE, Type="SMTPApiError", TypeCode=100007))
    assert isinstance(event, BounceEvent)
    assert event.type is BounceType.SMTP_API_ERROR


@pytest.mark.parametrize("sample", ["delivery", "bounce", "suppressed"])
def test_the_older_spelling_of_the_server_id_is_read(sample):
    event = parse(changed(samples.ALL[sample], ServerID=..., ServerId=99))
    assert event.server_id == 99
    assert event.problems == ()


def test_a_new_value_of_an_enumeration_is_a_string():
    event = parse(changed(samples.BOUNCE, Type="NewKind"))
    assert (event.type, event.problems) == ("NewKind", ())


@pytest.mark.parametrize(
    "payload",
    [
        {
            "RecordType": "Rescheduled",
            "Email": "a@example.com",
            "MessageID": "1",
            "MovedAt": "2026-11-05T16:33:54.907025Z",
        },
        {"RecordType": 7, "Recipient": "a@example.com", "MessageID": "1", "At": "2026-11-05T16:33:54.907025Z"},
        {"Recipient": "a@example.com", "MessageID": "1", "SeenAt": "x", "TimeAt": "2026-11-05T16:33:54.907025Z"},
    ],
)
def test_an_unknown_record_type_has_the_common_attributes(payload):
    event = parse(payload)
    assert isinstance(event, UnknownEvent)
    assert (event.recipient, event.message_id, event.at) == ("a@example.com", "1", AT)
    assert event.raw == payload


@pytest.mark.parametrize("payload", [{}, {"RecordType": None}, {"RecordType": "Inbound?"}, {"RecordType": ["Bounce"]}])
def test_an_empty_event_is_unknown(payload):
    event = parse(payload)
    assert isinstance(event, UnknownEvent)
    assert (event.recipient, event.at) == (None, None)


def test_a_record_type_takes_precedence_over_from_full():
    assert isinstance(parse({**samples.INBOUND, "RecordType": "Other"}), UnknownEvent)
    assert isinstance(parse({**samples.INBOUND, "RecordType": None}), InboundEvent)


def test_the_idempotency_key_joins_an_event_with_its_send():
    assert parse(body(samples.DELIVERY)).idempotency_key == "receipt/7"
    assert parse(body(samples.BOUNCE)).idempotency_key is None


@pytest.mark.parametrize("sample", samples.ALL)
def test_events_pickle_and_compare(sample):
    event = parse(body(samples.ALL[sample]))
    assert pickle.loads(pickle.dumps(event)) == event
    assert event != parse(changed(samples.ALL[sample], MessageID="other"))


@pytest.mark.parametrize("sample", samples.ALL)
def test_no_repr_shows_a_body(sample):
    text = repr(parse({**samples.ALL[sample], "RawEmail": "Shall we?"}))
    assert "Shall we?" not in text
    assert "the whole bounce" not in text
    assert "Yes." not in text
