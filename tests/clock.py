"""
A clock that a test sets, for deadlines: no outcome depends on how fast the machine is, or whether it stood still.

A deadline that is meant to pass would otherwise have to be short, and a short deadline may also pass before it is meant
to: while a connection is opened, or while the first attempt is made.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emailapi import _net
from emailapi._delivery import Deadline


class Clock:
    """
    The clock of all deadlines; it stands still. A pause between two attempts or searches sets it forward, and ends.

    Timeouts of sockets are the system's, in real seconds: give clients long ones, unless they are meant to pass.

    Attributes:
        before_pause: Called before each pause.
    """

    def __init__(self) -> None:
        self.before_pause: Callable[[], object] = lambda: None
        self._time = 1000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the time, in seconds."""
        return self._time

    def advance(self, seconds: float) -> None:
        """Set the clock forward."""
        with self._lock:
            self._time += seconds

    def pause(self, deadline: Deadline, seconds: float) -> bool:
        """Do what `Deadline.pause` does, but do not wait."""
        self.before_pause()
        if deadline.stopped is not None and deadline.stopped.is_set():
            return False
        self.advance(seconds)
        return True


def _replace_everywhere(old: Callable[[], float], new: Callable[[], float]) -> None:
    """Replace the clock in the modules that have imported it, of which some may have been imported since."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("emailapi.") and getattr(module, "monotonic", None) is old:
            module.monotonic = new


@contextmanager
def use_clock(clock: Clock) -> Iterator[None]:
    """Use a clock for all deadlines."""
    real_clock, real_pause = _net.monotonic, Deadline.pause
    _replace_everywhere(real_clock, clock)
    Deadline.pause = lambda deadline, seconds: clock.pause(deadline, seconds)
    try:
        yield
    finally:
        Deadline.pause = real_pause
        _replace_everywhere(clock, real_clock)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so that happens in another thread or process."""
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.005)
    assert condition()
