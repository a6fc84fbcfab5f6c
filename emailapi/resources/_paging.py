"""Reading lists page by page, also beyond the 10,000 records that the service lists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import attrs

from ..errors import InvalidArgument, InvalidResponse, LimitExceeded
from ..models.listing import PAGE_LIMIT, RECORD_LIMIT, Listing, Page
from ..wire import read_rows, write_query

T = TypeVar("T")
Pairs = list[tuple[str, str]]
Fetch = Callable[[str, Pairs], Any]


@attrs.frozen
class Query:
    """
    The parameters with which the pages of a list are requested.

    Attributes:
        listing: The list, with its complete path.
        fetch: Function that returns the JSON value for a path and query parameters.
        count: Number of records on a page.
        filters: The filters as given.
        until: End of the date range, once it was narrowed to get beyond 10,000 records.
        ordered: Whether every page so far was ordered by date, newest first.
    """

    listing: Listing[Any]
    fetch: Fetch
    count: int
    filters: Mapping[str, Any]
    until: datetime | None = None
    ordered: bool = True

    def narrowed(self) -> Mapping[str, Any]:
        """Return the filters, with the narrowed end of the date range if there is one."""
        return self.filters if self.until is None else {**self.filters, "to_date": self.until}


def check_range(count: int, offset: int) -> None:
    """
    Check count and offset against the service's limits (contract section 1.6).

    Raises:
        InvalidArgument: `count` or `offset` is out of range. The error names the argument.
    """
    for name, value, low, high in (("count", count, 1, PAGE_LIMIT), ("offset", offset, 0, RECORD_LIMIT)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidArgument(f"{name} must be a whole number, got {value!r}", argument=name)
        if not low <= value <= high:
            raise InvalidArgument(f"{name} must be from {low} to {high}, got {value}", argument=name)
    if count + offset > RECORD_LIMIT:
        raise InvalidArgument(
            f"count + offset must be at most {RECORD_LIMIT}, got {count + offset}: narrow the dates", argument="offset"
        )


@attrs.frozen
class KeyedQuery:
    """
    The parameters of a list in which each response contains the key of the next page.

    Attributes:
        listing: The list.
        fetch: Function that returns the JSON value for a path and query parameters.
        count: Number of records on a page.
        key: Key of the page; None for the first page.
        before: Number of records before the page.
    """

    listing: Listing[Any]
    fetch: Fetch
    count: int
    key: str | None = None
    before: int = 0


def fetch_keyed_page(query: KeyedQuery) -> Page[Any]:
    """
    Request the page that a key refers to.

    Raises:
        InvalidArgument: `count` is out of range.
        InvalidResponse: The response is not a list.
    """
    listing = query.listing
    check_range(query.count, 0)
    pairs = write_query(listing.filters, {"count": query.count, "pagination_key": query.key})
    value = query.fetch(listing.path, pairs)
    rows = _rows(value, listing)
    records, unreadable = read_rows(rows, listing.record)
    key = value.get(listing.next_key)
    after = query.before + len(rows)
    more = bool(key and rows)
    return Page(
        tuple(records),
        after,
        query.before,
        tuple(unreadable),
        identity=listing.identity,
        more=more,
        next=functools.partial(fetch_keyed_page, attrs.evolve(query, key=key, before=after)) if more else None,
    )


def _rows(value: Any, listing: Listing[Any]) -> list[Any]:
    rows = value.get(listing.key) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise InvalidResponse(f"the response has no list {listing.key}", method="GET", path=listing.path, attempts=1)
    return rows


def fetch_page(query: Query, offset: int) -> Page[Any]:
    """
    Request the page that begins at an offset.

    Raises:
        InvalidArgument: A filter is unknown, or its value is invalid.
        InvalidResponse: The response is not a list.
    """
    listing = query.listing
    filters = query.narrowed()
    pairs = write_query(listing.filters, filters, ("count", "offset") if listing.paging else None)
    if listing.paging:
        pairs = [(listing.paging[0], str(query.count)), (listing.paging[1], str(offset)), *pairs]
    value = query.fetch(listing.path, pairs)
    rows = _rows(value, listing)
    records, unreadable = read_rows(rows, listing.record)
    after = offset + len(rows)
    total = _total(value)
    # If the service does not report the total, a full page may be followed by another one.
    more = bool(listing.paging and rows and (len(rows) >= query.count if total is None else after < total))
    total = after if total is None else total
    if more:
        query = attrs.evolve(query, ordered=query.ordered and _newest_first(records, listing.dated))
    return Page(
        tuple(record for record in records if _in_range(record, listing.dated, filters)),
        total,
        offset,
        tuple(unreadable),
        identity=listing.identity,
        more=more,
        next=functools.partial(_next_page, query, after, records) if more else None,
    )


def _next_page(query: Query, after: int, records: list[Any]) -> Page[Any]:
    if after + query.count <= RECORD_LIMIT:
        return fetch_page(query, after)
    if after < RECORD_LIMIT:
        return fetch_page(attrs.evolve(query, count=RECORD_LIMIT - after), after)
    return fetch_page(attrs.evolve(query, count=PAGE_LIMIT, until=_narrow(query, records)), 0)


def _narrow(query: Query, records: list[Any]) -> datetime:
    """
    Return the new end of the date range for the next 10,000 records: the date of the oldest record so far.

    The service compares whole seconds: the records of the same second come again, and are skipped.
    """
    listing = query.listing
    limit = f"more than {RECORD_LIMIT} records match, and the service lists no more"
    if not listing.dated or "to_date" not in listing.filters.__annotations__:
        raise LimitExceeded(f"{limit}; this list cannot be narrowed by date: narrow the filters")
    if not query.ordered:
        raise LimitExceeded(f"{limit}; they are not ordered newest first: narrow the dates")
    oldest: datetime = getattr(records[-1], listing.dated)
    until = oldest.replace(microsecond=0) + (timedelta(seconds=1) if oldest.microsecond else timedelta(0))
    if query.until is not None and until >= query.until:
        raise LimitExceeded(f"{limit}; all of them are from one second ({until.isoformat()}): narrow the filters")
    return until


def _newest_first(records: list[Any], dated: str | None) -> bool:
    """Return whether records are ordered by date, newest first; narrowing needs this order, which is not documented."""
    dates = [getattr(record, dated) for record in records] if dated else []
    return bool(dates) and None not in dates and dates == sorted(dates, reverse=True)


def _in_range(record: object, dated: str | None, filters: Mapping[str, Any]) -> bool:
    """
    Return whether a record is in the requested range.

    The service reads dates as Eastern local time: in the hour that is repeated in autumn it returns too many records.
    """
    at = getattr(record, dated, None) if dated else None
    if not isinstance(at, datetime):
        return True
    begin, end = filters.get("from_date"), filters.get("to_date")
    if isinstance(begin, datetime) and begin.tzinfo and at < begin:
        return False
    return not (isinstance(end, datetime) and end.tzinfo and at > end)


def _total(value: Mapping[str, Any]) -> int | None:
    """Return `TotalCount`, a number or a text with a number, or None if the response has none."""
    try:
        return int(value["TotalCount"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
