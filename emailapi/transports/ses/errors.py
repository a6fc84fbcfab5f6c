"""
The errors that SES's rejections, and boto3's exceptions, stand for.

    throttling (rate), with any status                       surely not sent, retried: RateLimited
    the daily quota                                          rejected: LimitExceeded
    another 3xx or 4xx                                       rejected: SESError
    no connection, no TLS, and so no byte of the body read   surely not sent, retried: ConnectionFailed
    5xx, 408, and any later failure                          unknown: DeliveryUnknown
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from ..._delivery import clear_frames, raised_by_signal
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
OUT_OF_TIME = "the deadline passed before the email could be sent: raise deadline="
# The codes that botocore's standard retry mode regards as throttling, with any status (botocore 1.44,
# retries/standard.py, ThrottledRetryableChecker): AWS rejected the request unread. SES's own codes are the first two
# and TooManyRequestsException.
_THROTTLING = frozenset(
    (
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException "
        "TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded LimitExceededException "
        "ProvisionedThroughputExceededException TransactionInProgressException EC2ThrottledException SlowDown "
        "PriorRequestNotComplete"
    ).split()
)
# "Daily message quota exceeded" has the same code as the rate limit.
_QUOTA = "quota exceeded"
_LOGIN = frozenset(
    (
        "AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException IncompleteSignature "
        "InvalidClientTokenId MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized "
        "OptInRequired RequestExpired SignatureDoesNotMatch UnrecognizedClientException"
    ).split()
)


# Exceptions of these libraries are about a request; all others come from outside.
_LIBRARIES = frozenset(("boto3", "botocore", "urllib3", "awscrt", "http", "json", "xml"))
# The option of the transport that helps, by SES's code or by words of its message.
_REMEDIES = {
    "ConfigurationSetDoesNotExist": "check configuration_set_name=",
    "ConfigurationSetDoesNotExistException": "check configuration_set_name=",
    "Configuration set": "check configuration_set_name=",
    "Email address is not verified": "identities are verified per region: check region_name=",
}


class SESThrottled(SESError, RateLimited):
    """Too many emails per second, in each attempt of the send."""


class SESLimitExceeded(SESError, LimitExceeded):
    """The account's daily quota is used up."""


class SESUnauthorized(SESError, Unauthorized):
    """The credentials are wrong, have expired, or do not allow the request."""


def unknown(why: str, exchange: Exchange, **facts: Any) -> DeliveryUnknown:
    """Return the error of an email that SES may have accepted."""
    return DeliveryUnknown(f"{why}: the email may have been sent", **REQUEST, attempts=exchange.attempt, **facts)


def find_interruption(error: Exception) -> Exception | None:
    """Return the exception from outside that interrupted a request, or None; botocore wraps all exceptions."""
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
    """Whether a library's own code is at fault, as with a TypeError: another attempt would not help."""
    cause = _cause(error)
    return type(cause).__module__ == "builtins" and not isinstance(cause, OSError)


def convert_exception(error: Exception, exchange: Exchange) -> EmailAPIError:
    """Convert an exception of boto3's client into an error of this package."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        if error.operation_name not in OPERATIONS:  # the request for credentials
            return ConfigurationError(
                f"no AWS credentials: {error.operation_name} was rejected with {_code(error)}; pass client= with "
                "credentials"
            )
        return rejection(error.response, exchange)
    if exchange.status is not None:  # the response cannot be parsed
        if 200 <= exchange.status < 300:
            return unknown("SES's response cannot be read", exchange, status=exchange.status)
        return rejection({"ResponseMetadata": {"HTTPStatusCode": exchange.status}}, exchange)
    broken = isinstance(error, (boto.HTTPClientError, boto.ConnectionError))
    if exchange.late and not exchange.sent:
        return DeadlineExceeded(OUT_OF_TIME, **REQUEST, attempts=exchange.attempt)
    if not exchange.marked:  # only types tell, and all of them but two occur in either phase
        broken = broken or not isinstance(error, boto.BotoCoreError)
        sent = not isinstance(error, (boto.ConnectTimeoutError, boto.EndpointConnectionError))
        return _no_response(error, sent, exchange) if broken else _misconfigured(error)
    if broken and not exchange.sent and _is_internal(error):
        return _misconfigured(error)
    if broken or exchange.begun:
        return _no_response(error, exchange.sent or not broken, exchange)
    return _misconfigured(error)


def _no_response(error: Exception, sent: bool, exchange: Exchange) -> EmailAPIError:
    """Return the error of a request without a response; the exception's type decides only the message."""
    from ..._http import errors as failure

    cause = _cause(error)
    why = failure.reason(cause, sent, exchange.limits) + _remedy(error, cause)
    retryable = not failure.is_untrusted_certificate(cause)
    clear_frames(cause)
    if sent:
        return unknown(why, exchange)
    return ConnectionFailed(why, retryable=retryable, **REQUEST, attempts=exchange.attempt)


def _remedy(error: Exception, cause: Exception) -> str:
    """Return the option that helps if no connection can be opened or it takes too long."""
    from botocore import exceptions as boto

    from ..._http import errors as failure

    if failure.is_untrusted_certificate(cause):
        return " (set AWS_CA_BUNDLE to the file of trusted CA certificates)"
    if isinstance(error, (boto.ConnectTimeoutError, boto.ReadTimeoutError)):
        return " (raise timeout=, or connect_timeout and read_timeout of your own client)"
    if isinstance(error, boto.ProxyConnectionError):
        return " (check the proxy in HTTPS_PROXY and NO_PROXY)"
    if isinstance(error, boto.EndpointConnectionError):
        return " (check region_name= and AWS_ENDPOINT_URL)"
    return ""


def patched_hint(error: Exception) -> str:
    """Return a hint if botocore's TLS fails because the ssl module was replaced after its import."""
    if isinstance(_cause(error), (TypeError, RecursionError)) and ssl.SSLContext.__module__ != "ssl":
        return " (let gevent or eventlet patch before boto3 is imported)"
    return ""


def _misconfigured(error: Exception) -> ConfigurationError:
    """Return the error of a request that could not be made; boto3's message is used if it cannot contain the email."""
    from botocore import exceptions as boto

    speaking = isinstance(error, boto.BotoCoreError) and not isinstance(
        error, (boto.ParamValidationError, boto.ValidationError)
    )
    words = f"boto3 could not make the request: {error if speaking else ''} ({type(_cause(error)).__name__})"
    return ConfigurationError(words.replace(":  (", ": (") + patched_hint(error))


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an unknown code"))


def rejection(response: Mapping[str, Any], exchange: Exchange) -> EmailAPIError:
    """Return the error for a response that is not a success."""
    said, about = response.get("Error", {}), response.get("ResponseMetadata", {})
    code, words = str(said.get("Code") or ""), str(said.get("Message") or "")
    status = about.get("HTTPStatusCode")
    facts: dict[str, Any] = {"status": status, "request_id": about.get("RequestId")}
    throttled = code in _THROTTLING or status == 429
    if status is not None and (status >= 500 or status == 408) and not throttled:
        return unknown(f"SES responded with HTTP {status}{f', {code}' if code else ''}", exchange, **facts)
    message = ": ".join(filter(None, (code, words))) or f"SES responded with HTTP {status} without a reason"
    remedy = next((_REMEDIES[told] for told in _REMEDIES if told == code or told in words), None)
    message += f" ({remedy})" if remedy else ""
    facts.update(REQUEST, attempts=exchange.attempt, aws_code=code or None)
    if throttled:
        if _QUOTA in words.lower():
            return SESLimitExceeded(message, **facts)
        return SESThrottled(message, retryable=True, **facts)
    return (SESUnauthorized if code in _LOGIN else SESError)(message, **facts)
