"""`client.messages`: sent messages, and their delivery state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from emailapi import (
    Email,
    EventType,
    InvalidArgument,
    InvalidResponse,
    MessageState,
    NotFound,
    OutboundStatus,
    Recipient,
    SendResult,
    TrackLinks,
)

EASTERN = ZoneInfo("America/New_York")
ID = "21895802-5d50-442b-b039-27cf5b462c54"
EMPTY = {"TotalCount": 0, "Messages": []}


def test_a_page_of_messages(service, responses_json):
    """A listing is read field by field; what an old row lacks has its default."""
    service.respond("GET", "/messages/outbound", responses_json("messages_outbound"))
    page = service.client.messages.list(count=50)
    assert service.queries == [{"count": "50", "offset": "0"}]
    assert (len(page), page.total_count, page.offset, page.unreadable) == (2, 2, 0, ())
    message, old = page
    assert (message.message_id, message.message_stream, message.tag) == (ID, "outbound", "invoice")
    assert message.to == (Recipient(email="jane@example.com", name="Jane Doe"), Recipient(email="joe@example.com"))
    assert message.recipients[2:] == ("copy@example.com", "blind@example.com")
    assert message.received_at == datetime(2017, 2, 25, 18, 59, 44, 45361, UTC)
    assert (message.status, message.track_links) == (OutboundStatus.SENT, TrackLinks.HTML_AND_TEXT)
    assert message.attachments == ("invoice.pdf", "terms.txt")
    assert (message.metadata, message.sandboxed) == ({"user_id": "7", "run": "2017-02"}, True)
    assert (old.tag, old.message_stream, old.metadata, old.sandboxed) == ("", "", {}, False)
    assert old.status is OutboundStatus.QUEUED


FILTERS = [
    ({"recipient": "a+b@example.com"}, {"recipient": "a+b@example.com"}),
    ({"sender": "us@example.com"}, {"fromemail": "us@example.com"}),
    ({"tag": "a&b"}, {"tag": "a&b"}),
    ({"status": OutboundStatus.QUEUED}, {"status": "Queued"}),
    ({"status": "processed"}, {"status": "processed"}),
    ({"subject": "Grüße"}, {"subject": "Grüße"}),
    ({"message_stream": "broadcast"}, {"messagestream": "broadcast"}),
    ({"metadata": {"user_id": "7"}}, {"metadata_user_id": "7"}),
    ({"from_date": date(2026, 3, 1), "to_date": date(2026, 3, 2)}, {"fromdate": "2026-03-01", "todate": "2026-03-02"}),
    ({"from_date": datetime(2026, 7, 1, 12, tzinfo=UTC)}, {"fromdate": "2026-07-01T08:00:00"}),
    ({"to_date": datetime(2026, 1, 1, 0, 0, 0, 1, UTC)}, {"todate": "2025-12-31T19:00:01"}),
    ({"from_date": "2026-07-01T12:00:00"}, {"fromdate": "2026-07-01T12:00:00"}),
    ({"tag": None}, {}),
]


@pytest.mark.parametrize("given, sent", FILTERS, ids=lambda row: "-".join(row))
def test_filters_are_spelt_as_the_service_spells_them(service, given, sent):
    """Each filter has its documented name; aware datetimes keep their instant, in Eastern time."""
    service.respond("GET", "/messages/outbound", EMPTY)
    service.client.messages.list(count=1, offset=2, **given)
    assert service.queries == [{"count": "1", "offset": "2", **sent}]


@pytest.mark.parametrize(
    "given, says",
    [
        ({"tagg": "x"}, "unknown filter 'tagg'; did you mean 'tag'?"),
        ({"fromemail": "x"}, "unknown filter 'fromemail'"),
        ({"MessageStream": "x"}, "did you mean 'message_stream'?"),
        ({"metadata": {"a": "1", "b": "2"}}, "one metadata key at a time, got 2"),
        ({"metadata": {}}, "'metadata'"),
        ({"metadata": "a=1"}, "'metadata'"),
        ({"tag": b"x"}, "'tag'"),
        ({"tag": "\ud800"}, "'tag'"),
    ],
)
def test_an_invalid_filter_is_rejected_before_a_request(service, given, says):
    with pytest.raises(InvalidArgument) as caught:
        service.client.messages.list(**given)
    assert says in caught.value.message
    assert caught.value.argument == next(iter(given))
    assert not service.calls


def test_a_range_in_the_repeated_hour_of_autumn_is_exact(service):
    """In autumn's repeated hour the service gives both readings: what is outside of the range is left out here."""
    early = datetime(2026, 11, 1, 1, 30, tzinfo=EASTERN)
    late = early.replace(fold=1)
    assert late.astimezone(UTC) - early.astimezone(UTC) == timedelta(hours=1)
    rows = [{"MessageID": "late", "ReceivedAt": "2026-11-01T01:30:00-05:00"}]
    rows += [{"MessageID": "early", "ReceivedAt": "2026-11-01T01:30:00.0000000-04:00"}, {"MessageID": "undated"}]
    service.respond("GET", "/messages/outbound", {"TotalCount": 3, "Messages": rows})
    messages = service.client.messages

    def found(**dates):
        return [message.message_id for message in messages.list(**dates)]

    assert found(from_date=late.astimezone(UTC)) == ["late", "undated"]
    assert found(to_date=early.astimezone(UTC)) == ["early", "undated"]
    assert found(from_date=early, to_date=late.astimezone(UTC)) == ["late", "early", "undated"]
    assert found(from_date="2026-11-01T01:30:00") == ["late", "early", "undated"]
    assert {query["fromdate"] for query in service.queries if "fromdate" in query} == {"2026-11-01T01:30:00"}


def test_an_unreadable_row_does_not_lose_the_page(service):
    """A row that cannot be read is left out and told of; an unknown status is the text it is."""
    rows = [
        {"MessageID": "1", "Status": "Lost"},
        7,
        {"MessageID": "2", "To": "a@example.com"},
        None,
        {"MessageID": "3"},
    ]
    service.respond("GET", "/messages/outbound", {"TotalCount": "5", "Messages": rows})
    page = service.client.messages.list()
    assert [message.message_id for message in page] == ["1", "3"]
    assert (page[0].status, page.total_count) == ("Lost", 5)
    assert [text.partition(":")[0] for text in page.unreadable] == ["row 1", "row 2", "row 3"]
    assert "to" in page.unreadable[1]


@pytest.mark.parametrize("value", [{}, [], None, 7, {"Messages": None}, {"Messages": {}}, {"messages": []}])
def test_a_list_without_rows_is_an_invalid_response(service, value):
    """The error names the request."""
    service.respond("GET", "/messages/outbound", value)
    with pytest.raises(InvalidResponse) as caught:
        service.client.messages.list()
    assert (caught.value.method, caught.value.path) == ("GET", "/messages/outbound")


def test_the_details_of_a_message_have_its_content_and_events(service, responses_json):
    service.respond("GET", f"/messages/outbound/{ID}/details", responses_json("messages_outbound_details"))
    message = service.client.messages.get(ID)
    assert message.text_body == "Thank you for your order."
    assert message.body.startswith('From: "Joe" <joe@d.com>')
    assert message.attachments == ("invoice.pdf", "terms.txt")
    events = {event.type: event for event in message.message_events}
    assert set(events) == set(EventType)
    assert events[EventType.BOUNCED].details["BounceID"] == "374814878"
    assert events[EventType.BOUNCED].received_at == datetime(2017, 2, 25, 19, 0, 2, 417864, UTC)
    assert "order" not in repr(message)


def test_the_source_of_a_message(service, responses_json):
    """A dump is the raw source, or `""` when the service no longer has it, with or without the key."""
    path = f"/messages/outbound/{ID}/dump"
    for value in (responses_json("messages_outbound_dump"), {"Body": ""}, {"Body": None}, {}):
        service.respond("GET", path, value)
    sources = [service.client.messages.dump(ID) for _ in range(4)]
    assert sources == [responses_json("messages_outbound_dump")["Body"], "", "", ""]


@pytest.mark.parametrize("id", ["", " ", ".", "..", "\ud800", None, b"1", ["1"], True])
def test_an_invalid_id_is_rejected_before_a_request(service, id):
    """An id that is none, or would be read as another path, is rejected by name before a request."""
    for call in (service.client.messages.get, service.client.messages.dump, service.client.messages.status):
        with pytest.raises(InvalidArgument) as caught:
            call(id)
        assert caught.value.argument == "id"
    assert not service.calls


def test_an_unknown_message_is_not_found(service):
    """An id that the service does not know is `NotFound`, by 422 and code 701."""
    service.respond("GET", f"/messages/outbound/{ID}/details", {"ErrorCode": 701, "Message": "Not found."}, 422)
    for call in (service.client.messages.get, service.client.messages.status):
        with pytest.raises(NotFound) as caught:
            call(ID)
        assert (caught.value.status, caught.value.code) == (422, 701)


def event(recipient, type, at):
    """Return an event, at a minute."""
    return {"Recipient": recipient, "Type": type, "ReceivedAt": f"2026-03-01T12:{at:02}:00Z", "Details": {}}


A, B = "A@example.com", "b@example.com"
STATES = [
    ("Queued", [], "queued", ["queued", "queued"]),
    ("Sent", [], "sent", ["sent", "sent"]),
    ("Processed", [], "sent", ["sent", "sent"]),
    ("Odd", [], "sent", ["sent", "sent"]),
    ("Sent", [event(A, "Transient", 1)], "sent", ["sent", "sent"]),
    ("Sent", [event(A, "Delivered", 1)], "sent", ["delivered", "sent"]),
    ("Sent", [event(A, "Delivered", 1), event(B, "Delivered", 2)], "delivered", ["delivered", "delivered"]),
    ("Sent", [event(A, "Bounced", 1), event(B, "Delivered", 2)], "bounced", ["bounced", "delivered"]),
    ("Sent", [event(A, "Bounced", 2), event(A, "Delivered", 1)], "bounced", ["bounced", "sent"]),
    ("Sent", [event(A, "Delivered", 1), event(A, "Bounced", 2)], "bounced", ["bounced", "sent"]),
    ("Sent", [event("a@EXAMPLE.com", "Delivered", 1), event(B, "New", 2)], "sent", ["delivered", "sent"]),
]


@pytest.mark.parametrize("status, events, state, each", STATES)
def test_the_status_of_a_message_is_read(service, status, events, state, each):
    """Bounced as soon as one bounced, else as far as the recipient it reached least; the newest event counts."""
    value = {"MessageID": ID, "Status": status, "Recipients": [A, B], "MessageEvents": events}
    service.respond("GET", f"/messages/outbound/{ID}/details", value)
    found = service.client.messages.status(ID)
    assert (found.message_id, found.state) == (ID, MessageState(state))
    assert [one.recipient for one in found.recipients] == [A, B]
    assert [one.state for one in found.recipients] == [MessageState(one) for one in each]


def test_the_status_can_be_requested_by_a_result(service):
    service.respond("GET", f"/messages/outbound/{ID}/details", {"MessageID": ID, "Status": "Queued"})
    assert service.client.messages.status(SendResult(message_id=ID)).state is MessageState.QUEUED
    with pytest.raises(InvalidArgument):
        service.client.messages.status(SendResult())


def test_the_status_can_be_requested_by_an_idempotency_key(client):
    """An email that left another way is searched by its key; without one, or where none is found, that is said."""
    key = "left-by-smtp"
    client.outbound.send(Email(to="ok@example.com", text_body="Hi"), idempotency_key=key)
    for result in (
        SendResult(message_id="4XYZ", via="smtp", idempotency_key=key),
        SendResult(message_id="", idempotency_key=key),
    ):
        assert client.messages.status(result).state is MessageState.DELIVERED
    with pytest.raises(NotFound, match="sent by smtp"):
        client.messages.status(SendResult(message_id="4XYZ", via="smtp", idempotency_key="another"))
    with pytest.raises(InvalidArgument, match="sent by ses"):
        client.messages.status(SendResult(message_id="0100", via="ses"))


def test_the_sandbox_tells_the_state_of_an_email(client):
    bouncing = "softbounce@bounce-testing.postmarkapp.com"
    email = Email(to=f"ok@example.com, {bouncing}", subject="Two", text_body="Hi", metadata={"case": "status"})
    result = client.outbound.send(email)
    status = client.messages.status(result)
    assert status.state is MessageState.BOUNCED
    states = {one.recipient.lower(): one.state for one in status.recipients}
    assert states == {"ok@example.com": MessageState.DELIVERED, bouncing: MessageState.BOUNCED}
    (listed,) = client.messages.list(metadata={"case": "status"})
    assert (listed.message_id, listed.subject, listed.sender) == (result.message_id, "Two", "us@example.com")
    assert client.messages.get(result.message_id).text_body == "Hi"
    assert "Subject: Two" in client.messages.dump(result.message_id)
    for call in (client.messages.get, client.messages.dump, client.messages.status):
        with pytest.raises(NotFound):
            call("00000000-0000-4000-8000-000000000000")


def test_every_filter_is_that_of_the_contract(contract):
    page = contract(
        lambda client: client.messages.list(
            count=50,
            offset=7,
            recipient="jane+list@example.com",
            sender="joe@d.com",
            tag="welcome",
            status="Queued",
            from_date=date(2026, 11, 1),
            to_date=datetime(2026, 11, 5, 16, 33, 54, 1, UTC),
            subject="Your invoice",
            message_stream="broadcast",
            metadata={"user_id": "7 & 8"},
        ),
        "GET /messages/outbound",
        query="messages_query",
        response="messages_outbound",
    )
    assert (page.total_count, page.offset) == (2, 7)
