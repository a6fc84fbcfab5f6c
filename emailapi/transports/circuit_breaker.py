"""Not calling a failing transport for a while."""

from __future__ import annotations

import threading
from time import monotonic

# After so many failures in a row the circuit is open for so many seconds.
FAILURES = 3
PAUSE = 30.0


class CircuitBreaker:
    """
    Counts the failures of a transport; all threads of a process share it.

    Closed, it permits every email. After three failures in a row it is open, and permits none for 30 seconds. Then it
    is half-open, and permits one email, whose outcome closes or opens it.
    """

    def __init__(self) -> None:
        """Begin closed."""
        # One that its own thread may take again: a signal handler that sends may interrupt whoever holds it.
        self._lock = threading.RLock()
        self._failures = 0
        self._open_until = 0.0

    def permits(self, count: int) -> int:
        """Return how many of so many emails may be sent by the transport now: all, one as a probe, or none."""
        if self._failures < FAILURES or not count:
            return count
        with self._lock:
            now = monotonic()
            if now < self._open_until:
                return 0
            self._open_until = now + PAUSE
            return 1

    def record(self, worked: bool | None) -> None:
        """Count a success or a failure; None is neither."""
        if worked is None:
            return
        with self._lock:
            self._failures = 0 if worked else self._failures + 1
            if self._failures >= FAILURES:
                self._open_until = monotonic() + PAUSE
