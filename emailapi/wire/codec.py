"""
Conversion between JSON values and records, by functions that cattrs generates from the fields and their marks.

cattrs is imported when the first response is read or the first record is written, so that `import emailapi` stays fast.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin

import attrs

from ..errors import InvalidResponse
from .dates import parse_date, parse_day
from .names import marks
from .values import enum_of

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


def _read_text(value: object, _: object) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    raise ValueError(f"expected text, got {type(value).__name__}")


def _read_int(value: object, _: object) -> int:
    if type(value) is int:
        return value
    if value is None or value == "":
        return 0
    if isinstance(value, (int, float)) and float(value).is_integer():
        return int(value)
    if isinstance(value, str):
        return int(value)
    raise ValueError(f"expected a whole number, got {value!r:.40}")


def _read_float(value: object, _: object) -> float:
    if value is None or value == "":
        return 0.0
    if isinstance(value, (int, float, str)):
        return float(value)
    raise ValueError(f"expected a number, got {type(value).__name__}")


def _read_bool(value: object, _: object) -> bool:
    if type(value) is bool:
        return value
    if value is None or value == "":
        return False
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value in (0, 1):
        return bool(value)
    raise ValueError(f"expected true or false, got {value!r:.40}")


def _or_none(reader: Callable[[object, object], T]) -> Callable[[object, object], T | None]:
    """Read null, and the empty text that stands for it, as None."""
    return lambda value, _: None if value is None or value == "" else reader(value, None)


def _is_optional(kind: type, hint: Any) -> bool:
    return set(get_args(hint)) == {kind, type(None)}


def _is_open_enum(hint: Any) -> bool:
    return str in get_args(hint) and enum_of(hint) is not None


def _open_enum_reader(hint: Any, _: Converter) -> Callable[[Any, Any], Any]:
    """Read a known value as a member of the enumeration and an unknown one as text; null as None if allowed."""
    kind: Any = enum_of(hint)
    # The service varies upper and lower case (`none`, `Postmark`); no two members differ only in that.
    members: dict[object, Any] = {member.value: member for member in kind}
    in_any_case = {str(member.value).lower(): member for member in kind}
    nothing = None if type(None) in get_args(hint) else ""

    def read_open_enum(value: object, _: object) -> Any:
        if type(value) is str:
            return members.get(value) or in_any_case.get(value.lower(), value)
        return nothing if value is None else _read_text(value, None)

    return read_open_enum


def _is_date(hint: Any) -> bool:
    """Return whether a hint is a date or datetime, or None; subclasses count, since freezegun replaces both classes."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = [option for option in options if option is not type(None)]
    return len(kinds) == 1 and isinstance(kinds[0], type) and issubclass(kinds[0], date)


def _date_reader(hint: Any, _: Converter) -> Callable[[Any, Any], Any]:
    kind = next(option for option in (*get_args(hint), hint) if option is not type(None))
    read_date: Callable[[object], Any] = parse_date if issubclass(kind, datetime) else parse_day
    return lambda value, _: read_date(value)


def _is_plain(hint: Any) -> bool:
    """Return whether values of this hint are JSON values as they are; members of an open enumeration are texts."""
    plain = (str, int, float, bool, type(None))
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return all(isinstance(option, type) and issubclass(option, plain) for option in options)


def _is_json(hint: Any) -> bool:
    """Return whether values of this hint are JSON objects as they are: of texts, or converted when they were given."""
    return _is_mapping(hint) and get_args(hint) in ((str, str), (str, Any))


def _is_row(hint: Any) -> bool:
    return get_origin(hint) is tuple and get_args(hint)[1:] == (Ellipsis,)


def _rows_reader(hint: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    item = get_args(hint)[0]
    read_item = converter.get_structure_hook(item)
    rows = types.GenericAlias(list, (item,))
    # The generated function reports which item of the list is invalid.
    read_list = converter.get_structure_hook(rows) if converter.detailed_validation else None

    def read_tuple(value: object, _: object) -> tuple[Any, ...]:
        if not value and (type(value) is list or value is None or value == ""):
            return ()
        if type(value) is list:
            return tuple(read_list(value, rows) if read_list else [read_item(one, item) for one in value])
        raise ValueError(f"expected a list, got {type(value).__name__}")

    return read_tuple


def _is_mapping(hint: Any) -> bool:
    return get_origin(hint) in (dict, Mapping) or hint in (dict, Mapping)


def _mapping_reader(hint: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    item = (*get_args(hint), Any, Any)[1]
    read_item = converter.get_structure_hook(item) if item not in (Any, object) else None

    def read_mapping(value: object, _: object) -> dict[str, Any]:
        if type(value) is dict:
            return {key: read_item(one, item) for key, one in value.items()} if read_item else value
        if value is None or value == "":
            return {}
        raise ValueError(f"expected an object, got {type(value).__name__}")

    return read_mapping


def _record_reader(record: type[Any], converter: Converter) -> Callable[[Any, Any], Any]:
    from cattrs.gen import make_dict_structure_fn, override

    overrides: dict[str, Any] = {}
    for attribute, mark in marks(record).items():
        hook = (lambda value, _, read=mark.read: read(value)) if mark.read else None
        overrides[attribute] = override(rename=mark.name, omit=not mark.name or None, struct_hook=hook)
    generated = make_dict_structure_fn(
        record,
        converter,
        _cattrs_forbid_extra_keys=False,
        _cattrs_detailed_validation=converter.detailed_validation,
        **overrides,
    )

    spellings = [(mark.also, mark.name) for mark in marks(record).values() if mark.also]

    def read_record(value: object, _: object) -> Any:
        if type(value) is dict:
            for also, name in spellings:
                if also in value and name not in value:
                    value = {**value, name: value[also]}
            return generated(value, record)
        if value is None or value == "":
            return record()
        raise ValueError(f"expected an object, got {type(value).__name__}")

    return read_record


def _record_writer(record: type[Any], converter: Converter) -> Callable[[Any], Any]:
    from cattrs.gen import make_dict_unstructure_fn, override

    overrides: dict[str, Any] = {
        attribute: override(rename=mark.name, omit=not mark.name or None, unstruct_hook=mark.write)
        for attribute, mark in marks(record).items()
    }
    return make_dict_unstructure_fn(record, converter, _cattrs_omit_if_default=True, **overrides)


@functools.cache
def converter(detailed: bool) -> Converter:
    """Return the fast converter, or the slower one that reports where a response is invalid."""
    from cattrs import Converter
    from cattrs.fns import identity

    converter = Converter(detailed_validation=detailed)
    converter.register_structure_hook_factory(attrs.has, _record_reader)
    converter.register_structure_hook_factory(_is_row, _rows_reader)
    converter.register_structure_hook_factory(_is_mapping, _mapping_reader)
    converter.register_structure_hook_factory(_is_open_enum, _open_enum_reader)
    converter.register_structure_hook(str, _read_text)
    for kind, reader in ((int, _read_int), (float, _read_float), (bool, _read_bool)):
        converter.register_structure_hook(kind, reader)
        converter.register_structure_hook_func(functools.partial(_is_optional, kind), _or_none(reader))
    converter.register_structure_hook_factory(_is_date, _date_reader)
    converter.register_unstructure_hook_factory(attrs.has, _record_writer)
    converter.register_unstructure_hook_func(_is_plain, identity)
    converter.register_unstructure_hook_func(_is_json, identity)
    return converter


def _check_record(value: object) -> object:
    """Check that there is a record; inside of a record, null stands for an empty record."""
    if value is None or value == "":
        raise ValueError(f"expected an object, got {'null' if value is None else 'an empty text'}")
    return value


_readers: dict[type, Callable[[Any, Any], Any]] = {}
_writers: dict[type, Callable[[Any], Any]] = {}


def _reader(record: type) -> Callable[[Any, Any], Any]:
    found = _readers.get(record)
    if found is None:
        found = _readers[record] = converter(False).get_structure_hook(record)
    return found


def _describe_error(value: object, record: type[Any]) -> str:
    """Describe which field of a record cannot be read, by reading it again with detailed validation."""
    from cattrs import transform_error

    try:
        converter(True).structure(_check_record(value), record)
    except Exception as error:  # cattrs raises whatever the hooks and constructors raise
        first = transform_error(error, format_exception=lambda found, _: str(found))[0]
        reason, _, path = first.rpartition(" @ $")
        return f"{record.__name__}{path}: {reason or first}"
    return f"{record.__name__}: unreadable"


def read(value: object, record: type[T]) -> T:
    """
    Convert a JSON value of the service to a record of a class.

    Unknown keys are ignored; missing keys and null become the default of the field.

    Raises:
        InvalidResponse: The value has another structure. The message names the record and the field.
    """
    try:
        found: T = _reader(record)(_check_record(value), record)
    except Exception:  # cattrs raises whatever the hooks and constructors raise
        raise InvalidResponse(_describe_error(value, record)) from None
    return found


def read_rows(rows: list[Any], record: type[T]) -> tuple[list[T], list[str]]:
    """Convert the rows of a list; return the records, and an error text for each row that cannot be read."""
    reader = _reader(record)
    try:
        return [reader(_check_record(row), record) for row in rows], []
    except Exception:  # at least one row is invalid: read them one by one
        found, unreadable = [], []
    for index, row in enumerate(rows):
        try:
            found.append(reader(_check_record(row), record))
        except Exception:  # cattrs raises whatever the hooks and constructors raise
            unreadable.append(f"row {index}: {_describe_error(row, record)}")
    return found, unreadable


def write(record: object) -> dict[str, Any]:
    """Convert a record to a JSON value with wire names; fields with their default values are left out."""
    kind = type(record)
    writer = _writers.get(kind)
    if writer is None:
        writer = _writers[kind] = converter(False).get_unstructure_hook(kind)
    written: dict[str, Any] = writer(record)
    return written
