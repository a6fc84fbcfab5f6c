"""The decisions about each response, kind of request x status x code: error, loop and fallback agree."""

from __future__ import annotations

import json

import pytest

from emailapi._delivery import Kind, Request, Response, classify, may_repeat
from emailapi.errors import (
    ERROR_CODES,
    InvalidRequest,
    NotFound,
    Outcome,
    RateLimited,
    ServerError,
    ServiceUnavailable,
    Unauthorized,
)
from emailapi.transports.fallback import may_fail_over

STATUSES = [*range(100, 104), *range(200, 209), *range(300, 309), *range(400, 452), *range(500, 530), 599, 999]
CODES = [None, 0, 4711, *ERROR_CODES]
ABOUT_THE_SERVICE = (InvalidRequest, RateLimited, ServiceUnavailable, ServerError)
RETRYABLE = ("RateLimited", "ServiceUnavailable", "ServerError")


def response(status, code):
    return Response.parse(status, {}, b"{}" if code is None else json.dumps({"ErrorCode": code}).encode())


def decisions(kind, status, code):
    """Return class, outcome and `retryable` of the error, whether the loop repeats, and whether a fallback sends."""
    request = Request("POST", "/x", kind=kind)
    error = classify(request, response(status, code))
    if error is None:
        return "accepted"
    return type(error).__name__, error.outcome, error.retryable, may_repeat(request, error), may_fail_over(error)


def rejection(status, code):
    """Return the class by the code where it says more than the status, else by the status."""
    if code in ERROR_CODES and ERROR_CODES[code].error not in ABOUT_THE_SERVICE:
        return ERROR_CODES[code].error.__name__
    return {401: Unauthorized, 404: NotFound}.get(status, InvalidRequest).__name__


def expected(kind, status, code):
    """Return the decisions by rule: the status decides first."""
    if 200 <= status < 300 and not code:
        return "accepted"
    if status == 407:
        return "ConnectionFailed", Outcome.NOT_SENT, False, False, True
    if status == 429:
        return "RateLimited", Outcome.NOT_SENT, True, True, True
    if status in (421, 425) or (status == 503 and code == 100):
        return "ServiceUnavailable", Outcome.NOT_SENT, True, True, True
    if 200 <= status < 500 and status != 408:
        return rejection(status, code), Outcome.NOT_SENT, False, False, False
    if kind is Kind.READ:
        return "ServerError", Outcome.NOT_SENT, True, True, False
    return "DeliveryUnknown", Outcome.UNKNOWN, False, kind is Kind.WRITE, False


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_each_code_with_each_status(kind, status):
    found = {code: decisions(kind, status, code) for code in CODES}
    assert found == {code: expected(kind, status, code) for code in CODES}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_retries_errors_and_fallback_use_the_same_classification(kind, status):
    request = Request("POST", "/x", kind=kind)
    for code in CODES:
        error = classify(request, response(status, code))
        if error is None:
            continue
        assert error.retryable is (type(error).__name__ in RETRYABLE)
        assert may_repeat(request, error) is (error.retryable or (kind is Kind.WRITE and error.may_have_been_sent))
        if kind is Kind.SEND:  # nothing else fails over
            not_sent = error.outcome is Outcome.NOT_SENT
            assert may_fail_over(error) is (not_sent and (error.retryable or status == 407))
            assert not (may_repeat(request, error) and error.may_have_been_sent)


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("value", [{"MessageID": "1"}, {"ErrorCode": None}, {"ErrorCode": "0"}, [{"ErrorCode": 406}]])
def test_a_2xx_is_a_success_unless_its_code_says_otherwise(status, value):
    # The items of a batch are judged one by one.
    assert classify(Request("POST", "/email"), Response.parse(status, {}, json.dumps(value).encode())) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[100]", b'{"Message": "100"}'])
@pytest.mark.parametrize("headers", [{}, {"X-PM-ApiErrorCode": "100"}])
def test_a_503_is_not_sent_only_with_code_100_in_its_body(body, headers):
    send = Request("POST", "/email", kind=Kind.SEND)
    assert classify(send, Response.parse(503, headers, body)).outcome is Outcome.UNKNOWN
    said = Response.parse(503, headers, b'{"ErrorCode": "100"}')
    assert isinstance(classify(send, said), ServiceUnavailable)
