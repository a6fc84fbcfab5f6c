"""A circuit breaker: a transport that keeps failing is not used for a while."""

from __future__ import annotations

import threading

from .._net import monotonic

# After this many failures in a row the circuit is open for this many seconds.
FAILURES = 3
PAUSE = 30.0


class CircuitBreaker:
    """
    Counts the failures of a transport; all threads of a process share it.

    A closed circuit permits every email. After three failures in a row the circuit is open, and permits none for 30
    seconds. Then it is half-open, and permits one email, whose outcome closes or opens the circuit.
    """

    def __init__(self) -> None:
        """Create a closed circuit."""
        # Reentrant: a signal handler that sends may interrupt the code that holds the lock.
        self._lock = threading.RLock()
        self._failures = 0
        self._open_until = 0.0

    def permits(self, count: int) -> int:
        """Return how many of `count` emails the transport may send now: all, one as a probe, or none."""
        if self._failures < FAILURES or not count:
            return count
        with self._lock:
            now = monotonic()
            if now < self._open_until:
                return 0
            self._open_until = now + PAUSE
            return 1

    def record(self, worked: bool | None) -> None:
        """Count a success or a failure; None counts as neither."""
        if worked is None:
            return
        with self._lock:
            self._failures = 0 if worked else self._failures + 1
            if self._failures >= FAILURES:
                self._open_until = monotonic() + PAUSE
