"""Converters and validators of single SMTP options; each error names the option and the value."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from os import PathLike

import attrs

from ..._hosts import as_host
from ..._secrets import Secret
from ...errors import ConfigurationError
from ...models.options import is_seconds
from ...settings import as_flag

_HELO_NAME = re.compile(r"[!-~]+")


def as_hostname(given: str | None) -> str | None:
    """
    Return the name or address of a server, in ASCII and without brackets; None if there is none.

    Raises:
        ConfigurationError: The value is neither a name nor an address.
    """
    return None if given is None else as_host(given, "hostname")


def as_server_hostname(given: str | None) -> str | None:
    """
    Return the name in a certificate, in ASCII; None if there is none.

    Raises:
        ConfigurationError: The value is neither a name nor an address.
    """
    return as_host(given, "server_hostname") if given else None


def as_socket_path(given: str | PathLike[str] | None) -> str | None:
    """
    Return the path of a Unix domain socket; None if there is none. The file system is not consulted.

    Raises:
        ConfigurationError: The value is not a valid path, is in the abstract namespace, or the platform has no such
            sockets.
    """
    if given is None:
        return None
    if not hasattr(socket, "AF_UNIX"):
        raise ConfigurationError("socket_path cannot be used: this platform has no Unix domain sockets; use hostname")
    path = os.fspath(given) if isinstance(given, PathLike) else given
    if not isinstance(path, str) or not path:
        raise ConfigurationError(f"socket_path must be the path of a Unix domain socket, got {given!r}")
    if "\0" in path:
        raise ConfigurationError(f"socket_path must be a path without NUL (no abstract socket), got {path!r}")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise ConfigurationError(f"socket_path {path!r} has a character that is not valid in a path") from None
    return path


def as_secret(given: str | type | None) -> Secret:
    """
    Return a user name or a password; empty if there is none.

    Raises:
        ConfigurationError: The value is not text, or has a character that no login can carry. The message does not
            repeat it.
    """
    if isinstance(given, type):  # of a value that `hide_secrets` has hidden
        raise ConfigurationError(f"username and password must be text, got {given.__name__}")
    if given and re.search("[\0\1\ud800-\udfff]", given):
        raise ConfigurationError("username or password has a character that no login can carry")
    return Secret(given or "")


def as_port(given: int | None) -> int | None:
    """
    Return a port; None if there is none.

    Raises:
        ConfigurationError: The value is not a port number.
    """
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or not 0 < given < 65536):
        raise ConfigurationError(f"port must be a number from 1 to 65535, got {given!r}")
    return given


def as_token_generator(given: Callable[[], str] | None) -> Callable[[], str] | None:
    """
    Return the function that returns access tokens; None if there is none.

    Raises:
        ConfigurationError: The value is not a function.
    """
    if given is not None and not callable(given):
        raise ConfigurationError(
            f"oauth_token_generator must be a function that returns a token, got {type(given).__name__}"
        )
    return given


def as_local_hostname(given: str | None) -> str | None:
    """
    Return the name for EHLO; None if there is none.

    Raises:
        ConfigurationError: The value is not one printable word.
    """
    if given is not None and not (isinstance(given, str) and _HELO_NAME.fullmatch(given)):
        raise ConfigurationError(f"local_hostname {given!r} is not a valid host name")
    return given


def as_source_address(given: tuple[str, int] | None) -> tuple[str, int] | None:
    """
    Return the address to connect from; None if there is none.

    Raises:
        ConfigurationError: The value is not a host and a port.
    """
    if given is None:
        return None
    if not (isinstance(given, tuple) and [type(part) for part in given] == [str, int] and 0 <= given[1] < 65536):
        raise ConfigurationError(f"source_address must be (host, port), with port 0 for any, got {given!r}")
    if given[0]:  # "" is any address
        as_host(given[0], "the host of source_address")
    return given


def check_flag(_: object, option: attrs.Attribute[bool], given: bool) -> None:
    """
    Check an option that is on or off.

    Raises:
        ConfigurationError: The value is neither True nor False.
    """
    as_flag(given, option.name)


def check_count(_: object, option: attrs.Attribute[int], given: object) -> None:
    """
    Check a number of emails.

    Raises:
        ConfigurationError: The value is not a whole number of at least 1.
    """
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ConfigurationError(f"{option.name} must be a whole number of at least 1, got {given!r}")


def check_seconds(_: object, option: attrs.Attribute[float], given: object) -> None:
    """
    Check a number of seconds.

    Raises:
        ConfigurationError: The value is not a positive number.
    """
    if not is_seconds(given):
        raise ConfigurationError(f"{option.name} must be a positive number of seconds, got {given!r}")
