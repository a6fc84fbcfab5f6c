"""Events that were handled already, remembered so that a repeated delivery is not handled again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

# The service retries an inbound event for ten and a half hours.
KEEP_SECONDS = 14 * 3600.0


class SeenStore(Protocol):
    """
    The methods of a store that all workers share, for `receive` and for queues.

    A worker claims a key before it handles an event, and commits it afterwards. A claim that is not committed expires:
    its worker has died, and the service's next attempt must be handled.
    """

    def claim(self, key: str, ttl: float) -> bool:
        """
        Claim a key for so many seconds.

        Returns False when the key is committed, or claimed and not expired. Of several workers that claim a key at
        once, one gets True.
        """
        ...

    def commit(self, key: str) -> None:
        """Remember that the event is handled, for as long as the service may repeat it."""
        ...

    def release(self, key: str) -> None:
        """Give a claim back, so that the key can be claimed at once; what is committed stays."""
        ...

    def count(self, key: str, ttl: float) -> int:
        """Count a key, and return how often it was counted; forgotten so many seconds after the last time."""
        ...


class MemorySeenStore:
    """
    A store in the memory of one process, for tests and for servers with one process.

    With several processes each has its own, and an event may be handled once in each.
    """

    def __init__(self, *, keep: float = KEEP_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Create an empty store.

        Args:
            keep: How many seconds a committed key is kept.
            clock: The time in seconds; tests give their own.
        """
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        # Key to when it expires, and whether it is committed; key to when it is forgotten, and the count.
        self._seen: dict[str, tuple[float, bool]] = {}
        self._counts: dict[str, tuple[float, int]] = {}
        self._purge_at = 0

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for so many seconds; False when it is claimed or committed."""
        with self._lock:
            now = self._clock()
            self._purge(now)
            if key in self._seen and self._seen[key][0] > now:
                return False
            self._seen[key] = (now + ttl, False)
            return True

    def commit(self, key: str) -> None:
        """Remember that the event is handled."""
        with self._lock:
            self._seen[key] = (self._clock() + self._keep, True)

    def release(self, key: str) -> None:
        """Give a claim back; what is committed stays."""
        with self._lock:
            if key in self._seen and not self._seen[key][1]:
                del self._seen[key]

    def count(self, key: str, ttl: float) -> int:
        """Count a key, and return how often it was counted."""
        with self._lock:
            now = self._clock()
            self._purge(now)
            forgotten_at, counted = self._counts.get(key, (0.0, 0))
            counted = counted + 1 if forgotten_at > now else 1
            self._counts[key] = (now + ttl, counted)
            return counted

    def _purge(self, now: float) -> None:
        """Forget what has expired, each time the store has doubled: the cost for each key stays the same."""
        if len(self._seen) + len(self._counts) >= self._purge_at:
            self._seen = {key: value for key, value in self._seen.items() if value[0] > now}
            self._counts = {key: value for key, value in self._counts.items() if value[0] > now}
            self._purge_at = 2 * (len(self._seen) + len(self._counts)) + 1000
