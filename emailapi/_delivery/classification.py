"""What an answer, or the lack of one, says about a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from time import time
from typing import Any

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
    TransportError,
    error_class,
)
from ..models.outbound import SendResult, inactive_addresses
from ..wire import load_json, read, wire_names

_MESSAGE_ID = wire_names(SendResult)["message_id"]


class Kind(Enum):
    """What a request does, as far as it matters when no answer tells whether it was done."""

    READ = "read"
    WRITE = "write"  # may be repeated: settings, suppressions, deleting
    ONCE = "once"  # must not be repeated: making something, setting something off
    SEND = "send"


@attrs.frozen
class Request:
    """
    One call of the service.

    Attributes:
        method: HTTP method.
        path: Behind the base URL, quoted, without a query.
        query: The query string, encoded.
        body: The JSON body, encoded.
        kind: What it does.
        keys: The idempotency keys of the emails in it, for whoever ends the call from outside.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = attrs.field(default=None, repr=False)
    kind: Kind = Kind.READ
    keys: Sequence[str | None] = attrs.field(default=(), repr=False)


_UNREAD: Any = object()


@attrs.frozen
class Answer:
    """
    What the service answered.

    Attributes:
        status: HTTP status.
        headers: Its headers, whose names compare in any case.
        body: The body, decompressed.
        attempts: How often the request was tried until it came.
        in_doubt: Whether an earlier attempt, that was not answered, may have been carried out.
        unread: Why there is no body, where it came and could not be read.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    attempts: int = 1
    in_doubt: bool = False
    unread: str = ""
    _value: Any = attrs.field(default=_UNREAD, init=False, repr=False, eq=False)

    def value(self) -> Any:
        """
        Return the JSON value of the body.

        Raises:
            ValueError: It is none.
        """
        if self._value is _UNREAD:
            if self.unread:
                raise ValueError(self.unread)
            object.__setattr__(self, "_value", load_json(self.body))
        return self._value


class Verdict(Enum):
    """What an answer says of the mail it is about."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


def envelope_code(value: object) -> int | None:
    """Return the `ErrorCode` of an envelope, or None where it has none that can be read."""
    code = value.get("ErrorCode") if isinstance(value, dict) else None
    try:
        return None if code is None or isinstance(code, bool) else int(code)
    except (TypeError, ValueError, OverflowError):
        return None


def _try_value(answer: Answer) -> Any:
    try:
        return answer.value()
    except ValueError:
        return None


def verdict(answer: Answer) -> Verdict:
    """Return what the status, and the code of an envelope, say of a request that was answered."""
    status = answer.status
    if 200 <= status < 300:
        return Verdict.REFUSED if envelope_code(_try_value(answer)) else Verdict.ACCEPTED
    if status in (421, 425, 429):
        return Verdict.NOT_SENT
    if status == 503 and envelope_code(_try_value(answer)) == 100:
        return Verdict.NOT_SENT
    if 300 <= status < 500 and status != 408:
        return Verdict.REFUSED
    return Verdict.UNKNOWN


def answer_id(answer: Answer) -> str | None:
    """Return the id of the message that an answer is about, if it names one."""
    value = _try_value(answer)
    found = value.get(_MESSAGE_ID) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks to wait; a date is read by the clock of whoever answered."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until, now = _timestamp(text), _timestamp(headers.get("Date") or "")
    return None if until is None else max(0.0, until - (time() if now is None else now))


def _timestamp(date: str) -> float | None:
    try:
        at = parsedate_to_datetime(date)
        # HTTP knows no other zone: a date that names none is not local time.
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def facts(request: Request, answer: Answer | None = None) -> dict[str, Any]:
    """Return what an error carries of its request."""
    known: dict[str, Any] = {"method": request.method, "path": request.path, "attempts": 1}
    if answer is not None:
        request_id = answer.headers.get("X-Request-Id")
        known.update(attempts=answer.attempts, status=answer.status, request_id=request_id)
    return known


def _field_errors(value: object) -> dict[str, tuple[str, ...]]:
    """Return what code 11 says of each field, or code 1364 of each kind of event that a webhook failed at."""
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


def _code(value: object, headers: Mapping[str, str]) -> int | None:
    """Return the code of an envelope, else the one that the answer's header repeats."""
    code = envelope_code(value)
    return envelope_code({"ErrorCode": headers.get("X-PM-ApiErrorCode")}) if code is None else code


def api_error(
    value: object, status: int, known: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> APIError:
    """Return the error that an envelope, or an item of a batch answer, stands for."""
    code = _code(value, headers or {})
    message = value.get("Message") if isinstance(value, dict) else None
    if not isinstance(message, str) or not message:
        message = f"the service answered HTTP {status} without saying why"
    # An item's own status is not on the wire: the table has it.
    kind = error_class(status if status >= 300 else 422, code)
    more: dict[str, Any] = {"code": code, "errors": _field_errors(value)}
    if kind is InactiveRecipient:
        more["addresses"] = inactive_addresses(message)
    if kind is RateLimited:
        more["retry_after"] = retry_after(headers or {})
    return kind(message, **{**known, **more})


def refusal(request: Request, answer: Answer) -> APIError:
    """Return the error for an answer that is no success."""
    error = api_error(_try_value(answer), answer.status, facts(request, answer), answer.headers)
    if answer.status == 408:
        error.retryable = True
    if answer.in_doubt:
        error.outcome = Outcome.UNKNOWN
    return error


def unknown(request: Request, why: str, answer: Answer | None = None, key: str | None = None) -> DeliveryUnknown:
    """Return the error of a request that may have been carried out."""
    what = "the mail may have been sent" if request.kind is Kind.SEND else "it may have been done"
    return DeliveryUnknown(f"{why}: {what}", idempotency_key=key, **facts(request, answer))


def failure_of(request: Request, answer: Answer) -> EmailAPIError | None:
    """Return the error that an answer as a whole stands for, if it is none of success."""
    found = verdict(answer)
    if found is Verdict.ACCEPTED:
        return None
    if found is Verdict.UNKNOWN and request.kind is not Kind.READ:
        return unknown(request, f"the service answered HTTP {answer.status}", answer)
    return refusal(request, answer)


def unreadable(request: Request, answer: Answer, why: str) -> TransportError:
    """Return the error of a success that cannot be read: what a write was to do is done, as far as one can know."""
    if request.kind is Kind.READ:
        return InvalidResponse(why, **facts(request, answer))
    return unknown(request, why, answer)


def no_answer(request: Request, why: str, *, sent: bool, retryable: bool = True) -> TransportError:
    """Return the error of a request that was not answered; `sent` says whether the service may have read it."""
    if not sent:
        return ConnectionFailed(why, retryable=retryable, **facts(request))
    if request.kind is Kind.READ:
        return TransportError(why, **facts(request))
    return unknown(request, why)


def out_of_time(request: Request) -> DeadlineExceeded:
    """Return the error of a request that was not made, or not answered, before its call's deadline."""
    return DeadlineExceeded("the deadline was over before there was an answer", **facts(request))


def names_some_of(error: APIError, recipients: int) -> bool:
    """
    Whether a refusal names some recipients as inactive, and not all.

    The service may have delivered to the others all the same (api-contract section 2.1).
    """
    named = {address.lower() for address in error.addresses} if isinstance(error, InactiveRecipient) else ()
    return 0 < len(named) < recipients


def answer_value(request: Request, answer: Answer) -> Any:
    """
    Return the JSON value of a successful answer.

    Raises:
        APIError: The service refused, or failed.
        DeliveryUnknown: It failed, or its answer cannot be read, and the request was a write.
        InvalidResponse: The answer cannot be read.
    """
    failure = failure_of(request, answer)
    if failure is not None:
        raise failure
    with suppress(ValueError):
        return answer.value()
    # Raised out here so that it does not carry the other one, which holds the whole answer.
    raise unreadable(request, answer, answer.unread or "the answer is no JSON")
