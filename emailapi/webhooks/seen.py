"""Events that were handled already, remembered so that a repeated delivery is not handled again."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

from ..errors import ConfigurationError

# The service retries an inbound event for ten and a half hours.
KEEP_SECONDS = 14 * 3600.0


def as_keep(given: float) -> float:
    """
    Validate the option `keep` of a store; committing a key would fail only after the event is handled.

    Raises:
        ConfigurationError: The value is not a positive number.
    """
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given < math.inf:
        raise ConfigurationError(f"keep must be a positive number of seconds, got {given!r}")
    return float(given)


class SeenStore(Protocol):
    """
    The methods of a store that all workers share, so that a repeated event is handled once.

    A worker claims a key before it handles an event, and commits the key afterwards. A claim that is not committed
    expires: its worker has died, and the next attempt of the service must be handled. Any object with these four
    methods is a store. An exception that a method raises makes `receive` respond with status 500, and the service
    sends the event again.

    Example:
        >>> store: SeenStore = MemorySeenStore()
        >>> store.claim("event-1", ttl=60)
        True
        >>> store.claim("event-1", ttl=60)  # another worker, or a repeated event
        False
        >>> store.commit("event-1")
    """

    def claim(self, key: str, ttl: float) -> bool:
        """
        Claim a key. Of several workers that claim a key at the same time, one gets True.

        Args:
            key: The key, any string.
            ttl: Seconds until the claim expires, if it is neither committed nor released.

        Returns:
            False if the key is committed, or claimed and not expired.
        """
        ...

    def commit(self, key: str) -> None:
        """
        Remember that the event of a key is handled, for as long as the service may repeat the event.

        Args:
            key: The key, claimed or not.
        """
        ...

    def release(self, key: str) -> None:
        """
        Release a claim, so that the key can be claimed again at once.

        Args:
            key: The key. A committed key stays committed, and an unknown key is ignored.
        """
        ...

    def count(self, key: str, ttl: float) -> int:
        """
        Count a call for a key. Counts and claims are independent.

        Args:
            key: The key, any string.
            ttl: Seconds until the count is forgotten, from the last call.

        Returns:
            The number of calls for this key, including this one.
        """
        ...


class MemorySeenStore:
    """
    A store in the memory of one process, for tests and for servers with one process.

    Each process of a server with several has a store of its own, and may handle an event once. A store can be shared
    by threads.

    Example:
        >>> seen = MemorySeenStore()
        >>> seen.count("attempts", ttl=60), seen.count("attempts", ttl=60)
        (1, 2)
    """

    def __init__(self, *, keep: float = KEEP_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Create an empty store.

        Args:
            keep: Seconds for which a committed key is stored; 14 hours by default, as the service retries an inbound
                email for ten and a half.
            clock: Returns the time in seconds; a test may pass its own.

        Raises:
            ConfigurationError: `keep` is not a positive number.
        """
        self._keep = as_keep(keep)
        self._clock = clock
        self._lock = threading.Lock()
        # Key to when it expires, and whether it is committed; key to when it is forgotten, and the count.
        self._seen: dict[str, tuple[float, bool]] = {}
        self._counts: dict[str, tuple[float, int]] = {}
        self._purge_at = 0

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for `ttl` seconds; return False if the key is claimed or committed."""
        with self._lock:
            now = self._clock()
            self._purge(now)
            if key in self._seen and self._seen[key][0] > now:
                return False
            self._seen[key] = (now + ttl, False)
            return True

    def commit(self, key: str) -> None:
        """Remember for `keep` seconds that the event of a key is handled."""
        with self._lock:
            self._seen[key] = (self._clock() + self._keep, True)

    def release(self, key: str) -> None:
        """Release a claim, so that the key can be claimed again; a committed key stays committed."""
        with self._lock:
            if key in self._seen and not self._seen[key][1]:
                del self._seen[key]

    def count(self, key: str, ttl: float) -> int:
        """Count a call for a key, and return the number of calls; forgotten `ttl` seconds after the last one."""
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
