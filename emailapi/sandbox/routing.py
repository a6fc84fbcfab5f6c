"""
Routes: a function, its method and path, and the checks that the application does before the call.

A module of `routes` fills a `Routes` of its own:

    routes = Routes()

    @routes.listing(BOUNCES)
    def list_bounces(call: Call, paging: Paging) -> Found: ...

    @routes.put("/bounces/<int:bounce_id>/activate")
    def activate(call: Call, bounce_id: int) -> object: ...

The application sends the returned value as JSON. A `Rejection` is sent as the service's error body, and nothing that
the function did to the database is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from werkzeug.routing import Rule

from ..models.listing import Listing
from .calls import Call, Paging, read_paging
from .rules import MESSAGE_BYTES

Handler = Callable[..., object]
Found = tuple[int, list[dict[str, object]]]


class URLRule(Rule):
    """
    The path of a route.

    The functions that build URLs of a route are compiled when the first one is built: to compile them for all routes
    takes most of the time in which a sandbox starts, and nothing builds such URLs.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        return lambda rule, **values: compiled(append_unknown).__get__(rule, None)(**values)


@attrs.frozen(kw_only=True)
class Route:
    """
    One route.

    Attributes:
        method: Of HTTP.
        path: With `<name>` where the function takes an argument.
        function: Called with the `Call`, and the path's arguments by name.
        account: Whether the request needs the account's token, not a server's.
        test_token: Whether the token `POSTMARK_API_TEST` is valid.
        writes: Whether the transaction may write.
        body_limit: The largest body, in bytes; 0 for a route that reads no body.
    """

    method: str
    path: str
    function: Handler
    account: bool = False
    test_token: bool = False
    writes: bool = True
    body_limit: int = 0


class Routes:
    """The routes of one namespace."""

    def __init__(self) -> None:
        """Create an empty list of routes."""
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """Iterate over the routes in the order of their registration."""
        return iter(self._routes)

    def _add(self, method: str, path: str, **options: Any) -> Callable[[Handler], Handler]:
        def register(function: Handler) -> Handler:
            self._routes.append(Route(method=method, path=path, function=function, **options))
            return function

        return register

    def get(self, path: str, *, account: bool = False) -> Callable[[Handler], Handler]:
        """Register a function that reads."""
        return self._add("GET", path, account=account, writes=False)

    def post(
        self, path: str, *, account: bool = False, test_token: bool = False, body_limit: int = MESSAGE_BYTES
    ) -> Callable[[Handler], Handler]:
        """Register a function that creates or sends."""
        return self._add("POST", path, account=account, test_token=test_token, body_limit=body_limit)

    def put(self, path: str, *, account: bool = False, body_limit: int = MESSAGE_BYTES) -> Callable[[Handler], Handler]:
        """Register a function that changes a record; the limit is 0 if it reads no body."""
        return self._add("PUT", path, account=account, body_limit=body_limit)

    def patch(
        self, path: str, *, account: bool = False, body_limit: int = MESSAGE_BYTES
    ) -> Callable[[Handler], Handler]:
        """Register a function that changes the settings in the body."""
        return self._add("PATCH", path, account=account, body_limit=body_limit)

    def delete(self, path: str, *, account: bool = False) -> Callable[[Handler], Handler]:
        """Register a function that removes."""
        return self._add("DELETE", path, account=account)

    def listing(
        self, listing: Listing[Any], *, account: bool = False
    ) -> Callable[[Callable[[Call, Paging], Found]], Handler]:
        """Register a function that returns the number of records, and a page of them."""

        def register(find: Callable[[Call, Paging], Found]) -> Handler:
            def respond(call: Call) -> object:
                total, rows = find(call, read_paging(call.query, listing.error_code))
                return {"TotalCount": total, listing.key: rows}

            return self.get(listing.path, account=account)(respond)

        return register
