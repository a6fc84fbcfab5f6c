"""Filters of a call -> the query string's pairs; arguments of a call -> its JSON body."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, get_type_hints

import attrs

from ..errors import InvalidArgument
from .codec import write
from .dates import eastern_date
from .names import marks
from .values import check_surrogates, enum_member, enum_of, json_value

# The longest text that the service takes anywhere (a subject), and shorter than what servers take for a URL.
FILTER_LIMIT = 2000


def unknown_name(name: str, known: Mapping[str, Any], kind: str) -> str:
    """Return the sentence about a name that is not known, with the nearest one that is."""
    near = difflib.get_close_matches(name, known, 1)
    return f"unknown {kind} {name!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}")


def write_query(filters_type: type, filters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """
    Return the query pairs of `filters`, whose names and wire names stand in the `TypedDict` `filters_type`.

    A filter that is None is left out.

    Raises:
        InvalidArgument: A filter the listing does not have, or a value that cannot be written.
    """
    known = marks(filters_type)
    pairs: list[tuple[str, str]] = []
    for name, value in filters.items():
        if name not in known:
            raise InvalidArgument(unknown_name(name, known, "filter"), argument=name)
        if value is None:
            continue
        mark = known[name]
        try:
            # A name of an enumeration in letters of another case stays as it is: so the service documents some.
            _narrowed(_hints(filters_type)[name], value)
            written: Any = mark.write(value) if mark.write else value
            several = mark.write and isinstance(written, list)
            found: list[tuple[str, str]] = written if several else [(mark.name or "", query_text(written))]
            for text in (text for pair in found for text in pair):
                _check_text(text)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidArgument(f"filter {name!r}: {error}", argument=name) from None
        pairs += found
    return pairs


def write_body(fields_type: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the JSON object of a call's arguments, whose names stand in the `TypedDict` `fields_type`.

    An argument that is None is left out.

    Raises:
        TypeError: An argument the call does not have, or one that it needs is missing.
        InvalidArgument: Naming the path of a value that cannot be written as JSON, or is none of an enumeration's.
    """
    known = marks(fields_type)
    for name in fields:
        if name not in known:
            raise TypeError(unknown_name(name, known, "argument"))
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
    """Return the types of a `TypedDict` or a record, by attribute."""
    return get_type_hints(owner)


def _narrowed(hint: Any, value: object) -> object:
    """Return a value; of an enumeration its member, and of what is true or false nothing else."""
    kind = enum_of(hint)
    if kind is not None:
        return enum_member(kind, value)
    if hint is bool and not isinstance(value, bool):
        raise TypeError(f"must be True or False, got {value!r:.80}")
    return value


def _write_argument(hint: Any, value: object, path: str) -> object:
    """Return the JSON value of an argument: records by their wire names, all else as it is."""
    try:
        value = _narrowed(hint, value)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(f"{path} {error}") from None
    if isinstance(value, (list, tuple)):
        return [_write_value(item, f"{path}[{place}]") for place, item in enumerate(value)]
    return _write_value(value, path)


def _write_value(value: object, path: str) -> object:
    return write(_checked(value, path)) if attrs.has(type(value)) else json_value(value, path)


def _checked(record: Any, path: str) -> Any:
    """Return a record with its fields checked, as they are written."""
    kind: type = type(record)
    hints = _hints(kind)
    changes: dict[str, Any] = {}
    for field in attrs.fields(kind):
        value = getattr(record, field.name)
        where = f"{path}.{field.name}"
        if attrs.has(type(value)):
            changes[field.name] = _checked(value, where)
        elif value != field.default:
            changes[field.name] = _write_argument(hints[field.name], value, where)
    return attrs.evolve(record, **changes)


def _check_text(text: str) -> None:
    check_surrogates(text)
    if len(text) > FILTER_LIMIT:
        raise ValueError(f"has {len(text)} characters, a query takes {FILTER_LIMIT}")


def query_text(value: object) -> str:
    """Return how a value stands in a query string."""
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
    raise TypeError(f"a {type(value).__name__} cannot stand in a query")
