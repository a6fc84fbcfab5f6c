"""The attributes that events of every kind have, and the key that tells a repeated event."""

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
    The attributes that events of every kind have.

    An attribute is None when the payload lacks it, or has a value that cannot be read; mappings, lists and records are
    empty then. `problems` says which values could not be read, and `raw` has everything as it arrived.

    Attributes:
        record_type: The service's name of the kind, as in `"Delivery"`; inbound events have none.
        message_id: The message's id, as in `SendResult.message_id`.
        recipient: The address that the event is about, spelled as it was sent to.
        at: When it happened, in UTC.
        tag: The tag of the email.
        message_stream: The message stream of the email.
        metadata: The metadata of the email.
        raw: The payload, as it arrived.
        trace_id: The service's id of this delivery of the event, the same in each retry; None without the headers of
            the request, and for requests that do not carry it.
        retries_remaining: How often the service tries again; None as for `trace_id`.
        problems: A line for each value that is missing or cannot be read, beginning with its name in the payload.
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
        The `idempotency_key` of the email, which joins the event with the send.

        It is also there when the send ended as `DeliveryUnknown` and nothing else is known of the message.
        """
        return self.metadata.get(KEY_NAME)

    @property
    def dedupe_key(self) -> str:
        """
        A text that is the same for each delivery of one event, and another for each other event.

        It is made of the kind, the message, the recipient, the instant, and the link of a click or the id of a bounce:
        fields that are added, metadata and the order of keys make no difference. Events that lack these, and unknown
        events, are told apart by their whole payload.
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
    except (RecursionError, TypeError, ValueError):  # only what was given as a mapping can do that
        return repr(sorted(raw))
