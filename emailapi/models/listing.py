"""Listings: what one is, and the pages it comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

import attrs

from ..errors import ConfigurationError

T = TypeVar("T")

# An id as records have it, so that `bounces.get(bounce.id)` type-checks; None, for an answer without one, is refused.
RecordId = int | None

PAGE_LIMIT = 500
RECORD_LIMIT = 10_000


@attrs.frozen
class Listing(Generic[T]):
    """
    One listing of the service, for the client's side and the sandbox alike.

    Attributes:
        path: Where it is; may have `{names}` in it.
        key: The envelope's name for the rows.
        record: What a row is.
        filters: The `TypedDict` of what it narrows by.
        identity: The record's attributes by which a record is told from all others.
        dated: The record's attribute that `from_date` and `to_date` compare.
        error_code: What the service refuses a wrong query by.
        paging: How the service spells count and offset; None where everything comes at once.
        next_key: Where an answer has the key of the next page, if it has one.
    """

    path: str
    key: str
    record: type[T]
    filters: type
    identity: tuple[str, ...] = ("id",)
    dated: str | None = None
    error_code: int = 700
    paging: tuple[str, str] | None = ("count", "offset")
    next_key: str = ""


@attrs.frozen
class Page(Sequence[T]):
    """
    One page of a listing: a sequence of its records.

    Attributes:
        items: The records that could be read.
        total_count: How many records match, on all pages; where the service does not tell, how many came so far.
        offset: How many records stand before this page.
        unreadable: Of each row that could not be read, its place and what is wrong with it.
    """

    items: tuple[T, ...]
    total_count: int
    offset: int = 0
    unreadable: tuple[str, ...] = ()
    _identity: tuple[str, ...] = attrs.field(default=("id",), repr=False, eq=False)
    _more: bool = attrs.field(default=False, repr=False, eq=False)
    _next: Callable[[], Page[T]] | None = attrs.field(default=None, repr=False, eq=False)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        """Return the record at this place of the page."""
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of records on this page."""
        return len(self.items)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the records, not the client that would fetch the next page."""
        names = (field.name for field in attrs.fields(Page))
        return {name: None if name == "_next" else getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what `__getstate__` gave."""
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def iter_all(self) -> Iterator[T]:
        """
        Walk on from this page to the listing's end, fetching a page when the one before is used up.

        New records push old ones to later pages while one reads: what comes again is passed over. Beyond the 10,000
        records that the service lists it goes on by narrowing the dates, where the listing has any.

        Raises:
            LimitExceeded: There is more than the service lists, and no way to narrow it.
            ConfigurationError: The page was unpickled, and there is more to fetch.
        """
        seen: set[object] = set()
        identity = attrgetter(*self._identity)
        page = self
        while True:
            for record in page.items:
                key = identity(record)
                # What has no id of its own is not taken for the last one that had none.
                if key not in seen or not (all(key) if type(key) is tuple else key):
                    seen.add(key)
                    yield record
            if not page._more:
                return
            if page._next is None:
                raise ConfigurationError("this page was unpickled: list again to get the pages behind it")
            page = page._next()
