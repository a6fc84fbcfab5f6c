"""The text of a value of the model, and its escaping."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_SPECIAL = re.compile("[&<>\"'\xa0-\xff\U00010000-\U0010ffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
# .NET writes numbers of more digits before the point, or of more zeros behind it, with an exponent.
_DIGITS_BEFORE_POINT = 15
_ZEROS_BEHIND_POINT = 3


def text_of(value: object) -> str:
    """Return a value as the service's engine prints it; objects, arrays and null are empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return _number(value)
    return str(value) if isinstance(value, int) else ""


def _number(value: float) -> str:
    """Return the shortest text of a number in the way of .NET: `1.0` is `1`, `1e21` is `1E+21`."""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if not value:
        return "0"
    # The float itself would be written with all of its binary digits.
    number = Decimal(repr(float(value))).normalize()
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - it is finite
    places = len(digits) + exponent
    if -_ZEROS_BEHIND_POINT <= places <= max(len(digits), _DIGITS_BEFORE_POINT):
        return f"{number:f}"
    fraction = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{fraction}" if fraction else f"{digits[0]}"
    return f"{'-' if sign else ''}{mantissa}E{places - 1:+03d}"


def escape(text: str) -> str:
    """Return a text with the entities that the service writes: for markup, Latin-1, and all beyond the BMP."""
    return _SPECIAL.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"&#{ord(found[0])};"
