"""Long lists in parts: a page shows no more of a list than people read, however long an email makes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import attrs

_T = TypeVar("_T")

SIZE = 200


@attrs.frozen
class Part(Generic[_T]):
    """
    A part of a list.

    Attributes:
        items: The items of the part.
        first: The number of its first item in the list, from 1.
        total: How many items the list has.
        size: How many items a part has at most.
    """

    items: Sequence[_T]
    first: int
    total: int
    size: int = SIZE

    @property
    def last(self) -> int:
        """The number of its last item."""
        return self.first + len(self.items) - 1

    @property
    def earlier(self) -> int:
        """The number that the part before this one begins with; 0 for the first part."""
        return max(1, self.first - self.size) if self.first > 1 else 0

    @property
    def later(self) -> int:
        """The number that the part behind this one begins with; 0 for the last part."""
        return self.last + 1 if self.last < self.total else 0


def part_of(items: Sequence[_T], begins: str, size: int = SIZE) -> Part[_T]:
    """
    Return a part of a list.

    Args:
        items: The whole list.
        begins: The number of the first item, as a query has it; the list's beginning for any other text.
        size: How many items a part has at most.
    """
    number = int(begins) if begins.isascii() and begins.isdigit() and len(begins) < 10 else 1
    first = number if 1 <= number <= len(items) else 1
    return Part(items[first - 1 : first - 1 + size], first, len(items), size)


def short(text: str, most: int = 300) -> str:
    """Return the beginning of a text, which ends in `…` if that is not all of it."""
    return text if len(text) <= most else f"{text[:most]}…"
