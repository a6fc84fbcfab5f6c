"""Validation of values that users give, and their conversion to JSON values."""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin

from ..errors import InvalidArgument

E = TypeVar("E", bound=Enum)

# Deeper than any template, and below the limit of any parser. A value that contains itself exceeds it.
DEPTH_LIMIT = 100
# Beyond the range of a double, which most JSON parsers use for numbers.
_INT_BITS = 1024


class _NotJSON(Exception):
    """A nested value cannot be written as JSON; `steps` lead to the value, the innermost first."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.steps: list[str] = []


def json_value(value: object, name: str) -> Any:
    """
    Convert a value that a user gave to a JSON value of new lists and dictionaries.

    Members of enumerations are written as their values, dates and times in ISO 8601, and subclasses of `str`, `int` and
    `float` as plain ones. Nothing else is converted.

    Args:
        value: The value.
        name: The name of the argument or field, with which errors begin.

    Raises:
        InvalidArgument: A value cannot be written as JSON. The error has its path: `template_model.items[2].price`.
    """
    try:
        return _copy(value, 0)
    except _NotJSON as fault:
        steps = fault.steps[::-1]
        # The path of a value that is nested too deeply would fill the screen.
        path = name + "".join(steps[:8]) + ("..." if len(steps) > 8 else "")
        raise InvalidArgument(f"{path} {fault.reason}", argument=name) from None


def _copy(value: Any, depth: int) -> Any:
    # The exact types first: `isinstance` is slow for abstract classes.
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _text(value)
    if value is None or kind is bool:
        return value
    if kind is dict:
        return _object(value, depth)
    if kind is list:
        return _array(value, depth)
    if kind is int or kind is float:
        return _scalar(value, depth)
    if isinstance(value, Mapping):
        return _object(value, depth)
    return _array(value, depth) if isinstance(value, (list, tuple)) else _scalar(value, depth)


def _object(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    _check_depth(depth)
    found: dict[str, Any] = {}
    key: Any = ""
    try:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                key = _key(key)
            found[key] = _copy(item, depth + 1)
    except _NotJSON as fault:
        plain = isinstance(key, str) and key.isidentifier() and len(key) <= 80
        fault.steps.append(f".{key}" if plain else f"[{key!r:.80}]")
        raise
    return found


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise _NotJSON(f"must have text as its key, got {type(key).__name__}")
    return _text(key)


def _array(value: Iterable[Any], depth: int) -> list[Any]:
    _check_depth(depth)
    place = 0
    found = []
    try:
        for place, item in enumerate(value):  # noqa: B007 - used in the path of the error
            found.append(_copy(item, depth + 1))
    except _NotJSON as fault:
        fault.steps.append(f"[{place}]")
        raise
    return found


def _scalar(value: Any, depth: int) -> Any:
    if isinstance(value, Enum):
        _check_depth(depth)
        return _copy(value.value, depth + 1)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if value.bit_length() > _INT_BITS:
            raise _NotJSON("must be a number in the range of a double, got a larger one")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _NotJSON(f"must be a finite number, got {float(value)}")
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise _NotJSON(f"cannot be written as JSON: got {type(value).__name__}, {_conversion_hint(value)}")


def _conversion_hint(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "decode it to text first"
    if hasattr(type(value), "__float__") or hasattr(type(value), "__complex__"):
        return "convert it with int(...), float(...) or str(...)"
    if isinstance(value, Iterable) and not is_lazy_text(value):
        return "convert it with list(...)"
    return "convert it with str(...)"


def _check_depth(depth: int) -> None:
    if depth >= DEPTH_LIMIT:
        raise _NotJSON(f"is nested more than {DEPTH_LIMIT} levels deep, or contains itself")


def _text(value: str) -> str:
    # A text that a template engine marks as safe is a subclass of str.
    text = str.__str__(value)
    if not text.isascii():
        check_surrogates(text, _NotJSON)
    return text


def check_surrogates(text: str, error: type[Exception] = ValueError) -> None:
    """
    Check that a text can be encoded.

    Args:
        text: The text.
        error: The exception class to raise.

    Raises:
        ValueError: The text contains a lone surrogate.
    """
    # Not by a pattern: compiling one for surrogates takes each process 0.3 ms.
    try:
        text.encode()
    except UnicodeEncodeError as found:
        at = found.start
    else:
        return
    # Raised here, without the other exception, which keeps the text.
    raise error(f"must not contain a lone surrogate (at character {at})")


def is_lazy_text(value: object) -> bool:
    """Return whether an object is a text that is created on demand, as `gettext_lazy` of Django returns it."""
    if isinstance(value, str):
        return False
    try:
        return hasattr(value, "casefold")
    except Exception:  # the text could not be created: no language or application is active
        return True


def enum_of(hint: Any) -> type[Enum] | None:
    """Return the enumeration in a hint such as `StreamType | str`, or None if there is none."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return next((option for option in options if isinstance(option, type) and issubclass(option, Enum)), None)


def enum_member(kind: type[E], value: object) -> E:
    """
    Return a member of an enumeration for a member, or for its value in upper or lower case.

    Raises:
        ValueError: There is no such member. The message names all of them.
    """
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        text = str.__str__(value).lower()
        for member in kind:
            if str(member.value).lower() == text:
                return member
    given = repr(value) if isinstance(value, str) else type(value).__name__
    raise ValueError(f"must be one of {', '.join(str(member.value) for member in kind)}, got {given:.80}")
