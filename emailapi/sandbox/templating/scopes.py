"""Paths such as `../order.total`, and the scopes that they lead to."""

from __future__ import annotations

import re
import unicodedata

import attrs

# A name, a dot that no other dot follows, or a step outwards.
_PATH = re.compile(r"(?:\w|\.\./|\.(?!\.))*+")
_STEPS = re.compile(r"\.\./|[^.]+")
_OUTWARDS = "../"
# The categories of the characters in names: letters, marks that take no space, decimal digits, connectors.
_WORD = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Nd", "Pc")


@attrs.frozen
class Path:
    """
    A path, reduced to steps outwards that names follow.

    Attributes:
        outwards: The number of scopes that the path goes outwards.
        names: The names that it goes through from there; none for `.`, which is the scope itself.
    """

    outwards: int
    names: tuple[str, ...]

    def depth(self, start: int) -> int:
        """Return the number of scopes around the value, from a scope that so many others surround."""
        return max(0, start - self.outwards) + len(self.names)


def _plain(character: str) -> str:
    """Return a letter for a character that names may have, and `-` for any other, as the service's engine sees it."""
    return "a" if character <= "\uffff" and unicodedata.category(character) in _WORD else "-"


def is_path(text: str) -> bool:
    """Return whether a text is a path: `name`, `a.b`, `.`, `../name`, also with a dot before or after."""
    plain = text if text.isascii() else "".join([c if c.isascii() else _plain(c) for c in text])
    return _PATH.fullmatch(plain) is not None


def read_path(text: str) -> Path:
    """Return the path that a text is."""
    outwards = 0
    names: list[str] = []
    for step in _STEPS.findall(text):
        if step != _OUTWARDS:
            names.append(step)
        elif names:
            names.pop()
        else:
            outwards += 1
    return Path(outwards, tuple(names))


class Scope:
    """
    A value of the model, and the scope around it.

    Attributes:
        value: The value: JSON.
        outer: The scope around it; None for the model itself.
    """

    __slots__ = ("outer", "value")

    def __init__(self, value: object, outer: Scope | None = None) -> None:
        """Create the scope of a value."""
        self.value = value
        self.outer = outer

    def _start(self, path: Path) -> Scope:
        scope = self
        for _ in range(path.outwards):
            if scope.outer is None:
                break
            scope = scope.outer
        return scope

    def find(self, path: Path) -> Scope:
        """Return the scope of the value at a path; each name on the way is a scope of its own."""
        scope = self._start(path)
        for name in path.names:
            scope = Scope(_member(scope.value, name), scope)
        return scope

    def value_at(self, path: Path) -> object:
        """Return the value at a path; None if the model has none."""
        value = self._start(path).value if path.outwards else self.value
        for name in path.names:
            value = _member(value, name)
        return value


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
