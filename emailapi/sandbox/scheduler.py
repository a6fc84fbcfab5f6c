"""The jobs of the sandbox: those that wait for their time, and those that wait until there is nothing else to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from .._net import monotonic
from .clock import Clock
from .instants import micros, moment
from .store import StorageFailed, Store
from .tables import account, clock_moves

_log = logging.getLogger("emailapi.sandbox")

# How often the thread looks for work when it knows of none, in seconds.
_LOOK = 60.0
# For so many seconds nothing must have changed before work is done that can wait.
_QUIET = 0.2


class Job(Protocol):
    """A kind of work that becomes due."""

    def next_due(self, store: Store) -> int | None:
        """Return the instant that the next work of this kind is due at."""

    def perform(self, store: Store, now: int) -> None:
        """Do the work that is due at this instant, or begin it."""

    @property
    def at_work(self) -> bool:
        """Whether work that was begun goes on."""
        return False

    def join(self, seconds: float) -> bool:
        """Wait until the work that was begun has ended; return False if some has not after so many seconds."""
        return seconds >= 0


@attrs.frozen(eq=False, repr=False)
class Chores:
    """
    Work that is not due at an instant of its own.

    Attributes:
        sweep: Erases what is too old at an instant.
        idle: Does a piece of the work that waits until there is nothing else to do; returns whether there is more.
    """

    sweep: Callable[[Store, int], None]
    idle: Callable[[Store], bool]


class Scheduler:
    """
    Performs the jobs of a running sandbox, each when it is due by the clock.

    Any thread may perform jobs, one thread at a time: the one that moves the clock, or the scheduler's own.
    """

    def __init__(self, store: Store, clock: Callable[[], Clock], jobs: Sequence[Job], chores: Chores) -> None:
        """Take the jobs; `start` begins to perform them."""
        self._store, self._clock, self._jobs, self._chores = store, clock, jobs, chores
        self._working = threading.RLock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emailapi-sandbox-jobs", daemon=True)

    def start(self) -> None:
        """Begin to perform jobs."""
        self._thread.start()

    def close(self) -> None:
        """Perform no more jobs; the one at work ends."""
        self._ended.set()
        self._store.work.set()
        self._store.urgent.set()
        self._thread.join(timeout=5)

    @property
    def running(self) -> bool:
        """Whether jobs are still performed."""
        return not self._ended.is_set()

    def next_due(self) -> datetime | None:
        """Return the time of the next job."""
        found = [at for at, _ in self._due()]
        return moment(min(found)) if found else None

    def _due(self) -> list[tuple[int, Job]]:
        """
        Return the jobs that become due, each with its instant.

        A look at the time must not make anybody read what came by SMTP: that waits until there is nothing else to do.
        """
        with self._store.as_is():
            found = [(job.next_due(self._store), job) for job in self._jobs]
        return [(at, job) for at, job in found if at is not None]

    def perform_due(self, timeout: float = -1) -> bool:
        """
        Perform the jobs that are due, and wait for those that go on.

        Args:
            timeout: Seconds to wait for jobs that are at work, by the time of the machine; -1 for no limit.

        Returns:
            False if jobs were still at work then.
        """
        until = monotonic() + timeout if timeout >= 0 else None
        if not self._working.acquire(timeout=timeout):
            return False
        try:
            while not self._ended.is_set():
                self._begin_due()
                going_on = [job for job in self._jobs if job.at_work]
                if not going_on:
                    break
                seconds = _LOOK if until is None else max(0.0, until - monotonic())
                if not going_on[0].join(seconds) and until is not None:
                    return False
        finally:
            self._working.release()
        return True

    def _begin_due(self) -> None:
        """Perform the jobs that are due, or begin them."""
        while not self._ended.is_set():
            now = micros(self._clock().now())
            due = [(at, job) for at, job in self._due() if at <= now]
            if not due:
                break
            _, first = min(due, key=lambda found: found[0])
            first.perform(self._store, now)

    def sweep(self) -> None:
        """Erase what is kept for a limited time only."""
        with self._working:
            self._chores.sweep(self._store, micros(self._clock().now()))

    def keep_offset(self, offset: timedelta) -> None:
        """Store how far the clock is ahead, and look at the jobs again."""
        with self._store.transaction() as db:
            account.keep_clock_offset(db, offset // timedelta(microseconds=1))

    def keep_move(self, start: datetime, end: datetime) -> None:
        """Store that the clock was moved."""
        with self._store.transaction() as db:
            clock_moves.add(db, micros(start), micros(end))

    def _run(self) -> None:
        swept, idle_at = -_LOOK, -1
        while not self._ended.is_set():
            self._store.work.clear()
            self._store.urgent.clear()
            seen = self._store.revision
            try:
                with self._working:
                    self._begin_due()
                if monotonic() - swept >= _LOOK:
                    swept = monotonic()
                    self.sweep()
                seconds = self._until_next()
                if seen != idle_at:
                    idle_at = seen if self._work_while_quiet(seen, min(seconds, _QUIET)) else idle_at
                    continue
            except StorageFailed as error:
                _log.warning("the sandbox will try again: %s", error)
                seconds = _LOOK
            self._store.work.wait(seconds)

    def _work_while_quiet(self, revision: int, seconds: float) -> bool:
        """Do the work that can wait, if nothing changes for some seconds; return whether all of it is done."""
        if self._store.urgent.wait(seconds):
            return False
        while not self._ended.is_set() and self._store.revision == revision:
            if not self._chores.idle(self._store):
                return True
        return False

    def _until_next(self) -> float:
        due = self.next_due()
        return _LOOK if due is None else min(_LOOK, max(0.0, (due - self._clock().now()).total_seconds()))
