"""Wire names: the rule, and the mark for its exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints


class Wire:
    """
    A mark in the annotation of a field whose wire name or value differs from the rule.

    Attributes:
        name: The wire name, if it is not the name in PascalCase; `""` for a field that is not sent.
        read: Converts the service's value, if the type of the field is not enough.
        write: Converts the value for the service, if the type of the field is not enough.
        also: Another wire name that is read.
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
        """Set the wire name, the conversions, or both."""
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
    """Return the mark of each field of a record or `TypedDict`, with its wire name."""
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
    # Stored when complete: another thread, or a call after an interruption, must not see a part of it.
    _found[owner] = found
    return found


def wire_names(owner: type) -> dict[str, str]:
    """Return the wire name of each field of a record or `TypedDict` that is sent."""
    return {attribute: mark.name for attribute, mark in marks(owner).items() if mark.name}
