"""The rules for message streams (contract sections 2.9 and 12)."""

from __future__ import annotations

import re
from typing import Any

import attrs

from .fields import Field, Table, line, part, text
from .rejection import Rejection
from .tables.streams import Stream

STREAMS = 10
ID_LENGTH = 30
NAME_LENGTH = 100
DESCRIPTION_LENGTH = 1000

_ID = re.compile(rf"[a-z][a-z0-9_-]{{0,{ID_LENGTH - 1}}}")
_FORBIDDEN_START = "pm-"
_RESERVED = "all"

# The valid handlings of unsubscribe requests for each type of stream; the first is the default. A broadcast stream must
# have one. `Custom` is separate: the service allows it only for accounts that it has approved.
_HANDLING = {"Transactional": ("None", "Postmark"), "Broadcasts": ("Postmark",), "Inbound": ("None",)}
_CUSTOM = "Custom"


def _id(value: object, field: Field) -> str:
    found = text(value, field)
    if found == _RESERVED:
        raise Rejection(1237, f"The message stream ID '{found}' is reserved.")
    if found.startswith(_FORBIDDEN_START):
        raise Rejection(1233, f"A message stream ID must not begin with '{_FORBIDDEN_START}', as '{found[:80]}' does.")
    return line(value, field)


def _description(value: object, field: Field) -> str | None:
    found = text(value, field)
    if "<" in found or ">" in found:
        raise Rejection(1234, "'Description' must not contain HTML: neither '<' nor '>'.")
    return found or None


_SETTINGS = Table(
    Field("Name", "name", line, 403, required=1223, limit=NAME_LENGTH, too_long=1224),
    Field("Description", "description", _description, 403, clears=True, limit=DESCRIPTION_LENGTH, too_long=1231),
    Field(
        "SubscriptionManagementConfiguration",
        "subscriptions",
        part,
        table=Table(
            Field(
                "UnsubscribeHandlingType",
                "unsubscribe_handling",
                line,
                1240,
                known=("None", "Postmark", _CUSTOM),
            ),
            within="SubscriptionManagementConfiguration.",
        ),
    ),
)
_NEW = Table(
    Field(
        "ID",
        "id",
        _id,
        1227,
        required=1222,
        pattern=_ID,
        text=f"A message stream ID must have 1 to {ID_LENGTH} characters: a lower-case letter, then lower-case letters,"
        " digits, '-' and '_'; got '{value}'.",
    ),
    Field("MessageStreamType", "type", line, 1221, required=1221, known=tuple(_HANDLING)),
    *_SETTINGS.fields,
)


def new_stream(body: object, server: int, created_at: int) -> Stream:
    """
    Return the stream that a body describes.

    Raises:
        Rejection: 1221 to 1224, 1227, 1231, 1233, 1234 or 1237 to 1240: a field is missing or not valid; 403 for
            another JSON type.
    """
    found = _NEW.read(body)
    handling = _handling(found, found["type"]) or _HANDLING[found["type"]][0]
    return Stream(**found, server=server, created_at=created_at, unsubscribe_handling=handling)


def changed(stream: Stream, body: object) -> Stream:
    """
    Return a stream with the changes of a body.

    Raises:
        Rejection: 1223, 1224, 1231, 1234 or 1238 to 1240: a setting is not valid; 403 for another JSON type.
    """
    found = _SETTINGS.read(body, partial=True)
    handling = _handling(found, stream.type) or stream.unsubscribe_handling
    return attrs.evolve(stream, **found, unsubscribe_handling=handling)


def _handling(found: dict[str, Any], kind: str) -> str | None:
    """Take the handling of unsubscribe requests out of what was read, and check it for the type of the stream."""
    handling: str | None = found.pop("subscriptions", {}).get("unsubscribe_handling")
    if handling is None or handling in _HANDLING[kind]:
        return handling
    if handling == _CUSTOM and kind != "Inbound":
        raise Rejection(1238, "Custom unsubscribe handling needs the approval of the service.")
    raise Rejection(1239, f"A message stream of type {kind} cannot have the unsubscribe handling {handling}.")
