"""What all namespaces share: one call, one record, one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import attrs

from .._delivery import Deadline, Kind, Request, read_value, unreadable
from .._http import Session, perform
from ..errors import InvalidArgument, InvalidResponse, NotFound
from ..models.listing import PAGE_LIMIT, Listing, Page
from ..settings import Options
from ..wire import dump_json, read
from ._paging import Query, check_range, fetch_page

T = TypeVar("T")


def path_part(value: str | int | None, argument: str) -> str:
    """
    Return an id as one part of a path, whatever characters it has.

    Raises:
        InvalidArgument: It is empty, or would be read as another path.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgument(f"{argument} must be a number or a non-empty text, not {value!r}", argument=argument)
    if value in (".", ".."):
        raise InvalidArgument(f"{argument} must not be {value!r}: it would be read as another path", argument=argument)
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise InvalidArgument(f"{argument} has a lone surrogate", argument=argument) from None


def encode_query(pairs: list[tuple[str, str]]) -> str:
    """
    Return the query string of these pairs.

    Raises:
        InvalidArgument: A value that cannot be encoded.
    """
    try:
        return urlencode(pairs, quote_via=quote)
    except UnicodeEncodeError:
        name = next(name for name, text in pairs if not text.isascii())
        raise InvalidArgument(f"filter {name!r} has a lone surrogate", argument=name) from None


def encode_body(value: object) -> bytes:
    """
    Return the JSON of a body.

    Raises:
        InvalidArgument: It has a value that is no JSON.
    """
    try:
        return dump_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"the call's arguments cannot be written as JSON: {error}") from None


class Resource:
    """One namespace of a client."""

    def __init__(self, session: Session, options: Options) -> None:
        """Keep the pool and the options; they are the client's."""
        self._session = session
        self._options = options

    def _call(self, request: Request, reading: Callable[[Any], T]) -> T:
        """Make a call, and return what `reading` makes of the JSON value of its answer."""
        response = perform(self._session, self._options, request, Deadline.after(self._options.deadline))
        value = read_value(request, response)
        try:
            return reading(value)
        except InvalidResponse as error:
            why = error.message
        raise unreadable(request, response, why)

    def _get(self, path: str, query: str, reading: Callable[[Any], T]) -> T:
        return self._call(Request("GET", path, query), reading)

    def _read(self, path: str, record: type[T]) -> T:
        return self._get(path, "", lambda value: read(value, record))

    def _change(self, method: str, path: str, record: type[T], body: object) -> T:
        """Do what may be repeated without harm, and read what it gives."""
        return self._call(_writing(method, path, body, Kind.WRITE), lambda value: read(value, record))

    def _once(self, method: str, path: str, record: type[T], body: object) -> T:
        """Do what must not be repeated - make something, or set something off - and read what it gives."""
        return self._call(_writing(method, path, body, Kind.ONCE), lambda value: read(value, record))

    def _do(self, method: str, path: str) -> None:
        """Do what must not be repeated and gives nothing."""
        self._call(_writing(method, path, {}, Kind.ONCE), bool)

    def _delete(self, path: str) -> None:
        try:
            self._call(Request("DELETE", path, kind=Kind.WRITE), bool)
        except NotFound as error:
            # Nothing is there after an earlier attempt that was not answered: that one did it.
            if not error.may_have_been_sent:
                raise

    def _list(self, listing: Listing[T], count: int, offset: int, filters: Mapping[str, Any]) -> Page[T]:
        check_range(count, offset)
        return fetch_page(Query(listing, self._fetch, count, filters), offset)

    def _list_all(self, listing: Listing[T], filters: Mapping[str, Any]) -> Page[T]:
        """Return a listing that comes at once."""
        return fetch_page(Query(listing, self._fetch, PAGE_LIMIT, filters), 0)

    def _change_listing(self, method: str, listing: Listing[T], body: object) -> Page[T]:
        """Do what may be repeated without harm and gives a listing."""
        return self._call(
            _writing(method, listing.path, body, Kind.WRITE),
            lambda value: fetch_page(Query(listing, lambda path, pairs: value, PAGE_LIMIT, {}), 0),
        )

    def _fetch(self, path: str, pairs: list[tuple[str, str]]) -> Any:
        return self._get(path, encode_query(pairs), lambda value: value)


def _writing(method: str, path: str, body: object, kind: Kind) -> Request:
    return Request(method, path, body=encode_body(body), kind=kind)


def below(listing: Listing[T], part: str) -> Listing[T]:
    """Return the listing of one of these things: its path, and the thing's."""
    return attrs.evolve(listing, path=f"{listing.path}/{part}")


def at(listing: Listing[T], **parts: str) -> Listing[T]:
    """Return a listing with the `{names}` of its path filled in."""
    return attrs.evolve(listing, path=listing.path.format(**parts))
