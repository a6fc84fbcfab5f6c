"""The meaning of a response, or of its absence: the only place that decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from time import time
from typing import Any
from urllib.parse import urlsplit

import attrs

from ..errors import (
    APIError,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    EmailAPIError,
    InactiveRecipient,
    InvalidResponse,
    Outcome,
    RateLimited,
    ServerError,
    TransportError,
    error_class,
)
from ..models.outbound import inactive_addresses
from ..wire import load_json, read, wire_names

# The header with the service's id of the request.
REQUEST_ID = "X-Request-Id"
# The header in which the sandbox tells more than the service's message.
SANDBOX_REASON = "X-Sandbox-Reason"
_REASON_LIMIT = 500
_TARGET_LIMIT = 200
# A longer wait overflows timers and dates, and no program would wait for it.
_LONGEST_WAIT = 86_400.0


class Kind(Enum):
    """The effect of a request, which decides whether it may be repeated without knowing its outcome."""

    READ = "read"
    WRITE = "write"  # may be repeated: settings, suppressions, deletions
    ONCE = "once"  # must not be repeated: creates or triggers something
    SEND = "send"


@attrs.define(eq=False)
class Request:
    """
    A request to the service.

    Attributes:
        method: HTTP method.
        path: Path after the base URL, quoted, without a query.
        query: The query string, encoded.
        body: The JSON body, encoded.
        kind: The effect of the request.
        keys: The idempotency keys of its emails, for the note of an exception that interrupts the call.
        may_have_been_done: Whether an attempt may have carried the request out, which no later attempt can undo; also
            while the response of an attempt is not classified yet.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = attrs.field(default=None, repr=False)
    kind: Kind = Kind.READ
    keys: Sequence[str | None] = attrs.field(default=(), repr=False)
    may_have_been_done: bool = attrs.field(default=False, init=False)


@attrs.define(eq=False)
class Response:
    """
    The service's response to a request; its body is parsed once. It is never changed.

    Attributes:
        status: HTTP status.
        headers: HTTP headers; names are case-insensitive.
        value: The JSON value of the body; None if it cannot be read.
        unreadable: Why the body cannot be read; empty if it can.
        attempts: Number of the attempt, from 1.
        proxy: Host and port of the proxy that rejected the request with HTTP 407.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    value: Any = attrs.field(default=None, repr=False)
    unreadable: str = ""
    attempts: int = 1
    proxy: str = ""

    @classmethod
    def parse(
        cls, status: int, headers: Mapping[str, str], body: bytes, *, attempts: int = 1, proxy: str = ""
    ) -> Response:
        """Create the response from its decompressed body."""
        try:
            return cls(status, headers, load_json(body), "", attempts, proxy)
        except ValueError:
            return cls(status, headers, None, "the response is not JSON", attempts, proxy)


def error_code(value: object) -> int | None:
    """Return the `ErrorCode` of a JSON object, or None if it has no readable one."""
    code = value.get("ErrorCode") if isinstance(value, dict) else None
    if type(code) is int:
        return code
    try:
        return None if code is None or isinstance(code, bool) else int(code)
    except (TypeError, ValueError, OverflowError):
        return None


def classify(request: Request, response: Response) -> EmailAPIError | None:
    """
    Return the error that a response stands for; None for a success, whose items may be errors of their own.

    The status decides first, the code only among rejections. The error is complete: `may_repeat` and a fallback decide
    by the error alone.
    """
    status = response.status
    code = error_code(response.value)
    if 200 <= status < 300 and not code:
        return None
    if status == 407:
        return ConnectionFailed(proxy_login(response.proxy), retryable=False, **facts(request, response))
    error = api_error(response.value, status, facts(request, response), response.headers)
    if isinstance(error, ServerError) and request.kind is not Kind.READ:
        return unknown(request, f"the service responded with HTTP {status}", response)
    return error


def may_repeat(request: Request, error: EmailAPIError) -> bool:
    """
    Whether another attempt can help, and nothing can happen twice.

    A request that was not sent may always be repeated; a request that may have been carried out only if doing it twice
    is the same as doing it once.
    """
    return error.retryable or (request.kind is Kind.WRITE and error.may_have_been_sent)


def keep_unknown(request: Request, error: EmailAPIError) -> EmailAPIError:
    """Return the last attempt's error after an attempt that may have been carried out, which stays possible."""
    if error.may_have_been_sent:
        return error
    if isinstance(error, APIError):
        return error.replace(outcome=Outcome.UNKNOWN)
    return unknown(request, error.message, attempts=error.attempts)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds that `Retry-After` asks to wait, a day at most.

    A date counts from the response's own `Date`.
    """
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    until, now = _timestamp(text), _timestamp(headers.get("Date") or "")
    return None if until is None else min(max(0.0, until - (time() if now is None else now)), _LONGEST_WAIT)


def _timestamp(date: str) -> float | None:
    try:
        at = parsedate_to_datetime(date)
        # HTTP dates are always GMT: a date without a zone is not local time.
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def facts(request: Request, response: Response | None = None, attempts: int = 1) -> dict[str, Any]:
    """Return the attributes of an error that describe its request."""
    known: dict[str, Any] = {"method": request.method, "path": request.path, "attempts": attempts}
    if response is not None:
        known.update(attempts=response.attempts, status=response.status, request_id=response.headers.get(REQUEST_ID))
    return known


def _field_errors(value: object) -> dict[str, tuple[str, ...]]:
    """Return the messages of code 11 for each field, or of code 1364 for each failed trigger of a webhook."""
    errors = value.get("Errors") if isinstance(value, dict) else None
    if not isinstance(errors, dict):
        return _trigger_errors(value)
    found = {}
    for field, items in errors.items():
        listed = items if isinstance(items, list) else [items]
        found[str(field)] = tuple(
            str(item.get("Message", "")) if isinstance(item, dict) else str(item) for item in listed
        )
    return found


def _trigger_errors(value: object) -> dict[str, tuple[str, ...]]:
    from ..models.webhooks import WebhookVerification

    if not isinstance(value, dict) or wire_names(WebhookVerification)["results"] not in value:
        return {}
    try:
        checks = read(value, WebhookVerification).results
    except InvalidResponse:
        return {}
    return {check.trigger_type: (check.message,) for check in checks if not check.success}


def api_error(
    value: object, status: int, known: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> APIError:
    """Return the error that the object of a rejection, or an item of a batch response, stands for."""
    headers = headers or {}
    code = in_body = error_code(value)
    if code is None:
        code = error_code({"ErrorCode": headers.get("X-PM-ApiErrorCode")})
    # Only the body tells whether a 503 is an outage in which nothing was accepted.
    kind = error_class(status, in_body if status == 503 else code)
    message = value.get("Message") if isinstance(value, dict) else None
    if not isinstance(message, str) or not message:
        message = f"the service responded with HTTP {status}{_redirect(status, headers) or ' without a reason'}"
    more: dict[str, Any] = {"code": code, "errors": _field_errors(value)}
    if kind is InactiveRecipient:
        more["addresses"] = inactive_addresses(message)
    if kind is RateLimited:
        more["retry_after"] = retry_after(headers)
    error = kind(message, **{**known, **more})
    reason = headers.get(SANDBOX_REASON, "")[:_REASON_LIMIT]
    if reason and reason.isprintable():
        error.add_note(f"The sandbox says why: {reason}")
    return error


def _redirect(status: int, headers: Mapping[str, str]) -> str:
    """Name the target of a redirect, without its login, query and fragment; "" for another response."""
    if status not in (301, 302, 303, 307, 308):
        return ""
    try:
        parts = urlsplit((headers.get("Location") or "").strip())
    except ValueError:
        target = ""
    else:
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
        target = bare.geturl().partition(";")[0][:_TARGET_LIMIT]
    where = f" to {target}" if target.isprintable() and target and "@" not in target else ""
    return f", a redirect{where}, which is not followed with the token: check base_url"


def unknown(request: Request, why: str, response: Response | None = None, attempts: int = 1) -> DeliveryUnknown:
    """Return the error of a request that may have been carried out."""
    what = "the email may have been sent" if request.kind is Kind.SEND else "it may have been done"
    return DeliveryUnknown(f"{why}: {what}", **facts(request, response, attempts))


def unreadable(request: Request, response: Response, why: str) -> TransportError:
    """Return the error of a success that cannot be read: a write must be assumed to have been carried out."""
    if request.kind is Kind.READ:
        return InvalidResponse(why, **facts(request, response))
    return unknown(request, why, response)


def no_response(request: Request, why: str, *, sent: bool, retryable: bool = True, attempts: int = 1) -> TransportError:
    """Return the error of a request without a response; `sent` tells whether the service may have read it."""
    if not sent:
        return ConnectionFailed(why, retryable=retryable, **facts(request, attempts=attempts))
    if request.kind is Kind.READ:
        return TransportError(why, **facts(request, attempts=attempts))
    return unknown(request, why, attempts=attempts)


def out_of_time(request: Request, why: str, attempts: int = 1) -> DeadlineExceeded:
    """Return the error of a request that was not sent, or got no response, before the deadline of its call."""
    message = f"the deadline passed in attempt {attempts}: {why}; raise deadline="
    return DeadlineExceeded(message, **facts(request, attempts=attempts))


def proxy_login(proxy: str) -> str:
    """Return the message for a proxy that requires a login."""
    who = f"the proxy {proxy}" if proxy else "a proxy"
    return f"{who} requires a login (HTTP 407): set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, or pass a session="


def read_value(request: Request, response: Response) -> Any:
    """
    Return the JSON value of a success.

    Raises:
        DeliveryUnknown: The value cannot be read, and the request was a write.
        InvalidResponse: The value cannot be read.
    """
    if response.unreadable:
        raise unreadable(request, response, response.unreadable)
    return response.value
