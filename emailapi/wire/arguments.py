"""Conversion of arguments to a JSON body, with a check of their types: the service does not say what is wrong."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from .._hints import plain_name, unknown_name_message, wrong_type_message
from ..errors import InvalidArgument
from .codec import write
from .names import marks
from .values import enum_member, enum_of, json_value

# The JSON values of a type, and the words for them.
_JSON: dict[object, tuple[type, str]] = {
    str: (str, "text"),
    int: (int, "a whole number"),
    dict: (dict, "a mapping"),
    Mapping: (dict, "a mapping"),
    Sequence: (list, "a list"),
    Iterable: (list, "a list"),
}


def write_body(fields_type: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Convert the arguments of a method to a JSON object.

    Args:
        fields_type: The `TypedDict` of the arguments, or the record whose fields they are.
        fields: The arguments; those that are None are left out.

    Raises:
        TypeError: An argument is unknown, or a required one is missing.
        InvalidArgument: A value has another type than its argument, cannot be written as JSON, or is not a member of
            its enumeration. The error names its path.
    """
    known = marks(fields_type)
    for name in fields:
        if name not in known:
            raise TypeError(unknown_name_message(name, known, "argument", fields_type.__name__))
    required = getattr(fields_type, "__required_keys__", ())
    missing = sorted(name for name in required if fields.get(name) is None)
    if missing:
        raise TypeError(f"missing argument {missing[0]!r}")
    hints = hints_of(fields_type)
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None:
            continue
        try:
            body[known[name].name or name] = _write_argument(hints[name], value, name)
        except InvalidArgument as error:
            raise InvalidArgument(error.message, argument=name) from None
    return body


@functools.cache
def hints_of(owner: type) -> Mapping[str, Any]:
    """Return the types of the fields of a `TypedDict` or a record."""
    return get_type_hints(owner)


def checked_value(hint: Any, value: object) -> object:
    """
    Check that a value for an enumeration or a bool is one; return a member instead of its value.

    Raises:
        ValueError: The value is not a member of the enumeration.
        TypeError: The value is not a bool.
    """
    kind = enum_of(hint)
    if kind is not None:
        return enum_member(kind, value)
    if _type_in(hint) is bool and not isinstance(value, bool):
        raise TypeError(f"must be True or False, got {value!r:.80}")
    return value


def _type_in(hint: Any) -> Any:
    """Return the type in a hint, without None; None if there are several."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    found = [option for option in options if option is not type(None)]
    return found[0] if len(found) == 1 else None


def _write_argument(hint: Any, value: object, path: str) -> object:
    """Convert an argument to a JSON value: records by their wire names, other values as they are."""
    kind = _type_in(hint)
    if attrs.has(kind):
        return write(_record(kind, value, path))
    item: Any = next(iter(get_args(kind)), object)
    if attrs.has(item):  # a list of records
        if not isinstance(value, (list, tuple)):
            raise InvalidArgument(f"{path} must be a list of {item.__name__}, got {type(value).__name__}")
        return [write(_record(item, one, f"{path}[{place}]")) for place, one in enumerate(value)]
    try:
        value = checked_value(hint, value)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(f"{path} {error}") from None
    written = json_value(value, path)
    if kind is int and isinstance(written, str) and written.isascii() and written.isdigit():
        written = int(written)
    expected, words = _JSON.get(get_origin(kind) or kind, (object, ""))
    if not isinstance(written, expected) or (expected is int and isinstance(written, bool)):
        got = repr(written)[:80] if expected is int else type(value).__name__
        raise InvalidArgument(f"{path} must be {words}, got {got}")
    return written


def _record(kind: type, value: object, path: str) -> Any:
    """Return a record, also for a mapping with the names of its fields; the fields are checked as arguments are."""
    if isinstance(value, Mapping):
        value = _from_mapping(kind, value, path)
    if not isinstance(value, kind):
        raise InvalidArgument(f"{path}: {wrong_type_message(value, kind)}")
    hints = hints_of(kind)
    changes: dict[str, Any] = {}
    for field in attrs.fields(kind):
        found, inner = getattr(value, field.name), _type_in(hints[field.name])
        where = f"{path}.{field.name}"
        if found is None:
            changes[field.name] = field.default
        elif attrs.has(inner):
            changes[field.name] = _record(inner, found, where)
        elif found != field.default:
            changes[field.name] = _write_argument(hints[field.name], found, where)
    return attrs.evolve(value, **changes)  # type: ignore[misc]


def _from_mapping(kind: type, given: Mapping[Any, Any], path: str) -> object:
    """Return a record with the values of a mapping, whose keys are the names of fields here or at the service."""
    names = {plain_name(field.name): field.name for field in attrs.fields(kind)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        found = names.get(plain_name(name)) if isinstance(name, str) else None
        if found is None:
            message = unknown_name_message(str(name)[:80], names.values(), "field", kind.__name__)
            raise InvalidArgument(f"{path}: {message}")
        values[found] = value
    return kind(**values)
