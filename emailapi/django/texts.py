"""Texts of Django messages: the values that are accepted as text, and those that are rejected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidEmail
from ..models.framework_values import plain


def decoded(value: Any, field: str, encoding: str) -> str:
    """
    Return a body as text: lazy texts in the active language, bytes decoded.

    Raises:
        InvalidEmail: The value is neither text nor bytes, or the encoding is not known.
    """
    kind = field.partition("[")[0]
    if isinstance(value, bytes):
        try:
            return value.decode(encoding, "replace")
        except LookupError:
            raise InvalidEmail(f"encoding {encoding!r} is not known", field=kind) from None
    text = plain(value)
    if not isinstance(text, str):
        raise InvalidEmail(f"{field} must be text, got {type(value).__name__}", field=kind)
    return text


def header_value(name: Any, value: Any) -> str:
    """
    Return the value of a header as text; numbers, dates and objects become text, as Django writes them.

    Raises:
        InvalidEmail: The value is None, bytes or a collection, whose text would be no value of a header.
    """
    if value is None or isinstance(value, (bytes, bytearray, Mapping, list, tuple, set, frozenset)):
        kind = type(value).__name__
        raise InvalidEmail(f"header {str(name)!r} must be text, got {kind}: leave the header out", field="headers")
    return str(plain(value))
