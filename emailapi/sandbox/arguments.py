"""Checks of the arguments that tests give to methods of the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from ..errors import ConfigurationError, InvalidArgument
from ..wire import check_surrogates
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


def check_stored_text(value: object, name: str, *, or_none: bool = True) -> None:
    """
    Check that a value is text as the database can hold, or None unless `or_none` is False.

    Raises:
        InvalidArgument: The value is neither, or has a lone surrogate.
    """
    check_text(value, name, or_none=or_none)
    if isinstance(value, str):
        try:
            check_surrogates(value)
        except ValueError as error:
            raise InvalidArgument(f"{name} {error}", argument=name) from None


def check_flag(value: object, name: str) -> None:
    """
    Check that a value is True or False.

    Raises:
        InvalidArgument: The value is neither; a text such as `"no"` would count as True.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(f"{name} must be True or False, got {value!r:.80}", argument=name)


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


def host_names(given: object, name: str, plain: Callable[[str], str]) -> frozenset[str]:
    """
    Return the host names in an argument, one or several, as `plain` writes them.

    Raises:
        ConfigurationError: The argument is not a list, or has something that `plain` makes nothing of.
    """
    if not isinstance(given, Iterable):
        raise ConfigurationError(f"{name} must be a list of host names, got {type(given).__name__}")
    found = set()
    for each in [given] if isinstance(given, str) else given:
        if not isinstance(each, str) or not plain(each):
            raise ConfigurationError(f"{name}: {each!r} is not a valid host name")
        found.add(plain(each))
    return frozenset(found)


def check_place(data: object, host: object, allow_server_deletion: object) -> None:
    """
    Check the file, the address and the permission of a sandbox.

    Raises:
        ConfigurationError: The file is not a path, the address is not text, or the permission is not True or False.
    """
    if data is not None and not isinstance(data, (str, os.PathLike)):
        raise ConfigurationError(f"data must be a path, got {type(data).__name__}")
    if not isinstance(host, str):
        raise ConfigurationError(f"host must be text, got {type(host).__name__}")
    if not isinstance(allow_server_deletion, bool):
        raise ConfigurationError(f"allow_server_deletion must be True or False, got {allow_server_deletion!r:.80}")
