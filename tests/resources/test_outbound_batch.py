"""`client.outbound.send_batch`: each email's own fate, at its place."""

from __future__ import annotations

import pytest

from emailapi import (
    BatchFailed,
    ConnectionFailed,
    DeliveryUnknown,
    Email,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    InvalidRequest,
    Outcome,
    RateLimited,
    SendResult,
    Unauthorized,
)
from emailapi.transports.api import payload as api
from emailapi.transports.api.transport import APITransport


def new_email(name, **more):
    """Make an email to `someone@example.com`."""
    return Email(sender="joe@d.com", to=f"{name}@example.com", subject="Hi", text_body="Hi", **more)


def ok(name):
    """Return the item that accepts an email."""
    return {"ErrorCode": 0, "Message": "OK", "MessageID": name, "To": f"{name}@example.com"}


def accept(request):
    """Accept all that a request has, naming each email's recipient."""
    import json

    return [ok(item["To"].partition("@")[0]) for item in json.loads(request.body)]


def test_a_batch_is_a_json_array(service, requests_json, responses_json):
    service.respond("POST", "/email/batch", responses_json("email_batch"))
    emails = [
        {"sender": "joe@d.com", "to": "first@example.com", "subject": "Hi", "text_body": "One"},
        Email(sender="joe@d.com", to="gone@example.com", subject="Hi", text_body="Two"),
        Email(sender="joe@d.com", to="third@example.com", subject="Hi", html_body="<p>Three</p>"),
    ]
    result = service.client.outbound.send_batch(emails)
    assert service.bodies == [requests_json("email_batch")]
    assert (service.calls[0].method, service.calls[0].path_url) == ("POST", "/email/batch")
    first, gone, third = result
    assert [first.to, third.to] == ["first@example.com", "third@example.com"]
    assert isinstance(gone, InactiveRecipient)
    assert (gone.addresses, gone.code, gone.outcome) == (("gone@example.com",), 406, Outcome.NOT_SENT)
    assert (result.accepted, result.failed) == ((first, third), (gone,))
    assert gone.index == 1


@pytest.mark.parametrize("whole", [False, True])
def test_the_error_of_an_item_has_the_index_and_key_of_its_email(service, whole):
    """Also if the request failed as a whole."""
    emails = [new_email("a", idempotency_key="key-a"), {}, new_email("b", idempotency_key="key-b")]
    if not whole:
        service.respond("POST", "/email/batch", [ok("a"), {"ErrorCode": 300, "Message": "Bad"}])
        places = [(1, None), (2, "key-b")]
    else:
        service.respond("POST", "/email/batch", {"ErrorCode": 10, "Message": "Bad token"}, status=401)
        places = [(0, "key-a"), (1, None), (2, "key-b")]
    failed = service.client.outbound.send_batch(emails).failed
    assert [(error.index, error.idempotency_key) for error in failed] == places


def test_an_invalid_email_does_not_stop_the_others(service):
    service.respond_by("POST", "/email/batch", accept)
    emails = [
        new_email("a"),
        {"to": "x@example.com", "txt_body": "y"},
        new_email("b"),
        7,
        new_email("c", tag="x" * 1001),
        new_email("d"),
    ]
    result = service.client.outbound.send_batch(emails)
    assert [getattr(item, "message_id", None) for item in result] == ["a", None, "b", None, None, "d"]
    for place in (1, 3, 4):
        assert isinstance(result[place], InvalidEmail)
        assert result[place].index == place
        assert f"email at index {place}: " in result[place].message
    assert result[1].field == "txt_body"
    assert len(service.bodies[0]) == 3


def test_no_request_when_no_email_is_valid(service):
    result = service.client.outbound.send_batch([{}, {}])
    assert [type(item) for item in result] == [InvalidEmail, InvalidEmail]
    assert not service.calls


@pytest.mark.parametrize("given", [new_email("a"), {"to": "a@example.com"}, "a@example.com", b"", 7, None])
def test_a_single_email_is_rejected_as_a_batch(service, given):
    with pytest.raises(InvalidArgument) as caught:
        service.client.outbound.send_batch(given)
    assert caught.value.argument == "emails"


@pytest.mark.parametrize("empty", [[], (), iter([])])
def test_an_empty_batch_has_an_empty_result_without_a_request(service, empty):
    """A nightly job that has nothing to send must not fail."""
    assert len(service.client.outbound.send_batch(empty)) == 0
    assert len(service.client.outbound.send_template_batch([])) == 0
    assert not service.calls


ODD_ITEMS = {
    "no ErrorCode": ({"MessageID": "1"}, SendResult),
    "no To": ({"ErrorCode": 0, "MessageID": "1"}, SendResult),
    "unknown keys": ({**ok("1"), "Colour": "blue"}, SendResult),
    "code as text": ({"ErrorCode": "300", "Message": "Bad"}, InvalidRequest),
    "an unknown code": ({"ErrorCode": 4711, "Message": "New"}, InvalidRequest),
    "a code, and no sentence": ({"ErrorCode": 300}, InvalidRequest),
    "code 0 and no id": ({"ErrorCode": 0, "Message": "OK"}, DeliveryUnknown),
    "nothing in it": ({}, DeliveryUnknown),
    "null": (None, DeliveryUnknown),
    "a text": ("OK", DeliveryUnknown),
    "a list": ([], DeliveryUnknown),
    "an id of another kind": ({"MessageID": [1]}, DeliveryUnknown),
}


@pytest.mark.parametrize("name", ODD_ITEMS)
def test_an_unreadable_item_does_not_affect_the_others(service, name):
    """An item that is odd is judged by itself; those beside it stand."""
    item, kind = ODD_ITEMS[name]
    service.respond("POST", "/email/batch", [ok("a"), item, ok("c")])
    result = service.client.outbound.send_batch(
        [new_email("a"), new_email("b", idempotency_key="key-b"), new_email("c")]
    )
    assert [result[0].message_id, result[2].message_id] == ["a", "c"]
    assert type(result[1]) is kind
    if kind is DeliveryUnknown:
        assert (result[1].idempotency_key, result[1].outcome) == (None, Outcome.UNKNOWN)


MISMATCHES = {
    "shorter": [ok("a")],
    "longer": [ok("a"), ok("b"), ok("c")],
    "no list": ok("a"),
    "empty list": [],
    "null": b"null",
    "HTML": b"<html>",
    "empty": b"",
    "cut": b'[{"MessageID": "1"}, ',
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_a_response_of_another_length_leaves_every_email_unknown(service, name):
    service.respond("POST", "/email/batch", MISMATCHES[name])
    emails = [new_email("a", idempotency_key="key-a"), new_email("b", idempotency_key="key-b")]
    result = service.client.outbound.send_batch(emails)
    assert [type(item) for item in result] == [DeliveryUnknown] * 2
    assert [item.idempotency_key for item in result] == [None, None]
    assert [item.status for item in result] == [200, 200]
    assert len(service.calls) == 1


@pytest.mark.parametrize(
    "status, value, kind",
    [
        (401, {"ErrorCode": 10, "Message": "Bad token"}, Unauthorized),
        (422, {"ErrorCode": 410, "Message": "Too many"}, InvalidRequest),
        (413, b"<html>", InvalidRequest),
        (429, b"", RateLimited),
        (500, b"", DeliveryUnknown),
        (502, b"<html>", DeliveryUnknown),
        (200, {"ErrorCode": 402, "Message": "No JSON"}, InvalidRequest),
    ],
)
def test_a_failed_request_is_the_error_of_each_email(service, status, value, kind):
    service.respond("POST", "/email/batch", value, status)
    emails = [new_email("a", idempotency_key="key-a"), new_email("b", idempotency_key="key-b")]
    one, other = service.client.outbound.send_batch(emails)
    assert type(one) is type(other) is kind
    assert one is not other
    assert (one.status, one.path) == (status, "/email/batch")
    if kind is DeliveryUnknown:
        assert (one.idempotency_key, other.idempotency_key) == (None, None)


def test_a_batch_is_sent_in_requests_of_500_emails(service):
    service.respond_by("POST", "/email/batch", accept)
    names = [str(number) for number in range(1001)]
    result = service.client.outbound.send_batch(new_email(name) for name in names)
    assert [item.message_id for item in result] == names
    assert [len(body) for body in service.bodies] == [500, 500, 1]


def test_a_batch_is_split_by_the_size_of_requests(service, monkeypatch):
    """A request's bytes stay within the limit, its brackets and commas counted; every email is in exactly one."""
    one = len(api.encode(new_email("a"), service.client._options, api.EMAILS.check).part)
    service.respond_by("POST", "/email/batch", accept)
    for limit, sizes in ((2 * one + 3, [2, 2, 1]), (2 * one + 2, [1, 1, 1, 1, 1]), (one, [1, 1, 1, 1, 1])):
        monkeypatch.setattr(APITransport, "_batch_bytes", limit)
        before = len(service.calls)
        result = service.client.outbound.send_batch([new_email(name) for name in "abcde"])
        assert [item.message_id for item in result] == [*"abcde"]
        made = service.calls[before:]
        assert [len(body) for body in service.bodies[before:]] == sizes
        assert all(len(request.body) <= limit for request in made) or limit == one


def test_a_failed_chunk_does_not_affect_the_others(service, monkeypatch):
    monkeypatch.setattr(APITransport, "at_once", 2)
    service.respond("POST", "/email/batch", [ok("a"), ok("b")])
    service.respond("POST", "/email/batch", b"<html>", 502)
    service.respond("POST", "/email/batch", [ok("e")])
    result = service.client.outbound.send_batch([new_email(name) for name in "abcde"])
    assert [getattr(item, "message_id", type(item)) for item in result] == [
        "a",
        "b",
        DeliveryUnknown,
        DeliveryUnknown,
        "e",
    ]
    assert len(service.calls) == 3


def test_raise_for_errors_raises_if_an_email_failed(service):
    service.respond("POST", "/email/batch", [ok("a"), {}])
    result = service.client.outbound.send_batch([new_email("a"), new_email("b")])
    with pytest.raises(BatchFailed, match="1 of 2") as caught:
        result.raise_for_errors()
    assert caught.value.result is result
    assert (caught.value.outcome, caught.value.retryable) == (Outcome.UNKNOWN, False)


@pytest.mark.slow
def test_an_unreachable_server_is_the_error_of_each_email():
    from emailapi import Client

    with Client("t", base_url="http://127.0.0.1:9") as client:
        result = client.outbound.send_batch([new_email("a"), new_email("b")])
    assert [type(item) for item in result] == [ConnectionFailed] * 2
    with pytest.raises(BatchFailed) as caught:
        result.raise_for_errors()
    assert (caught.value.outcome, caught.value.retryable) == (Outcome.NOT_SENT, True)


def test_the_sandbox_accepts_a_batch(client):
    """The real client, over real HTTP: accepted and rejected emails stand at their places."""
    emails = [
        new_email("a"),
        new_email("b", headers={"X-Nr": "2"}),
        Email(to="c@example.com", subject="Hi", text_body="Hi"),
    ]
    result = client.outbound.send_batch(emails)
    result.raise_for_errors()
    assert [item.to for item in result] == ["a@example.com", "b@example.com", "c@example.com"]
    assert len({item.message_id for item in result}) == 3


@pytest.mark.parametrize("value", [5, None, b"x", "a\r\nb"])
def test_metadata_changed_after_validation_fails_only_its_email(service, value):
    """A dictionary of a frozen email can be changed; what it holds then is checked again."""
    emails = [new_email(name) for name in "abc"]
    emails[1].metadata["late"] = value
    service.respond("POST", "/email/batch", [ok("a"), ok("c")] if value != "a\r\nb" else [ok("a"), ok("b"), ok("c")])
    result = service.client.outbound.send_batch(emails)
    if value != "a\r\nb":
        assert [getattr(item, "field", "") for item in result] == ["", "metadata", ""]
