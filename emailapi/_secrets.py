"""Values that no repr shows: error trackers record the local variables of tracebacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Secret(str):
    """A text that no repr shows, not even in containers and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide the text."""
        return "'***'"


def hide(given: object) -> Secret | type | None:
    """
    Return a secret argument in a form that no repr shows.

    Of a value of another type than text, such as the bytes of a file, only the type is kept: the error about the
    argument names it.
    """
    if given is None:
        return None
    return Secret(given) if isinstance(given, str) else type(given)


def hide_all(given: object) -> Any:
    """Return an argument whose secrets, be they in lists and mappings, no repr shows; the names of a mapping stay."""
    if isinstance(given, Mapping):
        return {name: hide_all(value) for name, value in given.items()}
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, bytearray)):
        return [hide_all(value) for value in given]
    return hide(given)
