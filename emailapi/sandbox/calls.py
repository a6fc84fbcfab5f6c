"""
One request, as a route sees it, and the reading of its query.

Query names are compared in lower case, since clients write `fromemail`, `fromEmail` and `Count`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from ..models.listing import PAGE_LIMIT, RECORD_LIMIT
from .refusal import Refusal
from .store import Transaction
from .tables.servers import Server

_NUMBER = re.compile(r"[0-9]{1,9}")
_ID = re.compile(r"[0-9]{1,18}")


@attrs.frozen
class Paging:
    """Which part of a listing is asked for."""

    count: int
    offset: int


@attrs.frozen(kw_only=True)
class Call:
    """
    One request.

    Attributes:
        db: The transaction it is carried out in.
        now: When it is carried out.
        server: Whose token it came with; None at the account's routes, and for the test token.
        query: Its query, by lower-case names; of a name given twice, the first.
        body: Its JSON value.
    """

    db: Transaction
    now: datetime
    server: Server | None
    query: Mapping[str, str]
    body: object

    @property
    def owner(self) -> Server:
        """The server, at a route that the test token does not open."""
        assert self.server is not None  # noqa: S101 - the application asks for a server's token at these routes
        return self.server


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a query by lower-case names."""
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name.lower(), value)
    return query


def read_id(text: str) -> int:
    """Return the number in a path, or 0, which is nothing's id, for a text that is none."""
    return int(text) if _ID.fullmatch(text) else 0


def _number(query: Mapping[str, str], name: str, code: int) -> int:
    text = query.get(name, "")
    if not text:
        raise Refusal(code, f"'{name}' is required: a whole number.")
    if not _NUMBER.fullmatch(text):
        raise Refusal(code, f"'{name}' must be a whole number, not '{text[:80]}'.")
    return int(text)


def read_paging(query: Mapping[str, str], code: int) -> Paging:
    """
    Return which page is asked for.

    Raises:
        Refusal: With the listing's own code: `count` or `offset` is missing, no number, or outside the limits.
    """
    count, offset = _number(query, "count", code), _number(query, "offset", code)
    if not 1 <= count <= PAGE_LIMIT:
        raise Refusal(code, f"'count' must be 1 to {PAGE_LIMIT}, not {count}.")
    if count + offset > RECORD_LIMIT:
        raise Refusal(code, f"'count' and 'offset' together must not exceed {RECORD_LIMIT}.")
    return Paging(count, offset)
