"""The mark at a field, and the rule for fields without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints


class Wire:
    """
    What is odd about a field on the wire.

    Attributes:
        name: The service's spelling, where it is not the PascalCase of ours; `""` for a field that never travels.
        read: Turns the service's value into ours, where its type alone does not say how.
        write: Turns our value into the service's, likewise.
        also: Another spelling that the service has for it.
    """

    __slots__ = ("also", "name", "read", "write")

    def __init__(
        self,
        name: str | None = None,
        *,
        read: Callable[[Any], Any] | None = None,
        write: Callable[[Any], Any] | None = None,
        also: str | None = None,
    ) -> None:
        """Mark a field with its wire name, its conversions, or both."""
        self.name = name
        self.read = read
        self.write = write
        self.also = also


NOT_ON_WIRE = Wire("")


def pascal_case(attribute: str) -> str:
    """Return `MessageStream` for `message_stream`."""
    return "".join(word.capitalize() for word in attribute.split("_"))


_found: dict[type, dict[str, Wire]] = {}


def marks(owner: type) -> Mapping[str, Wire]:
    """Return each field's mark, with its wire name filled in, for a record or a `TypedDict` of filters."""
    if owner in _found:
        return _found[owner]
    found: dict[str, Wire] = {}
    for attribute, hint in get_type_hints(owner, include_extras=True).items():
        if attribute.startswith("_"):
            continue
        inner = [mark for mark in get_args(hint)[1:] if isinstance(mark, Wire)] if get_origin(hint) is Annotated else []
        mark = inner[0] if inner else Wire()
        name = pascal_case(attribute) if mark.name is None else mark.name
        found[attribute] = Wire(name, read=mark.read, write=mark.write, also=mark.also)
    # Kept when it is whole: another thread, or whoever comes after an interruption, must not see a part of it.
    _found[owner] = found
    return found


def wire_names(owner: type) -> dict[str, str]:
    """Return attribute to wire name, for each field of a record or a `TypedDict` that travels."""
    return {attribute: mark.name for attribute, mark in marks(owner).items() if mark.name}
