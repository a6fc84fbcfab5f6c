"""The lists of the service, and the pages in which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

import attrs

from .._records import Immutable
from ..errors import ConfigurationError

T = TypeVar("T")

# The id of a record, so that `bounces.get(bounce.id)` type-checks. None, for a response without an id, is rejected.
RecordId = int | None

PAGE_LIMIT = 500
RECORD_LIMIT = 10_000


@attrs.frozen
class Listing(Immutable, Generic[T]):
    """
    The description of a list of the service, shared by the client and the sandbox.

    Attributes:
        path: Path of the endpoint; it may contain `{names}`.
        key: Key of the rows in the response.
        record: The class of a row.
        filters: The `TypedDict` of the filters.
        identity: Attributes of a record that together identify it.
        dated: The attribute that `from_date` and `to_date` filter by; None if there are no dates.
        error_code: The code by which the service rejects an invalid query.
        paging: The service's names of count and offset; None for a list without pages.
        next_key: Key in the response under which the service returns the key of the next page; `""` if it does not.
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
class Page(Immutable, Sequence[T]):
    """
    One page of a list: a sequence of its records.

    `for record in page` reads this page only; `page.iter_all()` goes on to the following pages.

    Attributes:
        items: The records of this page.
        total_count: Number of records that match, on all pages. For a list whose total the service does not report, the
            number of records read so far.
        offset: Number of records before this page.
        unreadable: For each row that could not be read, its place and the reason. Such a row is left out of `items`.
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
        """Return the record at an index, or the records of a slice."""
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of records on this page."""
        return len(self.items)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the records, without the client that would request the next page."""
        names = (field.name for field in attrs.fields(Page))
        return {name: None if name == "_next" else getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state that `__getstate__` returned."""
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def iter_all(self) -> Iterator[T]:
        """
        Iterate over the records of this page and of all pages after it.

        A page is requested when the records of the page before have been read. New records move old ones to later pages
        in the meantime: a record that comes a second time is skipped. The service lists at most 10,000 records of a
        query; the iteration goes beyond that by narrowing `to_date`, if the list has dates.

        Raises:
            LimitExceeded: More than 10,000 records match, and the list cannot be narrowed by date.
            ConfigurationError: The page was unpickled, and there are more pages.
        """
        seen: set[object] = set()
        identity = attrgetter(*self._identity)
        page = self
        while True:
            for record in page.items:
                key = identity(record)
                # Records without an id are all different.
                if key not in seen or not (all(key) if type(key) is tuple else key):
                    seen.add(key)
                    yield record
            if not page._more:
                return
            if page._next is None:
                raise ConfigurationError("this page was unpickled and cannot request the next page: list again")
            page = page._next()
