"""
One request, as a route sees it, and the reading of its query.

Query names are compared in lower case, since clients write `fromemail`, `fromEmail` and `Count`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from ..models.listing import PAGE_LIMIT, RECORD_LIMIT
from .faults import Faults
from .instants import micros, range_end, range_start
from .rejection import Rejection
from .store import Transaction
from .tables import streams
from .tables.servers import Server
from .tables.streams import Stream

if TYPE_CHECKING:
    from .posting.verification import Verified

_NUMBER = re.compile(r"-?[0-9]+")
# Numbers of more digits are cut: no limit has so many.
_DIGITS = 20
_ID = re.compile(r"[0-9]{1,18}")


@attrs.frozen
class Paging:
    """Which part of a listing is asked for."""

    count: int
    offset: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Call:
    """
    One request.

    Attributes:
        db: The transaction it is carried out in.
        now: When it is carried out.
        server: Whose token it came with; None at the account's routes, and for the test token.
        query: Its query, by lower-case names; of a name given twice, the first.
        body: Its JSON value.
        faults: The faults that are armed.
        verified: How the webhook that the request is about has responded; None as long as it was not asked.
    """

    db: Transaction
    now: datetime
    server: Server | None
    query: Mapping[str, str]
    body: object
    faults: Faults
    verified: Verified | None = None

    @property
    def owner(self) -> Server:
        """The server, at a route that the test token does not open."""
        assert self.server is not None  # noqa: S101 - the application asks for a server's token at these routes
        return self.server

    def stream(self, stream_id: str) -> Stream:
        """
        Return a stream of the owner, in use or archived.

        Raises:
            Rejection: 1226: there is none with this id, or it has been purged.
        """
        stream = streams.by_id(self.db, self.owner.id, stream_id)
        if stream is None or stream.is_purged(micros(self.now)):
            raise Rejection(1226, f"There is no message stream '{stream_id[:80]}' on this server.")
        return stream


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a query by lower-case names."""
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name.lower(), value)
    return query


def read_id(text: str) -> int:
    """Return the number in a path, or 0, which is nothing's id, for a text that is none."""
    return int(text) if _ID.fullmatch(text) else 0


def read_choice(text: str | None, known: Iterable[str], name: str, code: int) -> str | None:
    """
    Return which of the known values a query names, in any case of letters; None when it names none.

    Raises:
        Rejection: `code`: it names another.
    """
    if not text:
        return None
    values = {value.lower(): value for value in known}
    if text.lower() not in values:
        raise Rejection(code, f"'{name}' must be one of {', '.join(values.values())}, not '{text[:80]}'.")
    return values[text.lower()]


def read_flag(text: str | None, name: str, code: int) -> bool | None:
    """Return the true or false that a query says, likewise."""
    value = read_choice(text, ("true", "false"), name, code)
    return None if value is None else value == "true"


def read_range(filters: Mapping[str, str], code: int) -> dict[str, int | None]:
    """
    Return the first instant of a listing's dates as `since`, and the first one behind them as `before`.

    Raises:
        Rejection: `code`: a filter is not a date.
    """
    return {
        "since": _instant(range_start, "fromdate", filters.get("from_date"), code),
        "before": _instant(range_end, "todate", filters.get("to_date"), code),
    }


def _instant(read: Callable[[str], int | None], name: str, text: str | None, code: int) -> int | None:
    instant = read(text) if text else None
    if text and instant is None:
        raise Rejection(code, f"'{name}' must be like 2014-02-17 or 2014-02-17T07:25:01, not '{text[:80]}'.")
    return instant


def _number(query: Mapping[str, str], name: str, code: int) -> int:
    text = query.get(name, "")
    if not text:
        raise Rejection(code, f"'{name}' is required: a whole number.")
    if not _NUMBER.fullmatch(text):
        raise Rejection(code, f"'{name}' must be a whole number, not '{text[:80]}'.")
    return int(text[:_DIGITS])


def read_paging(query: Mapping[str, str], code: int) -> Paging:
    """
    Return which page is asked for.

    Raises:
        Rejection: With the listing's own code: `count` or `offset` is missing, no number, or outside the limits.
    """
    count, offset = _number(query, "count", code), _number(query, "offset", code)
    if not 1 <= count <= PAGE_LIMIT:
        raise Rejection(code, f"'count' must be 1 to {PAGE_LIMIT}, not {query['count'][:80]}.")
    if offset < 0:
        raise Rejection(code, f"'offset' must be at least 0, not {query['offset'][:80]}.")
    if count + offset > RECORD_LIMIT:
        raise Rejection(code, f"'count' and 'offset' together must not exceed {RECORD_LIMIT}.")
    return Paging(count, offset)
