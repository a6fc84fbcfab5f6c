"""
Paths as the service takes them: in any case of letters, with or without a slash at the end.

Only the fixed words of a route may change their spelling, since what stands between them is an id or an alias. So a
path is walked along a tree of all routes, and only the fixed words of that tree are rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs


@attrs.define
class _Place:
    words: dict[str, tuple[str, _Place]] = attrs.field(factory=dict)
    argument: _Place | None = None


class Paths:
    """The tree of all routes."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Learn the routes' paths, with `<name>` for their arguments."""
        self._root = _Place()
        for path in paths:
            place = self._root
            for segment in path.strip("/").split("/"):
                if segment.startswith("<"):
                    place.argument = place.argument or _Place()
                    place = place.argument
                else:
                    place = place.words.setdefault(segment.lower(), (segment, _Place()))[1]

    def spell(self, path: str) -> str:
        """Return a request's path as its route is written."""
        place: _Place | None = self._root
        spelt = []
        for segment in path.strip("/").split("/"):
            if place is not None and segment.lower() in place.words:
                segment, place = place.words[segment.lower()]
            else:
                place = place and place.argument
            spelt.append(segment)
        return "/" + "/".join(spelt)
