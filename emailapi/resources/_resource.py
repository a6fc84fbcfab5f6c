"""The base class of all namespaces: requests for one record, for lists, and for changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import attrs

from .._delivery import Deadline, Kind, Request, add_request_note, read_value, unreadable
from .._hints import Explaining, explain_calls
from .._http import Session, perform
from ..errors import InvalidArgument, InvalidResponse, NotFound
from ..settings import Options
from ..wire import dump_json, read

# Lists are loaded by the calls that return them: a process that sends one email takes 2 % less.
if TYPE_CHECKING:
    from ..models.listing import Listing, Page

T = TypeVar("T")


def path_segment(value: object, argument: str, record: type[Any] | None = None, by: str = "id") -> str:
    """
    Encode an id as one segment of a URL path.

    Args:
        value: The id: text, a number, a `UUID`, or the record that it belongs to.
        argument: Name of the argument, for the error.
        record: The class of the records that are accepted in place of their ids.
        by: The attribute of such a record that is its id.

    Raises:
        InvalidArgument: The id is empty, would change the path, or belongs to another kind of record.
    """
    if record is not None and isinstance(value, record):
        value = getattr(value, by)
    elif not isinstance(value, (str, int)):
        from uuid import UUID

        value = str(value) if isinstance(value, UUID) else value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        given = type(value).__name__ if attrs.has(type(value)) else repr(value)
        raise InvalidArgument(f"{argument} must be a number or a non-empty text, got {given:.80}", argument=argument)
    if value in (".", ".."):
        raise InvalidArgument(f"{argument} must not be {value!r}: it would change the path", argument=argument)
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise InvalidArgument(
            f"{argument} must not contain a lone surrogate, got {value!r:.80}", argument=argument
        ) from None


def encode_query(pairs: list[tuple[str, str]]) -> str:
    """
    Return the query string for query parameters.

    Raises:
        InvalidArgument: A value cannot be encoded.
    """
    try:
        return urlencode(pairs, quote_via=quote)
    except UnicodeEncodeError:
        name = next(name for name, text in pairs if not text.isascii())
        raise InvalidArgument(f"filter {name!r} must not contain a lone surrogate", argument=name) from None


def encode_body(value: object) -> bytes:
    """
    Return a value as JSON.

    Raises:
        InvalidArgument: The value cannot be written as JSON.
    """
    try:
        return dump_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"the arguments cannot be written as JSON: {error}") from None


class Resource(Explaining):
    """A namespace of a client."""

    def __init_subclass__(cls) -> None:
        """Let the calls explain unknown keyword arguments."""
        super().__init_subclass__()
        explain_calls(cls)

    def __init__(self, session: Session, options: Options) -> None:
        """Keep the connections and the options of the client."""
        self._session = session
        self._options = options

    def _call(self, request: Request, reader: Callable[[Any], T]) -> T:
        """Send a request, and convert the JSON value of its response by `reader`."""
        try:
            response = perform(self._session, self._options, request, Deadline.after(self._options.deadline))
            value = read_value(request, response)
            try:
                return reader(value)
            except InvalidResponse as error:
                why = error.message
        except BaseException as passing:  # raised by a signal handler
            add_request_note(passing, request)
            raise
        raise unreadable(request, response, why)

    def _get(self, path: str, query: str, reader: Callable[[Any], T]) -> T:
        return self._call(Request("GET", path, query), reader)

    def _read(self, path: str, record: type[T]) -> T:
        return self._get(path, "", lambda value: read(value, record))

    def _write(self, method: str, path: str, record: type[T], body: object) -> T:
        """Send a request that can be repeated safely, and read the record in the response."""
        return self._call(_write_request(method, path, body, Kind.WRITE), lambda value: read(value, record))

    def _write_once(self, method: str, path: str, record: type[T], body: object) -> T:
        """Send a request that must not be repeated, such as a creation, and read the record in the response."""
        return self._call(_write_request(method, path, body, Kind.ONCE), lambda value: read(value, record))

    def _send_once(self, method: str, path: str) -> None:
        """Send a request that must not be repeated and whose response has no record."""
        self._call(_write_request(method, path, {}, Kind.ONCE), bool)

    def _delete(self, path: str) -> None:
        try:
            self._call(Request("DELETE", path, kind=Kind.WRITE), bool)
        except NotFound as error:
            # An earlier attempt without a response deleted the record.
            if not error.may_have_been_sent:
                raise

    def _list(self, listing: Listing[T], count: int, offset: int, filters: Mapping[str, Any]) -> Page[T]:
        from ._paging import Query, check_range, fetch_page

        check_range(count, offset)
        return fetch_page(Query(listing, self._fetch, count, filters), offset)

    def _list_whole(self, listing: Listing[T], filters: Mapping[str, Any]) -> Page[T]:
        """Request a list that the service returns as a whole."""
        from ..models.listing import PAGE_LIMIT
        from ._paging import Query, fetch_page

        return fetch_page(Query(listing, self._fetch, PAGE_LIMIT, filters), 0)

    def _write_list(self, method: str, listing: Listing[T], body: object) -> Page[T]:
        """Send a request that can be repeated safely, and read the list in the response."""
        from ..models.listing import PAGE_LIMIT
        from ._paging import Query, fetch_page

        return self._call(
            _write_request(method, listing.path, body, Kind.WRITE),
            lambda value: fetch_page(Query(listing, lambda path, pairs: value, PAGE_LIMIT, {}), 0),
        )

    def _fetch(self, path: str, pairs: list[tuple[str, str]]) -> Any:
        return self._get(path, encode_query(pairs), lambda value: value)


def _write_request(method: str, path: str, body: object, kind: Kind) -> Request:
    return Request(method, path, body=encode_body(body), kind=kind)


def sublist(listing: Listing[T], part: str) -> Listing[T]:
    """Return the list that belongs to one record of another list: its path, and the id of the record."""
    return attrs.evolve(listing, path=f"{listing.path}/{part}")


def with_path(listing: Listing[T], **parts: str) -> Listing[T]:
    """Return a list with the `{names}` of its path filled in."""
    return attrs.evolve(listing, path=listing.path.format(**parts))
