"""What each process has for itself: pools, connections and locks, which a fork must not share."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ProcessLocal(Generic[T]):
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
