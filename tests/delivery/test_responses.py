"""The errors that responses, or their absence, stand for, without a network; test_classification.py has the table."""

from __future__ import annotations

import json
import time

import pytest
from requests.structures import CaseInsensitiveDict

from emailapi import (
    APIError,
    ConnectionFailed,
    DeliveryUnknown,
    InactiveRecipient,
    InvalidRequest,
    InvalidResponse,
    NotFound,
    Outcome,
    RateLimited,
    SenderNotAllowed,
    ServerError,
    ServiceUnavailable,
    TransportError,
    Unauthorized,
)
from emailapi._delivery import (
    Kind,
    Request,
    Response,
    api_error,
    classify,
    error_code,
    keep_unknown,
    no_response,
    read_value,
    retry_after,
)

READ = Request("GET", "/messages/outbound")
SEND = Request("POST", "/email", body=b"{}", kind=Kind.SEND)
WRITES = [Request("PUT", "/server", body=b"{}", kind=kind) for kind in Kind if kind is not Kind.READ]
HTML = b"<html><body>Bad Gateway</body></html>"


def response(status, value=b"", **headers):
    """Make a response; a value that is not bytes becomes JSON."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    names = CaseInsensitiveDict({name.replace("_", "-"): text for name, text in headers.items()})
    return Response.parse(status, names, body)


@pytest.mark.parametrize(
    "value, code",
    [
        ({"ErrorCode": 300}, 300),
        ({"ErrorCode": "300"}, 300),
        ({"ErrorCode": 300.0}, 300),
        ({"ErrorCode": True}, None),
        ({"ErrorCode": None}, None),
        ({"ErrorCode": "E300"}, None),
        ({"ErrorCode": [300]}, None),
        ({"ErrorCode": float("inf")}, None),
        ({"ErrorCode": float("nan")}, None),
        ({}, None),
        ([], None),
        (None, None),
        ("text", None),
    ],
)
def test_codes_are_read_leniently(value, code):
    """A code is a number or a text of one; anything else is none."""
    assert error_code(value) == code


@pytest.mark.parametrize(
    "text, seconds",
    [("2", 2), (" 120 ", 120), ("0", 0), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("²", None)],
)
def test_retry_after_in_seconds(text, seconds):
    assert retry_after(CaseInsensitiveDict({"retry-after": text})) == seconds


@pytest.mark.parametrize("zone", ["%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y"])
def test_retry_after_as_a_date(zone, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        for ahead, low, high in ((90, 85, 91), (-90, 0, 0)):
            text = time.strftime(zone, time.gmtime(time.time() + ahead))
            assert low <= retry_after({"Retry-After": text}) <= high
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_unreadable_retry_after_is_none():
    """Without the header nothing is known of how long to wait."""
    assert retry_after({}) is None


@pytest.mark.parametrize(
    "status, value, error",
    [
        (401, {"ErrorCode": 10, "Message": "Bad token"}, Unauthorized),
        (401, b"", Unauthorized),
        (404, HTML, NotFound),
        (413, HTML, InvalidRequest),
        (415, b"", InvalidRequest),
        (422, {"ErrorCode": 300, "Message": "Invalid"}, InvalidRequest),
        (422, {"ErrorCode": "400", "Message": "No signature"}, SenderNotAllowed),
        (422, {"ErrorCode": 4711, "Message": "New"}, InvalidRequest),
        (422, {"ErrorCode": 701, "Message": "Not found"}, NotFound),
        (422, {"ErrorCode": 500, "Message": "An HTTP status it is not"}, InvalidRequest),
        (200, {"ErrorCode": 406, "Message": "Inactive"}, InactiveRecipient),
        (429, b"", RateLimited),
        (503, {"ErrorCode": 100, "Message": "Maintenance"}, ServiceUnavailable),
        (503, HTML, ServerError),
        (502, HTML, ServerError),
        (500, b"", ServerError),
        (307, b"", InvalidRequest),
    ],
)
def test_rejections_have_their_class(status, value, error):
    """A response is raised by its code where the table has it, else by its status; code and status are kept."""
    found = classify(READ, response(status, value, X_Request_Id="r-1"))
    assert type(found) is error
    assert (found.outcome, found.may_have_been_sent) == (Outcome.NOT_SENT, False)
    assert (found.method, found.path, found.attempts) == ("GET", "/messages/outbound", 1)
    assert (found.status, found.request_id) == (status, "r-1")
    if isinstance(value, dict):
        assert (found.code, found.message) == (int(value["ErrorCode"]), value["Message"])
    else:
        assert found.code is None
        assert f"HTTP {status}" in found.message
        assert "<" not in str(found)


def test_only_temporary_rejections_are_retryable():
    """Of the responses of the service, 429, maintenance and 5xx may be tried again; the rest not."""
    for status, value in ((429, b""), (503, {"ErrorCode": 100}), (500, b"")):
        assert classify(READ, response(status, value)).retryable
    for status, value in ((401, b""), (404, b""), (422, {"ErrorCode": 300}), (422, {"ErrorCode": 406}), (301, b"")):
        assert not classify(READ, response(status, value)).retryable


def test_rate_limits_have_retry_after():
    assert classify(SEND, response(429, HTML, Retry_After="7")).retry_after == 7
    assert classify(SEND, response(429, {"ErrorCode": 429, "Message": "Slow down"})).retry_after is None


def test_code_11_names_each_field():
    errors = {"Messages[0].To": [{"ErrorCode": 300, "Message": "Bad"}, {"ErrorCode": 406, "Message": "Gone"}]}
    errors |= {"From": {"Message": "Missing"}, "Tag": "Too long", "Cc": [{"ErrorCode": 300}]}
    found = classify(SEND, response(422, {"ErrorCode": 11, "Message": "Several", "Errors": errors}))
    assert found.errors == {"Messages[0].To": ("Bad", "Gone"), "From": ("Missing",), "Tag": ("Too long",), "Cc": ("",)}
    assert classify(SEND, response(422, {"ErrorCode": 11, "Message": "Several", "Errors": ["x"]})).errors == {}


def test_inactive_addresses_are_named():
    text = "Found inactive addresses: a@example.com, b@example.com. Inactive recipients are ones that ..."
    found = api_error({"ErrorCode": 406, "Message": text}, 422, {})
    assert found.addresses == ("a@example.com", "b@example.com")


@pytest.mark.parametrize("message", [None, "", 7, {"a": 1}])
def test_a_rejection_without_a_message_gets_a_default_one(message):
    """An envelope whose `Message` is none still makes an error with a sentence."""
    found = api_error({"ErrorCode": 300, "Message": message}, 422, {})
    assert isinstance(found, APIError)
    assert "HTTP 422" in found.message


@pytest.mark.parametrize("request_", [READ, *WRITES], ids=lambda request: request.kind.value)
def test_a_request_that_was_not_sent_is_a_connection_failed(request_):
    found = no_response(request_, "refused", sent=False)
    assert type(found) is ConnectionFailed
    assert (found.outcome, found.retryable) == (Outcome.NOT_SENT, True)
    assert not no_response(request_, "certificate", sent=False, retryable=False).retryable


@pytest.mark.parametrize("request_", WRITES, ids=lambda request: request.kind.value)
def test_a_write_that_may_have_been_sent_is_unknown(request_):
    found = no_response(request_, "silence", sent=True)
    assert type(found) is DeliveryUnknown
    assert (found.outcome, found.retryable) == (Outcome.UNKNOWN, False)
    assert ("mail" in found.message) is (request_.kind is Kind.SEND)


def test_a_read_that_was_sent_is_retryable():
    found = no_response(READ, "silence", sent=True)
    assert type(found) is TransportError
    assert (found.outcome, found.retryable) == (Outcome.NOT_SENT, True)


@pytest.mark.parametrize("request_", WRITES, ids=lambda request: request.kind.value)
def test_a_write_with_an_unreadable_success_is_unknown(request_):
    for status, value in ((200, HTML), (200, b"")):
        with pytest.raises(DeliveryUnknown) as caught:
            read_value(request_, response(status, value))
        assert caught.value.status == status


@pytest.mark.parametrize("value", [HTML, b"", b'"\xff"', b"[" * 100_000])
def test_a_read_with_a_nonsense_response(value):
    with pytest.raises(InvalidResponse) as caught:
        read_value(READ, response(200, value))
    assert (caught.value.status, caught.value.__context__) == (200, None)


def test_an_earlier_unknown_attempt_keeps_the_outcome_unknown():
    write = WRITES[0]
    rejected = keep_unknown(write, classify(write, response(404, {"ErrorCode": 1101, "Message": "Gone"})))
    assert (type(rejected), rejected.outcome, rejected.code) == (NotFound, Outcome.UNKNOWN, 1101)
    unknown = keep_unknown(write, no_response(write, "refused", sent=False, attempts=3))
    assert (type(unknown), unknown.attempts, unknown.path) == (DeliveryUnknown, 3, "/server")
    lost = no_response(write, "silence", sent=True)
    assert keep_unknown(write, lost) is lost


def test_neither_request_nor_response_shows_its_body():
    assert "secret" not in repr(Request("POST", "/email", body=b"secret")) + repr(response(200, b"secret", A="secret"))
