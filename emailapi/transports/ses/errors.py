"""
What SES's refusals, and boto3's exceptions, say about a mail.

    throttling (rate), with whatever status                  surely not sent, tried again: RateLimited
    the daily quota                                          refused: LimitExceeded
    another 3xx or 4xx                                       refused: SESError
    no connection, no TLS, and so no byte of the body read   surely not sent, tried again: ConnectionFailed
    5xx, 408, and whatever else comes later                  unknown: DeliveryUnknown
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from ..._delivery import let_go, raised_by_signal
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
from .events import OPERATIONS, Exchange

REQUEST: dict[str, Any] = {"method": "POST", "path": "/"}
OUT_OF_TIME = "the deadline was over before the email could leave: raise deadline="
# What botocore's standard retry mode takes for throttling, whatever the status (botocore 1.44, retries/standard.py,
# ThrottledRetryableChecker): AWS refused the request unread. SES's own are the first two, and
# TooManyRequestsException.
_THROTTLING = frozenset(
    (
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException "
        "TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded LimitExceededException "
        "ProvisionedThroughputExceededException TransactionInProgressException EC2ThrottledException SlowDown "
        "PriorRequestNotComplete"
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


# Whose exceptions are about a request; all others come from outside.
_LIBRARIES = frozenset(("boto3", "botocore", "urllib3", "awscrt", "http", "json", "xml"))
# What an option of the transport remedies, by SES's code or by its words.
_REMEDIES = {
    "ConfigurationSetDoesNotExist": "check configuration_set_name=",
    "ConfigurationSetDoesNotExistException": "check configuration_set_name=",
    "Email address is not verified": "identities are verified per region: check region_name=",
}


class SESThrottled(SESError, RateLimited):
    """Too many mails a second, each attempt of the exchange."""


class SESLimitExceeded(SESError, LimitExceeded):
    """The account's mails of a day are used up."""


class SESUnauthorized(SESError, Unauthorized):
    """The credentials are wrong, have expired, or do not allow this."""


def unknown(why: str, exchange: Exchange, **facts: Any) -> DeliveryUnknown:
    """Return the error of a mail that SES may have taken."""
    return DeliveryUnknown(f"{why}: the mail may have been sent", **REQUEST, attempts=exchange.attempt, **facts)


def interruption_in(error: Exception) -> Exception | None:
    """Return the exception that interrupted a request from outside, if one did; botocore wraps whatever it catches."""
    cause = _cause(error)
    if isinstance(cause, (OSError, EmailAPIError)):
        return None
    if any(base.__module__.partition(".")[0] in _LIBRARIES for base in type(cause).__mro__):
        return None
    return cause if type(cause).__module__ != "builtins" or raised_by_signal(cause) else None


def _cause(error: Exception) -> Exception:
    inner = getattr(error, "kwargs", {}).get("error")
    return inner if isinstance(inner, Exception) else error


def _is_internal(error: Exception) -> bool:
    """Whether a library's own code is at fault, as a TypeError tells: another attempt would fare no better."""
    cause = _cause(error)
    return type(cause).__module__ == "builtins" and not isinstance(cause, OSError)


def failure_of(error: Exception, exchange: Exchange) -> EmailAPIError:
    """Return the error of this package for whatever boto3's client raised."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        if error.operation_name not in OPERATIONS:  # what was to bring the credentials
            return ConfigurationError(
                f"no AWS credentials: {error.operation_name} was refused with {_code(error)}; client= takes a client "
                "that has them"
            )
        return refusal(error.response, exchange)
    if exchange.status is not None:  # the answer cannot be parsed
        if 200 <= exchange.status < 300:
            return unknown("SES's answer cannot be read", exchange, status=exchange.status)
        return refusal({"ResponseMetadata": {"HTTPStatusCode": exchange.status}}, exchange)
    broken = isinstance(error, (boto.HTTPClientError, boto.ConnectionError))
    if exchange.late and not exchange.sent:
        return DeadlineExceeded(OUT_OF_TIME, **REQUEST, attempts=exchange.attempt)
    if not exchange.marked:  # only types tell, and of these all but two come in either phase
        broken = broken or not isinstance(error, boto.BotoCoreError)
        sent = not isinstance(error, (boto.ConnectTimeoutError, boto.EndpointConnectionError))
        return _no_answer(error, sent, exchange) if broken else _misconfigured(error)
    if broken and not exchange.sent and _is_internal(error):
        return _misconfigured(error)
    if broken or exchange.begun:
        return _no_answer(error, exchange.sent or not broken, exchange)
    return _misconfigured(error)


def _no_answer(error: Exception, sent: bool, exchange: Exchange) -> EmailAPIError:
    """Return the error of a request that was not answered; only words are told by the exception's type."""
    from ..._http import errors as failure

    cause = _cause(error)
    why = failure.reason(cause, sent, exchange.limits) + _remedy(error, cause)
    retryable = not failure.by_certificate(cause)
    let_go(cause)
    if sent:
        return unknown(why, exchange)
    return ConnectionFailed(why, retryable=retryable, **REQUEST, attempts=exchange.attempt)


def _remedy(error: Exception, cause: Exception) -> str:
    """Return the option that helps against a connection that cannot be made or takes too long."""
    from botocore import exceptions as boto

    from ..._http import errors as failure

    if failure.by_certificate(cause):
        return " (AWS_CA_BUNDLE names the file of the authorities to trust)"
    if isinstance(error, (boto.ConnectTimeoutError, boto.ReadTimeoutError)):
        return " (raise timeout=, or connect_timeout and read_timeout of a client of your own)"
    if isinstance(error, boto.ProxyConnectionError):
        return " (HTTPS_PROXY and NO_PROXY name the proxy)"
    if isinstance(error, boto.EndpointConnectionError):
        return " (check region_name= and AWS_ENDPOINT_URL)"
    return ""


def patched_hint(error: Exception) -> str:
    """Return what helps when botocore's TLS stumbles over an ssl module that was replaced behind its back."""
    if isinstance(_cause(error), (TypeError, RecursionError)) and ssl.SSLContext.__module__ != "ssl":
        return " (let gevent or eventlet patch before boto3 is imported)"
    return ""


def _misconfigured(error: Exception) -> ConfigurationError:
    """Return the error of a request that could not be made; boto3's words are passed on where no mail is in them."""
    from botocore import exceptions as boto

    speaking = isinstance(error, boto.BotoCoreError) and not isinstance(
        error, (boto.ParamValidationError, boto.ValidationError)
    )
    words = f"boto3 could not make the request: {error if speaking else ''} ({type(_cause(error)).__name__})"
    return ConfigurationError(words.replace(":  (", ": (") + patched_hint(error))


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an unknown code"))


def refusal(answer: Mapping[str, Any], exchange: Exchange) -> EmailAPIError:
    """Return the error for an answer that is no success."""
    said, about = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    code, words = str(said.get("Code") or ""), str(said.get("Message") or "")
    status = about.get("HTTPStatusCode")
    facts: dict[str, Any] = {"status": status, "request_id": about.get("RequestId")}
    throttled = code in _THROTTLING or status == 429
    if status is not None and (status >= 500 or status == 408) and not throttled:
        return unknown(f"SES answered HTTP {status}{f', {code}' if code else ''}", exchange, **facts)
    message = ": ".join(filter(None, (code, words))) or f"SES answered HTTP {status} without saying why"
    remedy = next((_REMEDIES[told] for told in _REMEDIES if told == code or told in words), None)
    message += f" ({remedy})" if remedy else ""
    facts.update(REQUEST, attempts=exchange.attempt, aws_code=code or None)
    if throttled:
        if _QUOTA in words.lower():
            return SESLimitExceeded(message, **facts)
        return SESThrottled(message, retryable=True, **facts)
    return (SESUnauthorized if code in _LOGIN else SESError)(message, **facts)
