"""Filters of a call -> the query string's pairs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import attrs

from ..errors import InvalidArgument
from .codec import write
from .dates import eastern_date
from .names import marks


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
            written = mark.write(value) if mark.write else value
            several = mark.write and isinstance(written, list)
            pairs += written if several else [(mark.name or "", query_text(written))]
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidArgument(f"filter {name!r}: {error}", argument=name) from None
    return pairs


def write_body(fields_type: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the JSON object of a call's arguments, whose names stand in the `TypedDict` `fields_type`.

    An argument that is None is left out.

    Raises:
        TypeError: An argument the call does not have, or one that it needs is missing.
    """
    known = marks(fields_type)
    for name in fields:
        if name not in known:
            raise TypeError(unknown_name(name, known, "argument"))
    missing = sorted(name for name in fields_type.__required_keys__ if fields.get(name) is None)  # type: ignore[attr-defined]
    if missing:
        raise TypeError(f"missing argument {missing[0]!r}")
    return {known[name].name or name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: object) -> object:
    """Return the JSON value of an argument: records by their own names, all else as it is."""
    if attrs.has(type(value)):
        return write(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def query_text(value: object) -> str:
    """Return how a value stands in a query string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return eastern_date(value, end=False)
    if isinstance(value, (str, int)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot stand in a query")
