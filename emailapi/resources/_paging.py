"""Walking through a listing, past what the service gives in one go."""

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
    What a walk through a listing asks for.

    Attributes:
        listing: The listing, its path complete.
        fetch: Gets the JSON value of a path and its query pairs.
        count: Records a page.
        filters: What it narrows by, as given.
        until: The end of the range, once it was narrowed to get past the service's limit.
        ordered: Whether every page so far came newest first.
    """

    listing: Listing[Any]
    fetch: Fetch
    count: int
    filters: Mapping[str, Any]
    until: datetime | None = None
    ordered: bool = True

    def narrowed(self) -> Mapping[str, Any]:
        """Return the filters with the range's end that is in force."""
        return self.filters if self.until is None else {**self.filters, "to_date": self.until}


def check_range(count: int, offset: int) -> None:
    """
    Refuse what the service would: see api-contract section 1.6.

    Raises:
        InvalidArgument: Naming the one that is out of range.
    """
    for name, value, low, high in (("count", count, 1, PAGE_LIMIT), ("offset", offset, 0, RECORD_LIMIT)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidArgument(f"{name} must be a whole number, not {value!r}", argument=name)
        if not low <= value <= high:
            raise InvalidArgument(f"{name} must be from {low} to {high}, not {value}", argument=name)
    if count + offset > RECORD_LIMIT:
        raise InvalidArgument(
            f"count + offset must be at most {RECORD_LIMIT}, not {count + offset}: narrow the dates", argument="offset"
        )


@attrs.frozen
class KeyedQuery:
    """
    What a walk asks for where each page gives the key of the next one.

    Attributes:
        listing: The listing.
        fetch: Gets the JSON value of a path and its query pairs.
        count: Records a page.
        key: The service's key of the page; None for the first.
        before: How many records stand before it.
    """

    listing: Listing[Any]
    fetch: Fetch
    count: int
    key: str | None = None
    before: int = 0


def fetch_keyed_page(query: KeyedQuery) -> Page[Any]:
    """
    Return the page that a key leads to.

    Raises:
        InvalidArgument: A count that cannot be.
        InvalidResponse: The answer is no listing.
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
        raise InvalidResponse(f"the listing has no {listing.key}", method="GET", path=listing.path, attempts=1)
    return rows


def fetch_page(query: Query, offset: int) -> Page[Any]:
    """
    Return the page that begins at an offset.

    Raises:
        InvalidArgument: A filter the listing does not have, or a value that cannot be written.
        InvalidResponse: The answer is no listing.
    """
    listing = query.listing
    filters = query.narrowed()
    pairs = write_query(listing.filters, filters)
    if listing.paging:
        pairs = [(listing.paging[0], str(query.count)), (listing.paging[1], str(offset)), *pairs]
    value = query.fetch(listing.path, pairs)
    rows = _rows(value, listing)
    records, unreadable = read_rows(rows, listing.record)
    after = offset + len(rows)
    total = _total(value)
    # Where the service does not tell how many there are, a full page may have others behind it.
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
    Return where the next 10,000 records begin, in the order newest first: at the oldest of these.

    The service compares whole seconds, so that those of the oldest one's second come again; they are passed over.
    """
    listing = query.listing
    limit = f"more than {RECORD_LIMIT} records match, which is all the service lists"
    if not listing.dated or "to_date" not in listing.filters.__annotations__:
        raise LimitExceeded(f"{limit}, and this listing cannot be narrowed by date: narrow the filters")
    if not query.ordered:
        raise LimitExceeded(f"{limit}, and they do not come newest first: narrow the dates")
    oldest: datetime = getattr(records[-1], listing.dated)
    until = oldest.replace(microsecond=0) + (timedelta(seconds=1) if oldest.microsecond else timedelta(0))
    if query.until is not None and until >= query.until:
        raise LimitExceeded(f"{limit}, and all of them are of one second ({until.isoformat()}): narrow the filters")
    return until


def _newest_first(records: list[Any], dated: str | None) -> bool:
    """Whether the service keeps the order that narrowing relies on; it is not documented."""
    dates = [getattr(record, dated) for record in records] if dated else []
    return bool(dates) and None not in dates and dates == sorted(dates, reverse=True)


def _in_range(record: object, dated: str | None, filters: Mapping[str, Any]) -> bool:
    """
    Whether a record lies in the range of instants that was asked for.

    The service reads dates as Eastern wall-clock time: in autumn's repeated hour it gives more than was meant.
    """
    at = getattr(record, dated, None) if dated else None
    if not isinstance(at, datetime):
        return True
    begin, end = filters.get("from_date"), filters.get("to_date")
    if isinstance(begin, datetime) and begin.tzinfo and at < begin:
        return False
    return not (isinstance(end, datetime) and end.tzinfo and at > end)


def _total(value: Mapping[str, Any]) -> int | None:
    """Return `TotalCount`, a number or a text of one, or None where the answer has none."""
    try:
        return int(value["TotalCount"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
