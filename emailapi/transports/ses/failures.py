"""
What SES's refusals, and boto3's exceptions, say about a mail.

    throttling (rate)                                        surely not sent, tried again: RateLimited
    the daily quota                                          refused: LimitExceeded
    another 3xx or 4xx                                       refused: SESError
    no connection, no TLS, and so no byte of the body read   surely not sent, tried again: ConnectionFailed
    5xx, 408, and whatever else comes later                  unknown: DeliveryUnknown
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import (
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    EmailAPIError,
    LimitExceeded,
    RateLimited,
    SESError,
    Unauthorized,
)
from .marks import OPERATIONS, Call

REQUEST: dict[str, Any] = {"method": "POST", "path": "/"}
# SES's own are the first two; the rest is what other parts of AWS call it, as botocore knows it.
_THROTTLING = frozenset(
    (
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException "
        "TooManyRequestsException RequestLimitExceeded SlowDown PriorRequestNotComplete"
    ).split()
)
# "Daily message quota exceeded" comes under the same code as the rate.
_QUOTA = "quota exceeded"
_LOGIN = frozenset(
    (
        "AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException IncompleteSignature "
        "InvalidClientTokenId MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized "
        "OptInRequired RequestExpired SignatureDoesNotMatch UnrecognizedClientException"
    ).split()
)


class SESThrottled(SESError, RateLimited):
    """Too many mails a second, each attempt of the call."""


class SESLimitExceeded(SESError, LimitExceeded):
    """The account's mails of a day are used up."""


class SESUnauthorized(SESError, Unauthorized):
    """The credentials are wrong, have expired, or do not allow this."""


def unknown(why: str, call: Call, **facts: Any) -> DeliveryUnknown:
    """Return the error of a mail that SES may have taken."""
    return DeliveryUnknown(f"{why}: the mail may have been sent", **REQUEST, attempts=call.attempt, **facts)


def failure_of(error: Exception, call: Call) -> EmailAPIError:
    """Return the error of this package for whatever boto3's client raised."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        if error.operation_name not in OPERATIONS:  # what was to bring the credentials
            return ConfigurationError(f"no AWS credentials: {error.operation_name} was refused with {_code(error)}")
        return refusal(error.response, call)
    if call.status is not None:  # the answer cannot be parsed
        if 200 <= call.status < 300:
            return unknown("SES's answer cannot be read", call, status=call.status)
        return refusal({"ResponseMetadata": {"HTTPStatusCode": call.status}}, call)
    broken = isinstance(error, (boto.HTTPClientError, boto.ConnectionError))
    if call.late and not call.sent:
        return DeadlineExceeded("the deadline was over before the mail could leave", **REQUEST, attempts=call.attempt)
    if not call.marked:  # only types tell, and of these all but two come in either phase
        broken = broken or not isinstance(error, boto.BotoCoreError)
        sent = not isinstance(error, (boto.ConnectTimeoutError, boto.EndpointConnectionError))
        return _no_answer(error, sent, call) if broken else _misconfigured(error)
    if broken or call.begun:
        return _no_answer(error, call.sent or not broken, call)
    return _misconfigured(error)


def _no_answer(error: Exception, sent: bool, call: Call) -> EmailAPIError:
    """Return the error of a request that was not answered; only words are told by the exception's type."""
    from ..._http import failure

    inner = getattr(error, "kwargs", {}).get("error")
    cause = inner if isinstance(inner, Exception) else error
    why = failure.reason(cause, sent, call.limits)
    retryable = not failure.by_certificate(cause)
    failure.let_go(cause)
    if sent:
        return unknown(why, call)
    return ConnectionFailed(why, retryable=retryable, **REQUEST, attempts=call.attempt)


def _misconfigured(error: Exception) -> ConfigurationError:
    """Return the error of a request that could not be made; boto3's words are passed on where no mail is in them."""
    from botocore import exceptions as boto

    speaking = isinstance(error, boto.BotoCoreError) and not isinstance(
        error, (boto.ParamValidationError, boto.ValidationError)
    )
    return ConfigurationError(
        f"boto3 could not make the request: {error if speaking else ''} ({type(error).__name__})".replace(":  (", ": (")
    )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an unknown code"))


def refusal(answer: Mapping[str, Any], call: Call) -> EmailAPIError:
    """Return the error for an answer that is no success."""
    said, about = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    code, words = str(said.get("Code") or ""), str(said.get("Message") or "")
    status = about.get("HTTPStatusCode")
    facts: dict[str, Any] = {"status": status, "request_id": about.get("RequestId")}
    if status is not None and (status >= 500 or status == 408):
        return unknown(f"SES answered HTTP {status}{f', {code}' if code else ''}", call, **facts)
    message = ": ".join(filter(None, (code, words))) or f"SES answered HTTP {status} without saying why"
    facts.update(REQUEST, attempts=call.attempt, aws_code=code or None)
    if code in _THROTTLING or status == 429:
        if _QUOTA in words.lower():
            return SESLimitExceeded(message, **facts)
        return SESThrottled(message, retryable=True, **facts)
    return (SESUnauthorized if code in _LOGIN else SESError)(message, **facts)
