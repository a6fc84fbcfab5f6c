"""The responses of SES, and the outcome of the email after each."""

from __future__ import annotations

import pickle

import pytest
from botocore.retries.standard import ThrottledRetryableChecker

from emailapi import (
    DeadlineExceeded,
    DeliveryUnknown,
    LimitExceeded,
    Outcome,
    RateLimited,
    Retry,
    SESError,
    Unauthorized,
)

from ...clock import wait_for
from .conftest import new_email
from .fake import (
    ACCEPT_AND_CUT,
    CUT,
    HANG_UP,
    LATE,
    QUOTA,
    REQUEST_ID,
    RESET,
    SILENT,
    THROTTLED,
    fault,
    response,
)

UNKNOWN = {
    "500": fault(500, "InternalFailure"),
    "503": fault(503, "ServiceUnavailable"),
    "502 of a gateway": response(502, b"<html>Bad Gateway</html>", "text/html"),
    "408": fault(408, "RequestTimeout"),
    "200 without an id": response(200, b"<SendEmailResponse><SendEmailResult/></SendEmailResponse>"),
    "200 that is cut": response(200, b"<SendEmailResponse><SendEm"),
    "200 that is not XML": response(200, b"hello", "text/plain"),
    "cut": CUT,
    "reset": RESET,
    "cut after it was taken": ACCEPT_AND_CUT,
    "silent": SILENT,
    "no HTTP": b"220 mail.example.com ESMTP\r\n",
    "a response that ends in its head": b"HTTP/1.1 200 OK\r\nContent-",
}
REJECTED = {
    "MessageRejected": SESError,
    "MailFromDomainNotVerifiedException": SESError,
    "ConfigurationSetDoesNotExist": SESError,
    "ConfigurationSetSendingPausedException": SESError,
    "AccountSendingPausedException": SESError,
    "InvalidParameterValue": SESError,
    "SomethingNew": SESError,
    "InvalidClientTokenId": Unauthorized,
    "SignatureDoesNotMatch": Unauthorized,
    "AccessDenied": Unauthorized,
}
MODES = [{}, *({"retries": {"mode": mode, "max_attempts": 5}} for mode in ("legacy", "standard", "adaptive"))]


def test_an_accepted_email_has_its_id(serve, connect):
    service = serve()
    result = connect(service.url).send(new_email())
    assert (result.message_id, result.via, result.to) == ("0100-1", "ses", "you@example.com")
    assert result.outcome is Outcome.ACCEPTED
    assert result.submitted_at.tzinfo
    assert len(service.posts) == len(service.accepted) == 1


@pytest.mark.exhaustive(cases=4)
@pytest.mark.parametrize("raw", [False, True], ids=["simple", "raw"])
@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_a_request_without_a_response_is_unknown_and_not_repeated(serve, connect, act, raw):
    """Once a request may have been read, only a rejection tells its outcome."""
    service = serve(act)
    with pytest.raises(DeliveryUnknown) as caught:
        connect(service.url, timeout=(10, 1.0 if act == SILENT else 10)).send(
            new_email(headers={"X-A": "b"} if raw else {})
        )
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.retryable
    assert caught.value.attempts == 1
    assert (caught.value.method, caught.value.path) == ("POST", "/")
    wait_for(lambda: service.posts)
    assert len(service.posts) == 1
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("config", MODES, ids=lambda config: config.get("retries", {}).get("mode", "default"))
@pytest.mark.parametrize("act", [UNKNOWN["500"], CUT, SILENT], ids=["500", "cut", "silent"])
def test_a_given_client_does_not_repeat_a_send_either(serve, boto, connect, act, config):
    service = serve(act)
    client = boto(service.url, read_timeout=1.0 if act == SILENT else 10, **config)
    with pytest.raises(DeliveryUnknown):
        connect(service.url, client=client, region_name=None).send(new_email())
    wait_for(lambda: service.posts)
    assert len(service.posts) == 1


def test_retries_of_boto3_stay_off_whatever_the_environment(serve, connect, monkeypatch):
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")
    service = serve(UNKNOWN["500"])
    with pytest.raises(DeliveryUnknown):
        connect(service.url).send(new_email())
    assert len(service.posts) == 1


@pytest.mark.costly
def test_other_requests_of_a_given_client_are_unchanged(serve, boto, connect):
    five = UNKNOWN["500"]
    quota = (
        b"<GetSendQuotaResponse><GetSendQuotaResult><Max24HourSend>5</Max24HourSend></GetSendQuotaResult>"
        b"</GetSendQuotaResponse>"
    )
    service = serve(five, response(200, quota), five)
    client = boto(service.url, retries={"mode": "legacy", "max_attempts": 1})
    for _ in range(2):
        connect(service.url, client=client)
    assert client.get_send_quota()["Max24HourSend"] == 5
    to = {"ToAddresses": ["you@example.com"]}
    message = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "y"}}}
    client.send_email(Source="me@example.com", Destination=to, Message=message)
    assert len(service.posts) == 4
    assert len(service.accepted) == 1


def test_throttling_is_retried_with_a_wait(serve, connect):
    """Too many emails a second is tried again until SES takes the email."""
    service = serve(THROTTLED, fault(400, "ThrottlingException"), response(429, b"slowly, please", "text/plain"))
    assert connect(service.url).send(new_email()).message_id == "0100-1"
    assert len(service.posts) == 4
    assert len(service.accepted) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("status", [400, 429, 500, 503])
@pytest.mark.parametrize("code", ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
def test_each_throttling_code_of_botocore_is_retried(code, status, serve, connect):
    service = serve(fault(status, code, "Please reduce your request rate."))
    assert connect(service.url).send(new_email()).message_id == "0100-1"
    assert len(service.posts) == 2


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_throttling_of_a_given_client_is_counted_once(mode, serve, boto, connect):
    service = serve(*[fault(503, "SlowDown")] * 9)
    client = boto(service.url, retries={"mode": mode, "max_attempts": 5})
    with pytest.raises(RateLimited) as caught:
        connect("", client=client, retry=Retry(attempts=2, initial=0.001)).send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert (caught.value.attempts, caught.value.status, len(service.posts)) == (2, 503, 2)


def test_throttling_at_every_attempt_is_rate_limited(serve, connect):
    service = serve(*[THROTTLED] * 9)
    with pytest.raises(RateLimited, match="Maximum sending rate exceeded") as caught:
        connect(service.url).send(new_email())
    error = caught.value
    assert isinstance(error, SESError)
    assert error.aws_code == "Throttling"
    assert error.retryable
    assert error.outcome is Outcome.NOT_SENT
    assert (error.attempts, error.status, error.request_id) == (4, 400, REQUEST_ID)
    assert len(service.posts) == 4


def test_an_exceeded_daily_quota_is_not_retried(serve, connect):
    """A day's quota that is used up is `LimitExceeded`, and not tried again, although its code is the same."""
    service = serve(QUOTA)
    with pytest.raises(LimitExceeded, match="Daily message quota") as caught:
        connect(service.url).send(new_email())
    assert isinstance(caught.value, SESError)
    assert not caught.value.retryable
    assert caught.value.aws_code == "Throttling"
    assert len(service.posts) == 1


@pytest.mark.parametrize("code, kind", REJECTED.items())
def test_a_rejection_raises_an_error_of_the_sdk(serve, connect, code, kind):
    service = serve(fault(400, code, "Because."))
    with pytest.raises(kind, match=f"{code}: Because.") as caught:
        connect(service.url).send(new_email())
    error = caught.value
    assert isinstance(error, SESError)
    assert error.aws_code == code
    assert (error.status, error.request_id, error.attempts) == (400, REQUEST_ID, 1)
    assert error.outcome is Outcome.NOT_SENT
    assert not error.retryable
    assert len(service.posts) == 1


@pytest.mark.parametrize("act", [THROTTLED, QUOTA, fault(403, "AccessDenied"), UNKNOWN["500"], CUT])
def test_errors_can_be_pickled(serve, connect, act):
    """Each error comes back from a pickle with all it knows."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each of them
        connect(serve(act).url, retry=Retry(attempts=1)).send(new_email())
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


def test_a_redirect_is_not_followed(serve, connect):
    other = serve()
    head = f"HTTP/1.1 307 X\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(SESError) as caught:
        connect(serve(head.encode()).url).send(new_email())
    assert caught.value.status == 307
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not other.posts


def test_the_wait_between_attempts_ends_with_the_deadline(serve, connect):
    service = serve(*[THROTTLED] * 9)
    with pytest.raises(RateLimited) as caught:
        connect(service.url, deadline=5, retry=Retry(initial=20, maximum=20)).send(new_email())
    assert caught.value.attempts == 1


@pytest.mark.costly
@pytest.mark.usefixtures("clock")
def test_the_wait_for_a_response_ends_with_the_deadline(serve, boto, connect):
    """An older botocore cannot be told so: there the read timeout of the client ends the wait."""
    from botocore.httpsession import URLLib3Session

    is_told = hasattr(URLLib3Session, "_get_request_timeout")
    client = boto(serve(LATE).url, read_timeout=30 if is_told else 2)
    with pytest.raises(DeliveryUnknown, match=r"no response within 0\.9 s" if is_told else "no response within 2 s"):
        connect("", client=client, deadline=0.9).send(new_email())


def test_an_email_is_not_sent_after_the_deadline(serve, connect, monkeypatch):
    service = serve()
    transport = connect(service.url, deadline=5)
    quick = transport.within(1e-6)
    with pytest.raises(DeadlineExceeded) as caught:
        quick.send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not service.posts
    assert transport.send(new_email()).message_id


def test_a_batch_has_a_result_or_error_for_each_email(serve, connect):
    service = serve(THROTTLED, fault(500, "InternalFailure"))
    unverified = new_email(sender="x@unverified.example.com")
    batch = connect(service.url).send_batch(
        [new_email(), new_email(to=()), unverified, {"sender": "a@example.com", "tos": "b"}]
    )
    kinds = [type(item).__name__ for item in batch]
    assert kinds == ["DeliveryUnknown", "InvalidEmail", "SESError", "InvalidEmail"]
    assert [item.field for item in (batch[1], batch[3])] == ["to", "tos"]
    assert batch[1].index == 1


def test_a_connection_closed_without_a_response_is_unknown(serve, connect):
    """A server that hangs up on a connection it took may have read: the email is not sent again."""
    service = serve(HANG_UP)
    with pytest.raises(DeliveryUnknown):
        connect(service.url).send(new_email())
    assert service.connections == 1
