"""Values that no repr shows: error trackers record the local variables of tracebacks."""

from __future__ import annotations


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
