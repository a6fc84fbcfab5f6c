"""Sends requests to webhooks when they are due, at most four at once, those for one message in their order."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..._net import monotonic
from ...errors import ConfigurationError
from ..clock import Clock
from ..faults import Faults
from ..forks import imports
from ..instants import micros
from ..scheduler import Job
from ..store import Row, StorageFailed, Store
from ..tables import webhook_requests
from .orders import Outcome
from .results import keep_result
from .sending import Sending, failed_by_fault, sending_of
from .targets import Targets
from .timetable import Timetable

if TYPE_CHECKING:
    from .exchange import Line

_log = logging.getLogger("emailapi.sandbox")

AT_ONCE = 4
# Seconds without attempts after the database could not be read or written.
_PAUSE = 5.0


class Runner(Job):
    """The job that posts to webhooks."""

    def __init__(self, clock: Callable[[], Clock], targets: Targets, timetable: Timetable, faults: Faults) -> None:
        """Post to these targets, by this timetable."""
        self._clock, self._targets, self._timetable, self._faults = clock, targets, timetable, faults
        self._changed = threading.Condition()
        self._busy: set[int] = set()
        self._workers = 0
        self._lines: set[Line] = set()
        self._paused_until = 0.0
        self._closed = False

    def next_due(self, store: Store) -> int | None:
        """Return the instant of the next attempt that may begin, or None."""
        with self._changed:
            if self._workers >= AT_ONCE or self._closed or monotonic() < self._paused_until:
                return None
            busy = self._busy_json()
        with store.transaction(writing=False) as db:
            return webhook_requests.next_due(db, busy)

    def perform(self, store: Store, now: int) -> None:
        """Begin an attempt in a thread, which goes on with all others that are due."""
        request = self._claim(store, now)
        if request is None:
            return
        with self._changed:
            self._workers += 1
        try:
            threading.Thread(
                target=self._work, args=(store, request), name="emailapi-sandbox-webhooks", daemon=True
            ).start()
        except RuntimeError as error:  # there are too many threads
            _log.warning("the sandbox will try again: %s", error)
            self._paused_until = monotonic() + _PAUSE
            self._end_worker(request)

    def tries(self, kind: str) -> int:
        """Return how many attempts there are of a request of a kind that is never accepted."""
        return len(self._timetable.minutes(kind)) + 1

    @property
    def at_work(self) -> bool:
        """Whether attempts are under way."""
        return bool(self._busy or self._workers)

    def join(self, seconds: float) -> bool:
        """Wait until no attempt is under way; return False if some were still after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.at_work, timeout=seconds)

    def close(self) -> None:
        """Break off what is under way: it is sent again when the sandbox next starts from its file."""
        with self._changed:
            self._closed = True
            lines = [*self._lines]
        for line in lines:
            line.end()
        self.join(5)

    def post_now(self, store: Store, request: int, *, scheduled: bool) -> int | None:
        """
        Post a request now, in this thread, and return the id of the attempt.

        Args:
            store: The database.
            request: The request's id.
            scheduled: Whether this is the next attempt of the timetable; otherwise the timetable goes on as before.

        Returns:
            None if there is no such request, it has no target, or a scheduled one does not wait for an attempt.
        """
        with self._changed:
            self._changed.wait_for(lambda: request not in self._busy or self._closed)
            self._busy.add(request)
        try:
            with store.transaction(writing=False) as db:
                row = webhook_requests.by_id(db, request)
            if row is None or (scheduled and row["due_at"] is None):
                return None
            return self._attempt(store, row, manual=True, scheduled=scheduled)
        finally:
            self._release(request)

    def post_once(self, sending: Sending) -> Outcome:
        """Send a request that is not stored, and return the result."""
        failed = failed_by_fault(sending, self._faults)
        if failed is not None:
            return failed
        with imports:
            from .exchange import Line, send  # only now: urllib3 takes long to import, and most sandboxes need none

        line = Line(sending.order.timeout)
        with self._changed:
            self._lines.add(line)
            if self._closed:
                line.end()
        try:
            return send(sending.order, self._targets, line)
        finally:
            with self._changed:
                self._lines.discard(line)

    def _busy_json(self) -> str:
        return json.dumps([*self._busy])

    def _claim(self, store: Store, now: int) -> Row | None:
        """Return a request that is due, which no other thread takes from now on."""
        with self._changed:
            if self._closed:
                return None
            with store.transaction(writing=False) as db:
                row = webhook_requests.first_due(db, now, self._busy_json())
            if row is not None:
                self._busy.add(row["id"])
            return row

    def _release(self, request: int) -> None:
        with self._changed:
            self._busy.discard(request)
            self._changed.notify_all()

    def _end_worker(self, request: Row | None) -> None:
        with self._changed:
            self._workers -= 1
            if request is not None:
                self._busy.discard(request["id"])
            self._changed.notify_all()

    def _work(self, store: Store, request: Row | None) -> None:
        try:
            while request is not None:
                self._attempt(store, request, manual=False, scheduled=True)
                done, request = request, None  # released, it may be claimed by another worker
                self._release(done["id"])
                request = self._claim(store, micros(self._clock().now()))
        except StorageFailed as error:
            _log.warning("the sandbox will try again: %s", error)
            self._paused_until = monotonic() + _PAUSE
        except ConfigurationError:
            _log.debug("the sandbox was closed")
        finally:
            self._end_worker(request)

    def _attempt(self, store: Store, request: Row, *, manual: bool, scheduled: bool) -> int | None:
        """Send a request, and store the result; return the id of the attempt, None if there was none."""
        at = micros(self._clock().now())
        with store.transaction(writing=False) as db:
            sending = sending_of(db, request, self._timetable)
        if sending is None:
            with store.transaction() as db:
                webhook_requests.change(db, request["id"], due_at=None)
            return None
        outcome = self.post_once(sending)
        if self._closed:
            return None
        with store.transaction() as db:
            return keep_result(
                db, self._timetable, request["id"], sending, outcome, at, manual=manual, scheduled=scheduled
            )
