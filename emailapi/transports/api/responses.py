"""The meaning of the API's response to a send for each of its emails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from ..._delivery import REQUEST_ID, Request, Response, api_error, error_code, facts, unknown
from ...errors import DeliveryUnknown, EmailAPIError, InactiveRecipient, InvalidEmail, InvalidResponse
from ...models.address import Address, parse_addresses
from ...models.outbound import BatchItem, SendResult, inactive_addresses
from ...wire import parse_date, read, wire_names
from .payload import APIPayload

_MESSAGE_ID, _ERROR_CODE, _MESSAGE, _TO, _SUBMITTED_AT = (
    wire_names(SendResult)[name] for name in ("message_id", "error_code", "message", "to", "submitted_at")
)
_JUDGED = (_ERROR_CODE, _MESSAGE_ID)


def single(request: Request, response: Response, payload: APIPayload) -> BatchItem:
    """Convert the response to a single send into a `SendResult`, or the error it stands for."""
    value, key = response.value, payload.idempotency_key
    result = _usual(value, key, response.headers.get(REQUEST_ID))
    if result is None and (error_code(value) is not None or _names_message(value)):
        result = _accepted(value, key, response.headers.get(REQUEST_ID))
    if result is None:
        return unknown(request, response.unreadable or "the response cannot be read", response)
    if not _is_about(result.to, payload.recipients):
        return unknown(request, "the response names other recipients, it belongs to another email", response)
    return result


def each(request: Request, response: Response, payloads: Sequence[APIPayload]) -> list[BatchItem]:
    """Convert the response to a batch into the result or the error of each email."""
    values = response.value
    if not isinstance(values, list) or len(values) != len(payloads):
        return [unknown(request, "the response does not match the batch", response) for _ in payloads]
    id = response.headers.get(REQUEST_ID)
    items = [
        _usual(value, payload.idempotency_key, id) or _item(value, payload, request, response, id)
        for value, payload in zip(values, payloads, strict=True)
    ]
    named = [item.to if isinstance(item, SendResult) else "" for item in items]
    pairs = enumerate(zip(named, payloads, strict=True))
    others = [
        at
        for at, (to, payload) in pairs
        # Without a call for the usual response, which names the only recipient.
        if not (payload.recipients and to == payload.recipients[0].header) and not _is_about(to, payload.recipients)
    ]
    if others:
        everybody = {address.mailbox.casefold() for payload in payloads for address in payload.recipients}
        for at in others:
            if not everybody.isdisjoint(_mailboxes(named[at])):
                items[at] = unknown(request, "the response names the recipients of another email", response)
    return items


def _item(
    value: object, payload: APIPayload, request: Request, response: Response, request_id: str | None
) -> BatchItem:
    """Convert one item that is not a success in its usual shape."""
    if error_code(value):
        return rejected(api_error(value, response.status, facts(request, response)), payload)
    result = _accepted(value, payload.idempotency_key, request_id) if _names_message(value) else None
    return result or unknown(request, "the response to this email cannot be read", response)


def _usual(value: Any, key: str | None, request_id: str | None) -> SendResult | None:
    """Return the result that a success in its usual shape stands for; None for any other shape."""
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
        request_id=request_id,
    )


def _accepted(value: object, key: str | None, request_id: str | None) -> SendResult | None:
    """Return the result that a success stands for: code and id must be readable, other fields may be odd."""
    try:
        result = read(value, SendResult)
    except InvalidResponse:
        try:
            result = read(_judged(value), SendResult)
        except InvalidResponse:
            return None
    inactive = inactive_addresses(result.message)
    return attrs.evolve(result, idempotency_key=key, inactive_recipients=inactive, request_id=request_id)


def _judged(value: object) -> object:
    """Return only the fields of a response that decide whether it is a success."""
    return {name: value.get(name) for name in _JUDGED} if isinstance(value, dict) else value


def _names_message(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get(_MESSAGE_ID))


def _is_about(to: str, recipients: Sequence[Address]) -> bool:
    """Whether the response and the email have a recipient in common; a response without recipients matches."""
    if not to or not recipients or to in (recipients[0].mailbox, recipients[0].header):
        return True
    named = _mailboxes(to)
    return not named or any(address.mailbox.casefold() in named for address in recipients)


def _mailboxes(text: str) -> set[str]:
    """Return the bare addresses in a response's text; none if it cannot be read."""
    try:
        return {address.mailbox.casefold() for address in parse_addresses(text)}
    except InvalidEmail:
        return set()


def rejected(error: EmailAPIError, payload: APIPayload) -> EmailAPIError:
    """
    Return the error of a rejected email.

    If the rejection names some recipients as inactive, but not all, the outcome is unknown: the service may have
    delivered to the others (contract section 2.1).
    """
    if isinstance(error, InactiveRecipient):
        recipients = {address.email.lower() for address in payload.recipients}
        named = {address.lower() for address in error.addresses}
        if 0 < len(named) < len(recipients):
            known = {name: getattr(error, name) for name in ("method", "path", "attempts", "status", "request_id")}
            return DeliveryUnknown(f"{error.message}: the email may have been sent", **known)
    return error


def identified(error: DeliveryUnknown, payload: APIPayload, *, reconcile: bool) -> DeliveryUnknown:
    """Add the key and stream to look an email up by to its error, or the reason why it has no key."""
    message = error.message
    if payload.key is None and reconcile:
        message += "; it cannot be looked up, because its metadata had no room for a key"
    return error.replace(message=message, idempotency_key=payload.key, message_stream=payload.stream)
