"""Processes, clocks and sockets: what connections of every protocol need."""

from __future__ import annotations

import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# The monotonic clock, on which all deadlines are. freezegun replaces functions where a module names them, and does not
# find this one: by a clock that stands still no deadline would ever be over.
monotonic = partial(time.monotonic)


def clocks() -> tuple[float, float]:
    """Return the time by both clocks: the monotonic one stands still while a machine sleeps, the other may be set."""
    return time.monotonic(), time.time()


class NotCopied:
    """A value that is neither copied nor pickled: it holds a secret, or connections."""

    def __reduce__(self) -> str:
        """
        Reject copies and pickles.

        Raises:
            TypeError: Always.
        """
        raise TypeError("connections cannot be copied: create the transport or client in each process")


class ProcessLocal(NotCopied, Generic[T]):
    """
    A value that every process makes for itself at its first use.

    The process is compared at each use: a fork in C, as uWSGI's, calls no hook of `os.register_at_fork`. The kind of
    lock is compared, too: once gevent or eventlet has replaced those of `threading`, a value with locks and sockets of
    the older kind would stop every greenlet.

    An abandoned value stays referenced: it belongs to the parent process, and not even the garbage collector may close
    its connections, or wait for a lock that another thread held at the fork.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        """Take what makes the value; it must make its locks itself, from what `threading` is at that time."""
        self._make = make
        self._current: tuple[int, object, T] | None = None
        self._made: dict[tuple[int, object], T] = {}
        self._abandoned: list[T] = []

    def get(self) -> T:
        """Return this process's value; all threads that ask at once get the same."""
        current = self._current
        if current is not None and current[0] == os.getpid() and current[1] is threading.Lock:
            return current[2]
        return self._renew()

    def made(self) -> T | None:
        """Return this process's value if there is one, to close it."""
        current = self._current
        return current[2] if current is not None and current[0] == os.getpid() else None

    def _renew(self) -> T:
        # Without a lock of its own, which might have been held at the fork: `setdefault` is one step for all threads.
        kind = os.getpid(), threading.Lock
        value = self._made.setdefault(kind, self._make())
        self._current = *kind, value
        for other in [*self._made]:
            if other != kind and (old := self._made.pop(other, None)) is not None:
                self._abandoned.append(old)
        return value


def readiness(sock: Any, seconds: float = 0.0) -> Callable[[], object]:
    """
    Return a function that tells whether there is anything to read from a socket, be it its end.

    Args:
        sock: The socket; the function is of use as long as the socket is open.
        seconds: How long the function waits for it.
    """
    is_ready: Callable[[], object]
    if hasattr(select, "poll"):
        watch = select.poll()  # prepared once: making one costs more than all that is asked of it
        watch.register(sock, select.POLLIN)
        is_ready = partial(watch.poll, seconds * 1000)
    else:  # Windows, and eventlet
        is_ready = partial(_is_selected, sock, seconds)
    pending = getattr(sock, "pending", None)
    return is_ready if pending is None else lambda: pending() or is_ready()


def _is_selected(sock: Any, seconds: float) -> bool:
    return bool(select.select([sock], [], [], seconds)[0])


def received_from(sock: Any) -> bytes | None:
    """
    Return one byte of what a ready socket received, nothing at its end, and None when only TLS received something.

    TLS has messages of its own, as tickets for another session. The byte is not taken away where that can be helped.

    Raises:
        OSError: The connection is broken.
    """
    timeout = sock.gettimeout()
    sock.settimeout(0.0)
    # The class alone does not tell: gevent and eventlet replace it.
    is_plain = isinstance(sock, socket.socket) and not hasattr(sock, "pending")
    try:
        data: bytes = sock.recv(1, socket.MSG_PEEK) if is_plain else sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError, TimeoutError):
        return None
    finally:
        sock.settimeout(timeout)
    return data
