"""Sockets to a server: over TCP to the first reachable address, or to a Unix domain socket."""

from __future__ import annotations

import os
import socket
import stat

from ..._delivery import Deadline
from ..._signals import raised_by_signal
from .connection import Broken
from .options import Settings
from .tls import describe

# Connecting to a Unix domain socket with a full queue fails at once instead of waiting, as TCP does: it is retried.
_QUEUE_SECONDS = 0.02


def open_socket(settings: Settings, deadline: Deadline) -> socket.socket:
    """
    Return a connected socket.

    Raises:
        Broken: No connection could be made.
    """
    if settings.socket_path is None:
        return _open_host(settings, deadline)
    return _open_path(settings.socket_path, min(settings.timeout[0], deadline.left()), deadline)


def _open_host(settings: Settings, deadline: Deadline) -> socket.socket:
    """Try the addresses of the host until one accepts; the system's name resolution has no time limit."""
    fault = "the host has no address"
    try:
        found = socket.getaddrinfo(settings.hostname, settings.port, 0, socket.SOCK_STREAM)
    except OSError as error:
        if raised_by_signal(error):
            raise
        found, fault = [], f"the host name cannot be resolved: {error.strerror or error}"
    for family, kind, protocol, _, address in found:
        wait = min(settings.timeout[0], deadline.left())
        if wait <= 0:
            fault = "no connection before the deadline"
            break
        try:
            return _connect_to(family, kind, protocol, address, settings.source_address, wait)
        except OSError as error:
            fault = _no_connection(error, wait)
    raise Broken(fault)


def _no_connection(error: OSError, wait: float) -> str:
    reason = describe(error, wait)  # also lets pass exceptions of signal handlers
    if isinstance(error, TimeoutError):
        return f"no connection within {wait:.3g} s: check hostname and port, or raise timeout="
    if isinstance(error, ConnectionRefusedError):
        return "connection refused: check hostname and port"
    return f"cannot connect: {error.strerror or reason}"


def _open_path(path: str, wait: float, deadline: Deadline) -> socket.socket:
    until = deadline.sooner(wait)
    while until.may_send():
        try:
            return _connect_to(socket.AF_UNIX, socket.SOCK_STREAM, 0, path, None, max(0.001, until.left()))
        except BlockingIOError as error:
            if raised_by_signal(error):
                raise
            until.pause(_QUEUE_SECONDS)
        except OSError as error:
            broken = _no_path(error, path, wait)
            break
    else:
        broken = Broken(_full(wait))
    raise broken


def _full(wait: float) -> str:
    if wait <= 0:
        return "no connection before the deadline"
    return f"no connection within {wait:.3g} s: too many clients are waiting, raise timeout="


def _no_path(error: OSError, path: str, wait: float) -> Broken:
    reason = describe(error, wait)  # also lets pass exceptions of signal handlers
    if isinstance(error, TimeoutError):  # from gevent and eventlet, which wait by themselves
        return Broken(_full(wait))
    if isinstance(error, FileNotFoundError):
        return Broken("socket_path does not exist: check the path, and whether the server runs")
    if isinstance(error, PermissionError):
        return Broken("permission denied for socket_path: this user needs write permission", retryable=False)
    if error.errno is None:
        size = len(os.fsencode(path))
        return Broken(f"socket_path has {size} bytes, which is too long for a Unix domain socket", retryable=False)
    try:
        is_socket = stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        is_socket = True  # the file may have been removed meanwhile
    if not is_socket:
        return Broken("socket_path is not a Unix domain socket", retryable=False)
    if isinstance(error, ConnectionRefusedError):
        return Broken("connection refused: check socket_path, and whether the server runs")
    return Broken(f"cannot connect: {error.strerror or reason}")


def _connect_to(
    family: int, kind: int, protocol: int, address: object, source: tuple[str, int] | None, wait: float
) -> socket.socket:
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(wait)
        if family in (socket.AF_INET, socket.AF_INET6):
            # Nagle's algorithm would delay the last piece of an email until the piece before it is confirmed.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            _bind(connection, source)
        connection.connect(address)  # type: ignore[arg-type]
        return connection
    except BaseException:
        connection.close()
        raise


def _bind(connection: socket.socket, source: tuple[str, int]) -> None:
    try:
        connection.bind(source)
        return
    except (OSError, TypeError, ValueError, OverflowError) as error:
        fault = f"source_address={source!r} cannot be used: {getattr(error, 'strerror', None) or error}"
    raise OSError(fault)
