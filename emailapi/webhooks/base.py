"""The attributes of all events, and the key that identifies repeated deliveries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import attrs

from .._records import Record
from ..models.email import KEY_NAME
from ..wire import NOT_ON_WIRE, Wire, wire_names


@attrs.frozen(kw_only=True)
class BaseEvent(Record):
    """
    The attributes of all events.

    An attribute is None if the payload lacks it or its value cannot be read; mappings, lists and records are empty
    then. `problems` lists the values that could not be read, and `raw` has the whole payload unchanged.

    Attributes:
        record_type: The service's name of the kind, such as `"Delivery"`; inbound events have none.
        message_id: The message's id, as in `SendResult.message_id`.
        recipient: The address of the recipient, as the email was sent to it.
        at: The time of the event, in UTC.
        tag: The tag of the email.
        message_stream: The message stream of the email.
        metadata: The metadata of the email.
        raw: The payload, unchanged.
        trace_id: The service's id of the webhook request, the same in each retry; None if the request has no such
            header, or `parse` was called without headers.
        retries_remaining: The number of retries that are left; None as for `trace_id`.
        problems: A line for each value that is missing or cannot be read; it begins with the name in the payload.
    """

    record_type: str | None = None
    message_id: Annotated[str | None, Wire("MessageID")] = None
    recipient: str | None = None
    at: Annotated[datetime | None, NOT_ON_WIRE] = None
    tag: str | None = None
    message_stream: str | None = None
    metadata: dict[str, str] = attrs.field(factory=dict)
    raw: Annotated[Mapping[str, Any], NOT_ON_WIRE] = attrs.field(factory=dict, repr=False)
    trace_id: Annotated[str | None, NOT_ON_WIRE] = None
    retries_remaining: Annotated[int | None, NOT_ON_WIRE] = None
    problems: Annotated[tuple[str, ...], NOT_ON_WIRE] = ()

    # The service's name of the kind, and the attributes without which an event of the kind says too little.
    _kind = ""
    _needed = frozenset(("message_id", "recipient", "at"))

    @property
    def idempotency_key(self) -> str | None:
        """
        The `idempotency_key` of the email, to match the event with the send.

        The key is also available if the send raised `DeliveryUnknown`, so that no message id is known.
        """
        return self.metadata.get(KEY_NAME)

    @property
    def dedupe_key(self) -> str:
        """
        A string that identifies the event. Repeated deliveries have the same one, and other events a different one.

        It is a hash of the kind, the message id, the recipient, the time, and the link of a click or the id of a
        bounce. Added fields, metadata and the order of keys have no effect. For events without these fields,
        and for unknown events, it is a hash of the whole payload.
        """
        if self._is_identified:
            parts: list[Any] = [self._kind or self.record_type, self.message_id or "", (self.recipient or "").lower()]
            parts += [self._instant, self._detail]
        else:
            parts = [self.record_type, _canonical(self.raw)]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()

    @property
    def _instant(self) -> str:
        if self.at is not None:
            return self.at.isoformat()
        given = self.raw.get(wire_names(type(self)).get("at", ""))
        return given if isinstance(given, str) else ""

    @property
    def _detail(self) -> str:
        return ""

    @property
    def _is_identified(self) -> bool:
        return bool(self.message_id and self._instant)


def _canonical(raw: Mapping[str, Any]) -> str:
    try:
        return json.dumps(raw, sort_keys=True, default=str)
    except (RecursionError, TypeError, ValueError):  # possible only if a mapping was passed to parse()
        return repr(sorted(raw))
