"""`client.outbound`: what a send is on the wire, and what each response makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs
import pytest

from emailapi import (
    Address,
    APIError,
    Attachment,
    DeliveryUnknown,
    Email,
    Header,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    InvalidRequest,
    Outcome,
    RateLimited,
    ServiceUnavailable,
    TrackLinks,
    Unauthorized,
)

EMAIL = Email(sender="joe@d.com", to="jane@example.com", text_body="Thank you")
OK = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "jane@example.com"}


RECEIVER = attrs.evolve(EMAIL, to="receiver@example.com")  # the addresses that the contract's responses name


def everything():
    """Return an email with every field, as tests/requests/email.json has it."""
    return {
        "sender": Address("joe@d.com", "Doe, Jr."),
        "to": [Address("jane@example.com", "Doe, Jane"), "joe@example.com"],
        "cc": "Copy <copy@faß.de>",
        "bcc": ["blind@example.com", '"a b"@example.com'],
        "subject": "Ihre Bestellung – danke",
        "html_body": '<p>Thank you</p><img src="cid:logo.png">',
        "text_body": "Thank you\nfor your order",
        "reply_to": "reply@example.com, Help <help@example.com>",
        "tag": "invoice",
        "headers": [Header("List-Unsubscribe", "<https://example.com/u?a=b>"), ("Message-ID", "<7@example.com>")],
        "track_opens": True,
        "track_links": TrackLinks.HTML_ONLY,
        "metadata": {"user_id": "7", "run": "2017-02"},
        "attachments": [
            Attachment(name="terms.txt", content=b"Terms"),
            Attachment(name="logo.png", content=b"\x89PNG\r\n\x1a\n", content_id="logo.png"),
        ],
        "message_stream": "outbound",
    }


@pytest.mark.parametrize("make", [lambda: Email(**everything()), everything], ids=["Email", "mapping"])
def test_every_field_is_sent_as_the_contract_has_it(service, requests_json, responses_json, make):
    service.respond("POST", "/email", {**responses_json("email"), "To": "joe@example.com"})
    service.client.outbound.send(make())
    (request,) = service.calls
    assert (request.method, request.path_url) == ("POST", "/email")
    assert service.bodies == [requests_json("email")]


def test_fields_that_are_not_given_are_left_out_of_the_request(service, requests_json, responses_json):
    service.respond("POST", "/email", {**responses_json("email"), "To": "jane@example.com"})
    service.client.outbound.send(EMAIL)
    assert service.bodies == [requests_json("email_minimal")]


def test_the_result_has_all_values_of_the_response(service, responses_json):
    """All that the service says of an accepted email is in the result."""
    service.respond("POST", "/email", responses_json("email"))
    result = service.client.outbound.send(RECEIVER)
    assert result.message_id == "0a129aee-e1cd-480d-b08d-4f48548ff48d"
    assert (result.to, result.error_code, result.message) == ("receiver@example.com", 0, "OK")
    eastern = timezone(timedelta(hours=-5))
    assert result.submitted_at == datetime(2014, 2, 17, 7, 25, 1, 417864, eastern)
    assert (result.via, result.idempotency_key, result.reconciled) == ("api", None, False)
    assert result.inactive_recipients == ()
    assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("name", ["email", "email_delayed", "email_test_token", "email_some_inactive"])
def test_every_accepted_response_of_the_contract(service, responses_json, name):
    """Each of the service's ways to say yes is a result, one without `ErrorCode` too."""
    service.respond("POST", "/email", responses_json(name))
    result = service.client.outbound.send(RECEIVER)
    assert (result.message_id, result.error_code) == (responses_json(name)["MessageID"], 0)
    inactive = ("gone@example.com", "left@example.com") if name == "email_some_inactive" else ()
    assert result.inactive_recipients == inactive


ODD_SUCCESSES = {
    "no To": {"ErrorCode": 0, "MessageID": "1", "Message": "OK"},
    "no ErrorCode": {"MessageID": "1"},
    "null ErrorCode": {"ErrorCode": None, "MessageID": "1", "To": None, "SubmittedAt": None, "Message": None},
    "ErrorCode as text": {"ErrorCode": "0", "MessageID": "1"},
    "unknown keys": {**OK, "Colour": "blue", "Deep": [{"a": [1]}]},
    "an odd date": {**OK, "SubmittedAt": "yesterday"},
    "another date": {**OK, "SubmittedAt": 7},
}


@pytest.mark.parametrize("name", ODD_SUCCESSES)
def test_unusual_responses_of_success_are_accepted(service, name):
    """A response that names the message is a success, whatever else is missing from it or new in it."""
    service.respond("POST", "/email", ODD_SUCCESSES[name])
    assert service.client.outbound.send(EMAIL).message_id == "1"


def test_a_success_without_a_message_id_is_accepted(service):
    service.respond("POST", "/email", {"ErrorCode": 0, "Message": "OK"})
    assert service.client.outbound.send(EMAIL).message_id == ""


UNREADABLE = {
    "empty": b"",
    "HTML": b"<html>",
    "neither code nor id": {"Message": "OK"},
    "an empty id": {"MessageID": ""},
    "a list": [OK],
    "a text": b'"OK"',
    "null": b"null",
    "an id of another kind": {"MessageID": ["1"], "ErrorCode": 0},
    "a code that is none": {"MessageID": "1", "ErrorCode": "zero"},
    "half of it": b'{"MessageID": "1", "Err',
    "not UTF-8": '{"MessageID": "ü"}'.encode("latin-1"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_response_of_success_is_unknown(service, name):
    """A 2xx that names no message may be anything: `DeliveryUnknown`, with status and key, asked once."""
    service.respond("POST", "/email", UNREADABLE[name])
    with pytest.raises(DeliveryUnknown) as caught:
        service.client.outbound.send(EMAIL, idempotency_key="key-1")
    error = caught.value
    assert (error.status, error.idempotency_key, error.outcome) == (200, None, Outcome.UNKNOWN)
    assert error.__context__ is None
    assert len(service.calls) == 1


REJECTIONS = [
    (422, {"ErrorCode": 300, "Message": "Invalid 'To' address"}, InvalidRequest),
    (422, {"ErrorCode": 4711, "Message": "Something new"}, InvalidRequest),
    (401, {"ErrorCode": 10, "Message": "Bad token"}, Unauthorized),
    (200, {"ErrorCode": 300, "Message": "Invalid", "MessageID": "1"}, InvalidRequest),
    (413, b"<html>too large</html>", InvalidRequest),
    (307, b"", InvalidRequest),
    (503, {"ErrorCode": 100, "Message": "Maintenance"}, ServiceUnavailable),
    (429, b"", RateLimited),
]


@pytest.mark.parametrize("status, value, error", REJECTIONS, ids=[str(row[0]) for row in REJECTIONS])
def test_emails_that_the_service_would_reject_are_not_sent(service, status, value, error):
    """A rejection is its own class, and surely not sent."""
    service.respond("POST", "/email", value, status)
    with pytest.raises(APIError) as caught:
        service.client.outbound.send(EMAIL)
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.outcome) == (status, Outcome.NOT_SENT)
    assert len(service.calls) == 1


def test_an_email_with_inactive_recipients_only_names_them(service, responses_json):
    service.respond("POST", "/email", responses_json("email_all_inactive"), 422)
    with pytest.raises(InactiveRecipient) as caught:
        service.client.outbound.send(EMAIL)
    assert caught.value.addresses == ("gone@example.com", "left@example.com")
    assert (caught.value.code, caught.value.retryable) == (406, False)


@pytest.mark.parametrize(
    "text, seconds", [("7", 7), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("9" * 400, 86_400), ("soon", None)]
)
def test_a_rate_limit_has_retry_after(service, text, seconds):
    service.respond("POST", "/email", b"slow down", 429, Retry_After=text)
    with pytest.raises(RateLimited) as caught:
        service.client.outbound.send(EMAIL)
    assert (caught.value.retry_after, caught.value.retryable) == (seconds, True)


@pytest.mark.parametrize("status, value", [(408, b""), (500, b""), (502, b"<html>"), (503, b""), (504, b""), (500, OK)])
def test_a_5xx_or_408_leaves_a_send_unknown(service, status, value):
    service.respond("POST", "/email", value, status)
    with pytest.raises(DeliveryUnknown) as caught:
        service.client.outbound.send(EMAIL, idempotency_key="key-1")
    assert (caught.value.status, caught.value.idempotency_key, caught.value.retryable) == (status, None, False)
    assert "html" not in str(caught.value)
    assert len(service.calls) == 1


def test_the_idempotency_key_argument_applies_to_the_email(service):
    """`send(idempotency_key=)` is the email's own; the email that was given stays as it was."""
    service.respond("POST", "/email", OK)
    assert service.client.outbound.send(EMAIL, idempotency_key="a").idempotency_key == "a"
    keyed = attrs.evolve(EMAIL, idempotency_key="b")
    assert service.client.outbound.send(keyed).idempotency_key == "b"
    assert service.client.outbound.send(keyed, idempotency_key="c").idempotency_key == "c"
    assert (EMAIL.idempotency_key, keyed.idempotency_key) == (None, "b")
    for key in ("", "x" * 81, "a\nb", 7):
        with pytest.raises(InvalidEmail, match="idempotency_key"):
            service.client.outbound.send(EMAIL, idempotency_key=key)


@pytest.mark.parametrize("given", [None, "mail", 7, [EMAIL], object()])
def test_an_email_is_an_email_or_a_mapping(given):
    """Anything else is rejected before a byte leaves."""
    from emailapi import Client

    with pytest.raises(InvalidArgument):
        Client("t", base_url="http://127.0.0.1:9").outbound.send(given)


def test_the_sandbox_accepts_an_email(client):
    """The real client, over real HTTP: an email with every field is accepted."""
    email = {**everything(), "sender": "joe@example.com", "bcc": "blind@example.com"}
    result = client.outbound.send(email, idempotency_key="key-1")
    assert result.message_id
    assert result.submitted_at.tzinfo
    assert (result.error_code, result.via, result.idempotency_key) == (0, "api", "key-1")


def test_the_sandbox_suppresses_a_bounced_address(client):
    email = {"to": "HardBounce@bounce-testing.postmarkapp.com", "subject": "Hi", "text_body": "Hi"}
    assert client.outbound.send(email).message_id
    with pytest.raises(InactiveRecipient) as caught:
        client.outbound.send(email)
    assert caught.value.addresses == ("hardbounce@bounce-testing.postmarkapp.com",)


def test_the_sandbox_rejects_a_wrong_token(sandbox):
    from emailapi import Client

    with Client("wrong", base_url=sandbox.url) as client, pytest.raises(Unauthorized) as caught:
        client.outbound.send(EMAIL)
    assert (caught.value.status, caught.value.code) == (401, 10)
