"""Records from responses that were written by hand from the contract: every field, and that every field is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

import emailapi
from emailapi.models.email import TrackLinks
from emailapi.models.messages import (
    EventType,
    Message,
    MessageDetails,
    MessageDump,
    MessageEvent,
    OutboundStatus,
    Recipient,
)
from emailapi.models.outbound import SendResult
from emailapi.models.stats import StatsOverview
from emailapi.wire import read, read_rows, wire_names

EST = timezone(timedelta(hours=-5))
TO = (Recipient(email="jane@example.com", name="Jane Doe"), Recipient(email="joe@example.com"))

# Where each record of a response stands: the file, and the way to an object that has all its keys.
RESPONSES = {
    SendResult: ("email", ()),
    Message: ("messages_outbound", ("Messages", 0)),
    Recipient: ("messages_outbound", ("Messages", 0, "To", 0)),
    MessageDetails: ("messages_outbound_details", ()),
    MessageEvent: ("messages_outbound_details", ("MessageEvents", 0)),
    MessageDump: ("messages_outbound_dump", ()),
    StatsOverview: ("stats_outbound", ()),
}


def found_at(value, way):
    """Follow keys and places into a JSON value."""
    for step in way:
        value = value[step]
    return value


@pytest.mark.parametrize("record", RESPONSES, ids=lambda record: record.__name__)
def test_every_field_is_in_a_response(record, responses_json):
    file, way = RESPONSES[record]
    assert set(wire_names(record).values()) == set(found_at(responses_json(file), way))


@pytest.mark.parametrize("record", RESPONSES, ids=lambda record: record.__name__)
def test_every_field_is_read(record, responses_json):
    file, way = RESPONSES[record]
    found = read(found_at(responses_json(file), way), record)
    same = [name for name in wire_names(record) if getattr(found, name) == getattr(record(), name)]
    # 0 is what an accepted email's code is; the listing's first row is the sandboxed one.
    assert not set(same) - {"error_code", "sandboxed"}


def reached_from(record, seen):
    """Collect the records that stand in the fields of a record."""
    for field in attrs.fields(attrs.resolve_types(record)):
        for part in getattr(field.type, "__args__", ()):
            if isinstance(part, type) and attrs.has(part) and part not in seen:
                seen.add(part)
                reached_from(part, seen)
    return seen


def test_every_record_of_a_response_is_tested():
    """The records that stand in the responses' records have responses, too."""
    assert {inner for record in RESPONSES for inner in reached_from(record, set())} <= set(RESPONSES)
    assert {emailapi.SendResult, emailapi.Message, emailapi.MessageDetails, emailapi.StatsOverview} <= set(RESPONSES)


def test_the_response_to_a_send_is_read(responses_json):
    assert read(responses_json("email"), SendResult) == SendResult(
        message_id="0a129aee-e1cd-480d-b08d-4f48548ff48d",
        to="receiver@example.com",
        submitted_at=datetime(2014, 2, 17, 7, 25, 1, 417864, EST),
        error_code=0,
        message="OK",
    )


def test_a_response_without_a_code_is_read(responses_json):
    found = read(responses_json("email_delayed"), SendResult)
    assert found.message_id == "21895802-5d50-442b-b039-27cf5b462c54"
    assert found.submitted_at == datetime(2024, 6, 19, 20, 2, 33, 123456, UTC)
    assert found.error_code == 0


def test_a_page_of_messages_is_read(responses_json):
    (new, old), unreadable = read_rows(responses_json("messages_outbound")["Messages"], Message)
    assert unreadable == []
    assert new == Message(
        message_id="21895802-5d50-442b-b039-27cf5b462c54",
        message_stream="outbound",
        sender='"Joe" <joe@d.com>',
        to=TO,
        cc=(Recipient(email="copy@example.com", name="Copy"),),
        bcc=(Recipient(email="blind@example.com", name=new.bcc[0].name),),
        recipients=("jane@example.com", "joe@example.com", "copy@example.com", "blind@example.com"),
        subject="Your invoice",
        tag="invoice",
        status=OutboundStatus.SENT,
        received_at=datetime(2017, 2, 25, 13, 59, 44, 45361, EST),
        attachments=("invoice.pdf", "terms.txt"),
        track_opens=True,
        track_links=TrackLinks.HTML_AND_TEXT,
        metadata={"user_id": "7", "run": "2017-02"},
        sandboxed=True,
    )
    assert not new.bcc[0].name
    assert (old.tag, old.message_stream, old.metadata, old.sandboxed) == ("", "", {}, False)
    assert (old.status, old.track_links) == (OutboundStatus.QUEUED, TrackLinks.NONE)


def test_the_details_of_a_message_are_read(responses_json):
    details = read(responses_json("messages_outbound_details"), MessageDetails)
    assert details.to == TO
    assert details.text_body == "Thank you for your order."
    assert details.html_body == "<p>Thank you for your order.</p>"
    assert details.body.startswith('From: "Joe" <joe@d.com>\r\n')
    assert details.attachments == ("invoice.pdf", "terms.txt"), "names and objects that have one"
    assert details.track_links is TrackLinks.HTML_ONLY
    assert [event.type for event in details.message_events] == [
        EventType.TRANSIENT,
        EventType.DELIVERED,
        EventType.BOUNCED,
        EventType.OPENED,
        EventType.LINK_CLICKED,
        EventType.SUBSCRIPTION_CHANGED,
    ]
    assert details.message_events[2] == MessageEvent(
        recipient="joe@example.com",
        type=EventType.BOUNCED,
        received_at=datetime(2017, 2, 25, 14, 0, 2, 417864, EST),
        details={"Summary": "smtp;550 5.1.1 unknown user", "BounceID": "374814878"},
    )


def test_every_event_type_is_in_the_response(responses_json):
    types = {event["Type"] for event in responses_json("messages_outbound_details")["MessageEvents"]}
    assert types == {member.value for member in EventType}


def test_the_raw_source_of_a_message_is_read(responses_json):
    assert read(responses_json("messages_outbound_dump"), MessageDump).body.count("\r\n") == 5
    assert read({"Body": None}, MessageDump).body == read({}, MessageDump).body == ""


def test_every_count_of_the_overview_is_read(responses_json):
    found = read(responses_json("stats_outbound"), StatsOverview)
    values = [getattr(found, field.name) for field in attrs.fields(StatsOverview)]
    assert values == [615, 64, 25, 10.406, 10, 1.626, 166, 26, 111, 90, 51, 60, 30, 72, 14, 13, 12]
    assert (found.smtp_api_errors, found.spam_complaints_rate, found.with_read_time_recorded) == (25, 1.626, 12)


def test_missing_totals_are_0():
    assert read({"Days": []}, StatsOverview) == StatsOverview()
