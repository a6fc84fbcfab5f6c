"""What the API's response to a send says about each of its emails."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from typing import Any

from ..._delivery import Answer, Request, api_error, envelope_code, facts, failure_of, names_some_of, unknown
from ...errors import APIError, EmailAPIError, InvalidEmail, InvalidResponse
from ...models.address import Address, parse_addresses
from ...models.outbound import BatchItem, SendResult, inactive_addresses
from ...wire import parse_date, read, wire_names
from .payload import Parcel

_MESSAGE_ID, _ERROR_CODE, _MESSAGE, _TO, _SUBMITTED_AT = (
    wire_names(SendResult)[name] for name in ("message_id", "error_code", "message", "to", "submitted_at")
)
_JUDGED = (_ERROR_CODE, _MESSAGE_ID)


def accepted(value: object, key: str | None) -> SendResult:
    """
    Return the result that an answer's object describes; one whose code and id can be read is one, whatever else is odd.

    Raises:
        InvalidResponse: It cannot be read.
    """
    usual = _usual(value, key)
    if usual is not None:
        return usual
    try:
        result = read(value, SendResult)
    except InvalidResponse:
        result = read(_judged(value), SendResult)
    inactive = inactive_addresses(result.message)
    if key is None and not inactive:
        return result
    # `attrs.evolve` would take as long as all that was done to this answer before.
    return SendResult(
        message_id=result.message_id,
        to=result.to,
        submitted_at=result.submitted_at,
        error_code=result.error_code,
        message=result.message,
        idempotency_key=key,
        inactive_recipients=inactive,
    )


def _usual(value: Any, key: str | None) -> SendResult | None:
    """Return the result that a response in its usual shape describes; None for any other shape."""
    if type(value) is not dict or value.get(_ERROR_CODE) != 0:
        return None
    id, to, at, message = value.get(_MESSAGE_ID), value.get(_TO), value.get(_SUBMITTED_AT), value.get(_MESSAGE)
    if not id or not (type(id) is type(to) is type(at) is type(message) is str):
        return None
    return SendResult(
        message_id=id,
        to=to,
        submitted_at=parse_date(at),
        message=message,
        idempotency_key=key,
        inactive_recipients=inactive_addresses(message) if message != "OK" else (),
    )


def _refused(error: EmailAPIError, request: Request, answer: Answer, parcel: Parcel) -> EmailAPIError:
    """Return a refusal; one that names some of a mail's recipients may have been delivered to the others."""
    if isinstance(error, APIError):
        addresses = {address.email.lower() for address in parcel.recipients}
        if names_some_of(error, len(addresses)):
            return unknown(request, error.message, answer)
    return error


def _judged(value: object) -> object:
    """Return of an answer's object only what says whether it is a success."""
    return {name: value.get(name) for name in _JUDGED} if isinstance(value, dict) else value


def single(request: Request, answer: Answer, parcel: Parcel) -> BatchItem:
    """Return what the answer to a single mail says of it."""
    failure = failure_of(request, answer)
    if failure is not None:
        return _refused(failure, request, answer, parcel)
    with suppress(ValueError, InvalidResponse):
        value = answer.value()
        if envelope_code(value) is not None or (isinstance(value, dict) and value.get(_MESSAGE_ID)):
            result = accepted(value, parcel.idempotency_key)
            if _is_about(result.to, parcel.recipients):
                return result
            return unknown(request, "the response names other recipients, it belongs to another email", answer)
    return unknown(request, answer.unread or "the answer cannot be read", answer)


def _is_about(to: str, recipients: Sequence[Address]) -> bool:
    """Whether the recipients that a response names have one in common with an email's; one without any may be its."""
    if not to or not recipients or to in (recipients[0].mailbox, recipients[0].header):
        return True
    try:
        named = {address.mailbox.casefold() for address in parse_addresses(to)}
    except InvalidEmail:
        return True
    return not named or any(address.mailbox.casefold() in named for address in recipients)


def each(request: Request, answer: Answer, parcels: Sequence[Parcel]) -> list[BatchItem]:
    """Return what the answer to a batch says of each of its mails; a failure of the whole request is each one's."""
    failure = failure_of(request, answer)
    if failure is not None:
        return [copy(failure) for _ in parcels]
    values = None
    with suppress(ValueError):
        values = answer.value()
    if isinstance(values, list) and len(values) == len(parcels):
        return [_item(value, parcel, request, answer) for value, parcel in zip(values, parcels, strict=True)]
    return [unknown(request, "the answer does not match the batch", answer) for _ in parcels]


def _item(value: object, parcel: Parcel, request: Request, answer: Answer) -> BatchItem:
    if envelope_code(value):
        return _refused(api_error(value, answer.status, facts(request, answer)), request, answer, parcel)
    if isinstance(value, dict) and value.get(_MESSAGE_ID):
        with suppress(InvalidResponse):
            return accepted(value, parcel.idempotency_key)
    return unknown(request, "the answer of this mail cannot be read", answer)
