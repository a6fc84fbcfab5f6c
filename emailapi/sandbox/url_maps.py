"""The URL maps of the service's API: one for each first word of a route, and one for all other paths."""

from __future__ import annotations

from functools import cache

import attrs
from werkzeug.routing import Map

from .paths import Paths
from .routes import MODULES, routes_below
from .routing import Route, URLRule
from .tracking_pages import RULES

ROUTE = "route"
HOME = "home"


class RouteRule(URLRule):
    """The path of a route of the API, at the endpoint `ROUTE`."""

    def __init__(self, route: Route) -> None:
        """Serve this route."""
        super().__init__(route.path, endpoint=ROUTE, methods=[route.method])
        self.route = route


@attrs.frozen(eq=False, repr=False)
class _Branch:
    url_map: Map
    paths: Paths


@cache
def _branch(word: str) -> _Branch:
    """Compile the routes below a word, or for an empty one all that is not a route; once in a process."""
    routes = routes_below(word) if word else ()
    others = () if word else (URLRule("/", endpoint=HOME, methods=["GET"]), *(rule.empty() for rule in RULES))
    rules = [*map(RouteRule, routes), *others]
    url_map = Map(rules, strict_slashes=False, merge_slashes=False)
    return _Branch(url_map, Paths(route.path for route in routes))


def _branch_of(path: str) -> _Branch:
    word = path.lstrip("/").partition("/")[0].lower()
    return _branch(word if word in MODULES else "")


def spell(path: str) -> str:
    """Return a request's path as its route is written."""
    return _branch_of(path).paths.spell(path)


def url_map_of(path: str) -> Map:
    """Return the map that has the routes of a path."""
    return _branch_of(path).url_map
