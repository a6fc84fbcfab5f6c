"""Conversion of filters to query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

from .._hints import unknown_name_message
from .._mistakes import ADVICE
from ..errors import InvalidArgument
from .arguments import checked_value, hints_of
from .dates import eastern_date
from .names import marks
from .values import check_surrogates

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
            checked_value(hints_of(filters_type)[name], value)
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
