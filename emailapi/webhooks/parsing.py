"""Parsing of webhook payloads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ..errors import InvalidWebhook
from ..wire import parse_date, read_leniently, wire_names
from .base import BaseEvent
from .events import (
    BounceEvent,
    ClickEvent,
    DeliveryEvent,
    OpenEvent,
    SpamComplaintEvent,
    SubscriptionChangeEvent,
    UnknownEvent,
)
from .headers import header_text
from .inbound import InboundEvent, ReceivedFiles, decode

Event = (
    DeliveryEvent
    | BounceEvent
    | SpamComplaintEvent
    | OpenEvent
    | ClickEvent
    | SubscriptionChangeEvent
    | InboundEvent
    | UnknownEvent
)

_KINDS: dict[str, type[Event]] = {
    kind._kind.lower(): kind
    for kind in (DeliveryEvent, BounceEvent, SpamComplaintEvent, OpenEvent, ClickEvent, SubscriptionChangeEvent)
}
# RecordType names the kind; inbound events have FromFull instead.
_RECORD_TYPE = wire_names(BaseEvent)["record_type"]
_SENDER = wire_names(InboundEvent)["sender_full"]


def parse(
    body: bytes | bytearray | memoryview | str | Mapping[str, Any],
    headers: Mapping[str, Any] | Iterable[tuple[Any, Any]] | None = None,
) -> Event:
    """
    Parse the body of a webhook request.

    A JSON object never raises an error. If a value cannot be read, its attribute is None, and `problems` has a line
    that names it. An unknown `RecordType` gives an `UnknownEvent`.

    Args:
        body: The body of the request, or the JSON object that a framework has parsed.
        headers: The headers of the request, for `trace_id` and `retries_remaining`: a mapping, or pairs.

    Raises:
        InvalidWebhook: The body is not a JSON object.
    """
    raw, wrong = _json_object(body)
    # Error trackers show local variables.
    del body
    if raw is None:
        raise InvalidWebhook(wrong)
    problems: list[str] = []
    event = _event(raw, problems)
    changes: dict[str, Any] = {"raw": raw, **_delivery(headers, problems)}
    return attrs.evolve(event, problems=tuple(problems), **changes)


def _json_object(body: object) -> tuple[dict[str, Any] | None, str]:
    """Return the JSON object, or None and an error message."""
    value = body
    if isinstance(body, (bytes, bytearray, memoryview, str)):
        try:
            text = body if isinstance(body, str) else bytes(body).decode("utf-8-sig")
            value = json.loads(text, parse_int=_whole_number)
        except (ValueError, RecursionError):
            return None, "the body of the webhook request is not JSON"
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}, ""
    return None, f"the payload of a webhook must be a JSON object, got {type(value).__name__}"


def _whole_number(digits: str) -> int | float:
    # int() raises ValueError for thousands of digits.
    return int(digits) if len(digits) < 100 else float(digits)


def _event(raw: dict[str, Any], problems: list[str]) -> Event:
    record_type = raw.get(_RECORD_TYPE)
    if record_type is None and _SENDER in raw:
        return _inbound(raw, problems)
    kind = _KINDS.get(record_type.lower(), UnknownEvent) if isinstance(record_type, str) else UnknownEvent
    event, found = read_leniently(raw, kind)
    problems += found
    _note_missing(event, problems)
    if isinstance(event, UnknownEvent):
        return attrs.evolve(event, at=_first_time(raw))
    return event


def _inbound(raw: dict[str, Any], problems: list[str]) -> InboundEvent:
    event, found = read_leniently(raw, InboundEvent)
    # The Date header is read for two attributes; it is reported once.
    problems += dict.fromkeys(found)
    files, found = read_leniently(raw, ReceivedFiles)
    problems += found
    decoded = [decode(file, place, problems) for place, file in enumerate(files.attachments)]
    attachments = tuple([file for file in decoded if file is not None])
    _note_missing(event, problems)
    recipient = event.recipient or next((one.email for one in event.to_full if one.email), None)
    return attrs.evolve(event, attachments=attachments, recipient=recipient)


def _note_missing(event: BaseEvent, problems: list[str]) -> None:
    names = wire_names(type(event))
    for attribute in sorted(event._needed):
        name = names[attribute]
        if getattr(event, attribute) in (None, "") and not any(line.startswith(f"{name}:") for line in problems):
            problems.append(f"{name}: is missing")


def _first_time(raw: dict[str, Any]) -> datetime | None:
    times = (parse_date(raw[name]) for name in sorted(raw) if name.endswith("At"))
    return next((found for found in times if found is not None), None)


def _delivery(headers: object, problems: list[str]) -> dict[str, Any]:
    """Return trace ID and remaining retries from the headers of a request."""
    remaining = header_text(headers, "X-PM-Retries-Remaining")
    found: dict[str, Any] = {"trace_id": header_text(headers, "X-PM-Webhook-Trace-Id")}
    if remaining is not None:
        if remaining.isascii() and remaining.isdigit() and len(remaining) < 10:
            found["retries_remaining"] = int(remaining)
        else:
            problems.append(f"X-PM-Retries-Remaining: {remaining[:40]!r} is not a number")
    return found
