"""
Reading an object of the service field by field, where nothing that arrives may raise.

`read` raises for the first field that cannot be read: right for a response, which is asked for again. A webhook's
payload comes once, so here each field that cannot be read keeps its default, and the others are read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import attrs

from .codec import converter
from .names import marks

T = TypeVar("T")

# Reads one value; problems are added to the list, each with the path that was given.
_Reader = Callable[[Any, str, list[str]], Any]
_UNREADABLE = object()
# For each record its attributes, with the two spellings and the reader of each.
_known: dict[type, list[tuple[str, str, str | None, _Reader]]] = {}


def read_leniently(value: Mapping[str, Any], record: type[T]) -> tuple[T, list[str]]:
    """
    Return the record that a JSON object describes, as far as it can be read, and a line for each field that cannot.

    Unknown keys are ignored; missing and null ones read as the field's default, and so does a value that cannot be
    read. A line begins with the path of the field, in the service's spelling: `Geo.City`, `Attachments[1].Content`.
    An item of a list that is not an object is left out.
    """
    problems: list[str] = []
    return _record(value, record, "", problems), problems


def _record(value: Mapping[str, Any], record: type[Any], path: str, problems: list[str]) -> Any:
    found: dict[str, Any] = {}
    for attribute, name, also, read in _fields(record):
        key = also if also and name not in value else name
        given = value.get(key)
        if given is None:
            continue
        result = read(given, f"{path}{key}", problems)
        if result is not _UNREADABLE:
            found[attribute] = result
    return record(**found)


def _fields(record: type) -> list[tuple[str, str, str | None, _Reader]]:
    found = _known.get(record)
    if found is None:
        hints = get_type_hints(record)
        found = _known[record] = [
            (attribute, mark.name, mark.also, _by_mark(mark.read) if mark.read else _by_hint(hints[attribute]))
            for attribute, mark in marks(record).items()
            if mark.name
        ]
    return found


def _by_hint(hint: Any) -> _Reader:
    if isinstance(hint, type) and attrs.has(hint):
        return functools.partial(_read_object, hint)
    if get_origin(hint) is tuple and attrs.has(get_args(hint)[0]):
        return functools.partial(_read_objects, get_args(hint)[0])
    read = converter(False).get_structure_hook(hint)
    return _by_mark(lambda value: read(value, hint))


def _by_mark(read: Callable[[Any], Any]) -> _Reader:
    def read_value(value: Any, path: str, problems: list[str]) -> Any:
        try:
            result = read(value)
        except Exception as error:  # readers raise whatever the values make them raise
            problems.append(f"{path}: {str(error)[:100]}")
            return _UNREADABLE
        if result is None and value != "":
            problems.append(f"{path}: {_shown(value)} cannot be read")
        return result

    return read_value


def _shown(value: object) -> str:
    # No more than the beginning of a text: it may be a whole email.
    return repr(value[:40]) if isinstance(value, str) else type(value).__name__


def _read_object(record: type, value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(value, Mapping):
        return _record(value, record, f"{path}.", problems)
    if value != "":
        problems.append(f"{path}: expected an object, got {type(value).__name__}")
    return _UNREADABLE


def _read_objects(record: type, value: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(value, list):
        if value != "":
            problems.append(f"{path}: expected a list, got {type(value).__name__}")
        return _UNREADABLE
    found = [_read_object(record, item, f"{path}[{place}]", problems) for place, item in enumerate(value)]
    return tuple([item for item in found if item is not _UNREADABLE])
