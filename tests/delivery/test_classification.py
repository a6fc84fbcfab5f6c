"""The decisions about each response: kind of request x status x code."""

from __future__ import annotations

import json

import pytest

from emailapi._delivery import Answer, Kind, Request, failure_of, may_repeat, no_answer, verdict, verdict_of
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


def decisions(kind, status, code):
    """Return class, outcome and `retryable` of the error, whether the loop repeats, and whether a fallback sends."""
    request = Request("POST", "/x", kind=kind)
    if status == 407:  # found by the session, which knows the proxy
        error = no_answer(request, "proxy", sent=False, retryable=False)
        repeated = may_repeat(kind, verdict_of(error))
    else:
        answer = Answer(status, {}, b"{}" if code is None else json.dumps({"ErrorCode": code}).encode())
        error, repeated = failure_of(request, answer), may_repeat(kind, verdict(answer))
    if error is None:
        return "accepted", repeated
    return type(error).__name__, error.outcome, error.retryable, repeated, may_fail_over(error)


def error_name(status, code):
    """Return the class by the code where it says more than the status, else by the status."""
    if status in (421, 425):
        return "ServiceUnavailable"
    if code in ERROR_CODES and ERROR_CODES[code].error not in ABOUT_THE_SERVICE:
        return ERROR_CODES[code].error.__name__
    if status == 503 and code == 100:
        return "ServiceUnavailable"
    if status >= 500:
        return "ServerError"
    return {401: Unauthorized, 404: NotFound, 429: RateLimited}.get(status, InvalidRequest).__name__


def expected(kind, status, code):
    """Return the decisions by rule."""
    if 200 <= status < 300 and not code:
        return "accepted", False
    if status == 407:
        return "ConnectionFailed", Outcome.NOT_SENT, False, False, True
    not_sent = status in (421, 425, 429) or (status == 503 and code == 100)
    unknown = not not_sent and (status == 408 or not 200 <= status < 500)
    if unknown and kind is not Kind.READ:
        return "DeliveryUnknown", Outcome.UNKNOWN, False, kind is Kind.WRITE, False
    name = error_name(status, code)
    retryable = status == 408 or name in ("RateLimited", "ServiceUnavailable", "ServerError")
    return name, Outcome.NOT_SENT, retryable, not_sent or unknown, name in ("RateLimited", "ServiceUnavailable")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_each_code_with_each_status(kind, status):
    found = {code: decisions(kind, status, code) for code in CODES}
    assert found == {code: expected(kind, status, code) for code in CODES}
