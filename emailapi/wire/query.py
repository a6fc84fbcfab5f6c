"""Conversion of filters to query parameters, and of arguments to a JSON body."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, get_type_hints

import attrs

from .._hints import unknown_name_message
from .._mistakes import ADVICE
from ..errors import InvalidArgument
from .codec import write
from .dates import eastern_date
from .names import marks
from .values import check_surrogates, enum_member, enum_of, json_value

# The longest text that the service accepts anywhere (a subject); shorter than the URL limits of servers.
FILTER_LIMIT = 2000


def write_query(
    filters_type: type, filters: Mapping[str, Any], others: tuple[str, ...] | None = None
) -> list[tuple[str, str]]:
    """
    Convert filters to query parameters.

    Args:
        filters_type: The `TypedDict` of the filters.
        filters: The filters; those that are None are left out.
        others: Other arguments of the call, which an error may name; None for a list without pages.

    Raises:
        InvalidArgument: A filter is unknown, or its value cannot be written.
    """
    known = marks(filters_type)
    pairs: list[tuple[str, str]] = []
    for name, value in filters.items():
        if name not in known:
            names, place = {**known, **dict.fromkeys(others or ())}, filters_type.__name__
            more = () if others else ("WholeList",)
            raise InvalidArgument(unknown_name_message(name, names, "filter", place, *more), argument=name)
        if value is None:
            continue
        mark = known[name]
        try:
            # Only a check: a value in another case is sent as it is, since the service documents some in lower case.
            _checked_value(_hints(filters_type)[name], value)
            written: Any = mark.write(value) if mark.write else value
            several = mark.write and isinstance(written, list)
            found: list[tuple[str, str]] = written if several else [(mark.name or "", write_query_value(written))]
            for text in (text for pair in found for text in pair):
                _check_text(text)
        except (TypeError, ValueError, OverflowError) as error:
            advice = ADVICE.get(f"{filters_type.__name__}.{name}")
            why = f"filter {name!r}: {error}" + (f"; {advice}" if advice else "")
            raise InvalidArgument(why, argument=name) from None
        pairs += found
    return pairs


def write_body(fields_type: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Convert the arguments of a method to a JSON object.

    Args:
        fields_type: The `TypedDict` of the arguments.
        fields: The arguments; those that are None are left out.

    Raises:
        TypeError: An argument is unknown, or a required one is missing.
        InvalidArgument: A value cannot be written as JSON, or is not a member of its enumeration. The error names its
            path.
    """
    known = marks(fields_type)
    for name in fields:
        if name not in known:
            raise TypeError(unknown_name_message(name, known, "argument", fields_type.__name__))
    missing = sorted(name for name in fields_type.__required_keys__ if fields.get(name) is None)  # type: ignore[attr-defined]
    if missing:
        raise TypeError(f"missing argument {missing[0]!r}")
    hints = _hints(fields_type)
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None:
            continue
        try:
            body[known[name].name or name] = _write_argument(hints[name], value, name)
        except InvalidArgument as error:
            raise InvalidArgument(error.message, argument=name) from None
    return body


@functools.cache
def _hints(owner: type) -> Mapping[str, Any]:
    """Return the types of the fields of a `TypedDict` or a record."""
    return get_type_hints(owner)


def _checked_value(hint: Any, value: object) -> object:
    """Check that a value for an enumeration or a bool is one; return a member instead of its value."""
    kind = enum_of(hint)
    if kind is not None:
        return enum_member(kind, value)
    if hint is bool and not isinstance(value, bool):
        raise TypeError(f"must be True or False, got {value!r:.80}")
    return value


def _write_argument(hint: Any, value: object, path: str) -> object:
    """Convert an argument to a JSON value: records by their wire names, other values as they are."""
    try:
        value = _checked_value(hint, value)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(f"{path} {error}") from None
    if isinstance(value, (list, tuple)):
        return [_write_value(item, f"{path}[{place}]") for place, item in enumerate(value)]
    return _write_value(value, path)


def _write_value(value: object, path: str) -> object:
    return write(_checked_record(value, path)) if attrs.has(type(value)) else json_value(value, path)


def _checked_record(record: Any, path: str) -> Any:
    """Return a record with its fields checked as arguments are."""
    kind: type = type(record)
    hints = _hints(kind)
    changes: dict[str, Any] = {}
    for field in attrs.fields(kind):
        value = getattr(record, field.name)
        where = f"{path}.{field.name}"
        if attrs.has(type(value)):
            changes[field.name] = _checked_record(value, where)
        elif value != field.default:
            changes[field.name] = _write_argument(hints[field.name], value, where)
    return attrs.evolve(record, **changes)


def _check_text(text: str) -> None:
    check_surrogates(text)
    if len(text) > FILTER_LIMIT:
        raise ValueError(f"must have at most {FILTER_LIMIT} characters, got {len(text)}")


def write_query_value(value: object) -> str:
    """Convert a value to the text of a query parameter."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return eastern_date(value, end=False)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"must be text, a number, a bool or a date, got {type(value).__name__}")
