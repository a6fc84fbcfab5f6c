"""The state of the JSON API between requests: how many requests wait, and the faults that were armed by it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from ..faults import Fault

# Further waits would take the threads that emails are accepted by.
WAITS = 24
_FAULTS_KEPT = 1_000


class State:
    """The state of the JSON API of one sandbox."""

    def __init__(self) -> None:
        """Begin without waits and faults."""
        self._places = threading.BoundedSemaphore(WAITS)
        self._faults: OrderedDict[int, Fault] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self) -> Iterator[bool]:
        """Take a place among the waiting requests for a block; the value is False if there is none."""
        taken = self._places.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._places.release()

    def keep(self, fault: Fault) -> None:
        """Keep a fault, so that its hits can be asked for when it is over."""
        with self._lock:
            self._faults[fault.number] = fault
            if len(self._faults) > _FAULTS_KEPT:
                self._faults.popitem(last=False)

    def fault(self, number: int) -> Fault | None:
        """Return a fault that was kept, or None."""
        with self._lock:
            return self._faults.get(number)
