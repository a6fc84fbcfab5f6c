"""Checks of the arguments that tests give to methods of the sandbox."""

from __future__ import annotations

from ..errors import InvalidArgument
from .store import LARGEST_ID

# Seconds that no clock of the sandbox can show.
_FOREVER = 1e11


def check_text(value: object, name: str, *, or_none: bool = True) -> None:
    """
    Check that a value is text, or None unless `or_none` is False.

    Raises:
        InvalidArgument: The value is neither.
    """
    if not isinstance(value, str) and not (or_none and value is None):
        raise InvalidArgument(f"{name} must be text, got {type(value).__name__}", argument=name)


def check_whole(value: object, name: str, least: int) -> None:
    """
    Check that a value is a whole number, and not below the least one.

    Raises:
        InvalidArgument: The value is not such a number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST_ID:
        raise InvalidArgument(f"{name} must be a whole number of at least {least}, got {value!r:.80}", argument=name)


def number(value: object, name: str) -> float:
    """
    Return a value that is a number.

    Raises:
        InvalidArgument: The value is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -_FOREVER < value < _FOREVER:
        raise InvalidArgument(f"{name} must be a number, got {value!r:.80}", argument=name)
    return float(value)


def seconds(value: object, name: str = "seconds") -> float:
    """
    Return a value that is a number of seconds.

    Raises:
        InvalidArgument: The value is not a number, below 0, or too large.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _FOREVER:
        raise InvalidArgument(f"{name} must be a number of at least 0, got {value!r:.80}", argument=name)
    return float(value)
