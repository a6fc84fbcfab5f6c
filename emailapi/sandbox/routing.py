"""
What a route is: a function, the request it answers, and how much the application checks before it is called.

A module of `routes` fills a `Routes` of its own:

    routes = Routes()

    @routes.listing(BOUNCES)
    def list_bounces(call: Call, paging: Paging) -> Found: ...

    @routes.put("/bounces/<int:bounce_id>/activate")
    def activate(call: Call, bounce_id: int) -> object: ...

What it returns is answered as JSON; a `Rejection` that it raises is answered as the service's envelope, and nothing of
what it did to the database is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from ..models.listing import Listing
from .calls import Call, Paging, read_paging
from .rules import MESSAGE_BYTES

Answer = Callable[..., object]
Found = tuple[int, list[dict[str, object]]]


@attrs.frozen(kw_only=True)
class Route:
    """
    One route.

    Attributes:
        method: Of HTTP.
        path: With `<name>` where the function takes an argument.
        function: Called with the `Call`, and the path's arguments by name.
        account: Whether it wants the account's token, not a server's.
        test_token: Whether `POSTMARK_API_TEST` opens it.
        writes: Whether its transaction may write.
        body_limit: The largest body, in bytes; 0 for a route that reads none.
    """

    method: str
    path: str
    function: Answer
    account: bool = False
    test_token: bool = False
    writes: bool = True
    body_limit: int = 0


class Routes:
    """The routes of one namespace."""

    def __init__(self) -> None:
        """Begin without any."""
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """Go through the routes in the order they were written down."""
        return iter(self._routes)

    def _add(self, method: str, path: str, **options: Any) -> Callable[[Answer], Answer]:
        def register(function: Answer) -> Answer:
            self._routes.append(Route(method=method, path=path, function=function, **options))
            return function

        return register

    def get(self, path: str, *, account: bool = False) -> Callable[[Answer], Answer]:
        """Register a function that reads."""
        return self._add("GET", path, account=account, writes=False)

    def post(
        self, path: str, *, account: bool = False, test_token: bool = False, body_limit: int = MESSAGE_BYTES
    ) -> Callable[[Answer], Answer]:
        """Register a function that creates or sends."""
        return self._add("POST", path, account=account, test_token=test_token, body_limit=body_limit)

    def put(self, path: str, *, account: bool = False, body_limit: int = MESSAGE_BYTES) -> Callable[[Answer], Answer]:
        """Register a function that changes; 0 for the limit when it reads no body."""
        return self._add("PUT", path, account=account, body_limit=body_limit)

    def patch(self, path: str, *, account: bool = False, body_limit: int = MESSAGE_BYTES) -> Callable[[Answer], Answer]:
        """Register a function that changes what it is told to."""
        return self._add("PATCH", path, account=account, body_limit=body_limit)

    def delete(self, path: str, *, account: bool = False) -> Callable[[Answer], Answer]:
        """Register a function that removes."""
        return self._add("DELETE", path, account=account)

    def listing(
        self, listing: Listing[Any], *, account: bool = False
    ) -> Callable[[Callable[[Call, Paging], Found]], Answer]:
        """Register a function that finds a page of records and how many there are; envelope and paging stand here."""

        def register(find: Callable[[Call, Paging], Found]) -> Answer:
            def answer(call: Call) -> object:
                total, rows = find(call, read_paging(call.query, listing.error_code))
                return {"TotalCount": total, listing.key: rows}

            return self.get(listing.path, account=account)(answer)

        return register
