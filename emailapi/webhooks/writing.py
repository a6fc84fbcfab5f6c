"""Records and values to the JSON of a payload."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from .._hints import unknown_name_message
from ..errors import InvalidArgument
from ..models.opens import Geo, Program
from ..wire import json_value, wire_names
from .base import BaseEvent

Payload = dict[str, Any]

# Fields that a mapping may be given for.
_RECORDS: dict[str, type[Program | Geo]] = {"client": Program, "os": Program, "geo": Geo}


def write_payload(kind: type[BaseEvent], usual: Mapping[str, object], given: Mapping[str, object]) -> Payload:
    """
    Return the payload of an event: the usual values, and those that were given instead.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    names = wire_names(kind)
    for name in given:
        if name not in names:
            raise TypeError(unknown_name_message(name, names, "field"))
    values: dict[str, object] = {"record_type": kind._kind or None, **usual, **given}
    return {names[name]: write_value(name, value) for name, value in values.items() if value is not None}


def write_value(name: str, value: object) -> object:
    """
    Return how a value is written: records with all their fields, times with seven digits of a second.

    Raises:
        InvalidArgument: The value cannot be written as JSON, or is a time without a zone.
    """
    record = _RECORDS.get(name)
    if record is not None and isinstance(value, Mapping):
        value = record(**value)
    if attrs.has(type(value)):
        return {wire: getattr(value, attribute) for attribute, wire in wire_names(type(value)).items()}
    if isinstance(value, tuple):
        return [write_value(name, item) for item in value]
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidArgument(f"{name} must have a time zone: use datetime.now(timezone.utc)", argument=name)
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
    return json_value(value, name)
