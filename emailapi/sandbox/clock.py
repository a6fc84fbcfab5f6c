"""The time in the sandbox, which tests move on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypedDict

from .._hints import unknown_name_message
from ..errors import ConfigurationError, InvalidArgument, WaitTimeout
from .arguments import seconds

if TYPE_CHECKING:
    from typing import Unpack

# All that is computed from the time, such as when a stream is purged, must be a date, too; and the clock goes on.
_LAST_YEAR = 9000


class Duration(TypedDict, total=False):
    """
    A span of time, by the arguments of `datetime.timedelta`.

    Attributes:
        weeks: Weeks.
        days: Days of 24 hours.
        hours: Hours.
        minutes: Minutes.
        seconds: Seconds.
        milliseconds: Thousandths of a second.
        microseconds: Millionths of a second.
    """

    weeks: float
    days: float
    hours: float
    minutes: float
    seconds: float
    milliseconds: float
    microseconds: float


class Jobs(Protocol):
    """The jobs of a running sandbox that wait for their time."""

    @property
    def running(self) -> bool:
        """Whether the sandbox is still running."""

    def perform_due(self, timeout: float = ...) -> bool:
        """Perform the jobs that are due; return False if other jobs were still at work after `timeout` seconds."""

    def next_due(self) -> datetime | None:
        """Return the time of the next job."""

    def sweep(self) -> None:
        """Erase what is kept for a limited time only."""

    def keep_offset(self, offset: timedelta) -> None:
        """Store how far the clock is ahead, and look at the jobs again."""

    def keep_move(self, start: datetime, end: datetime) -> None:
        """Store that the clock was moved from one time to another."""


class Clock:
    """
    The clock of a sandbox.

    All times in the sandbox come from it: dates of messages and events, days of statistics, retention, deliveries.

    At first it shows the time of the machine. It only goes forward; how far it is ahead is kept in the data file::

        sandbox.clock.freeze()
        client.outbound.send(email)
        sandbox.clock.advance(days=46)  # longer than messages are kept
        sandbox.clock.run()
    """

    _offset = timedelta()
    _frozen: datetime | None = None
    _jobs: Jobs | None = None

    def __init__(self) -> None:
        """Create a clock that shows the time of the machine."""
        self._moving = threading.RLock()

    def __repr__(self) -> str:
        """Return the time and how it goes."""
        state = "frozen" if self.frozen else "running"
        return f"<{type(self).__name__} {self.now().isoformat(timespec='seconds')}, {state}>"

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def now(self) -> datetime:
        """Return the time in the sandbox, in UTC."""
        frozen = self._frozen
        return datetime.now(UTC) + self._offset if frozen is None else frozen

    def advance(self, **duration: Unpack[Duration]) -> datetime:
        """
        Move the clock forward, and return the new time.

        The clock stops at each job that becomes due on the way, such as the delivery of a queued email: the job sees
        the time that it was due at. All such jobs have ended when the call returns.

        Args:
            **duration: Keys of `Duration`, as for `datetime.timedelta`: `weeks`, `days`, `hours`, `minutes`, `seconds`,
                `milliseconds` and `microseconds`.

        Raises:
            InvalidArgument: The duration is negative, not a number, or ends after the year 9000.
        """
        unknown = [name for name in duration if name not in Duration.__annotations__]
        if unknown:
            message = unknown_name_message(unknown[0], dict.fromkeys(Duration.__annotations__), "unit of time")
            raise InvalidArgument(message, argument=unknown[0])
        try:
            return self._move(lambda now: now + timedelta(**duration), "duration")
        except (TypeError, OverflowError, ValueError) as error:
            if isinstance(error, InvalidArgument):
                raise
            raise InvalidArgument(
                f"the clock cannot be advanced by {duration!r}: {error}", argument="duration"
            ) from None

    def set(self, at: datetime) -> datetime:
        """
        Move the clock forward to an instant, as `advance` does, and return the new time.

        Args:
            at: The instant, with a time zone.

        Raises:
            InvalidArgument: The instant is before the time in the sandbox or after the year 9000, or has no time zone.
        """
        if not isinstance(at, datetime) or at.utcoffset() is None:
            raise InvalidArgument(f"at must be a datetime with a time zone, got {at!r:.80}", argument="at")
        try:
            instant = at.astimezone(UTC)
        except OverflowError:
            raise InvalidArgument(f"at is not a date in UTC, got {at!r:.80}", argument="at") from None
        return self._move(lambda _now: instant, "at")

    def freeze(self) -> datetime:
        """Stop the clock, and return the time that it shows from now on."""
        with self._moving:
            self._frozen = self.now()
            return self._frozen

    def run(self) -> datetime:
        """Let a frozen clock go on from the time that it shows, and return this time."""
        with self._moving:
            if self._frozen is not None:
                self._show(self._frozen, frozen=False)
            return self.now()

    def wait_idle(self, timeout: float = 5) -> None:
        """
        Wait until all jobs that are due have been performed.

        Args:
            timeout: Seconds to wait for a job that is at work, by the time of the machine.

        Raises:
            WaitTimeout: A job did not end in time.
            InvalidArgument: `timeout` is not a number of seconds.
        """
        timeout = seconds(timeout, "timeout")
        if self._jobs is not None and not self._jobs.perform_due(timeout):
            raise WaitTimeout(f"the sandbox was still at work after {timeout:g} s: a webhook has not responded yet")

    def _move(self, to: Callable[[datetime], datetime], argument: str) -> datetime:
        with self._moving:
            start, was_frozen = self.now(), self._frozen is not None
            target = to(start)
            if target < start:
                raise InvalidArgument(
                    f"the clock only goes forward: it shows {start.isoformat()}, got {target.isoformat()}",
                    argument=argument,
                )
            if target.year > _LAST_YEAR:
                raise InvalidArgument(
                    f"the clock goes to the year {_LAST_YEAR}, got {target.isoformat()}", argument=argument
                )
            self._show(start, frozen=True)
            try:
                self._visit_jobs(target)
            finally:
                self._show(target, frozen=was_frozen)
            if self._jobs is not None:
                self._jobs.keep_move(start, target)
                self._jobs.perform_due()
                self._jobs.sweep()
            return target

    def _visit_jobs(self, target: datetime) -> None:
        """Stop at each job that is due until the target."""
        while self._jobs is not None:
            self._jobs.perform_due()
            due = self._jobs.next_due()
            if due is None or due > target:
                return
            self._show(max(due, self.now()), frozen=True)

    def _show(self, time: datetime, *, frozen: bool) -> None:
        self._offset = time - datetime.now(UTC)
        self._frozen = time if frozen else None
        if self._jobs is not None:
            self._jobs.keep_offset(self._offset)

    def attach(self, jobs: Jobs | None, offset: timedelta = timedelta()) -> None:
        """
        Take the jobs of a sandbox. The sandbox calls this method.

        Args:
            jobs: The jobs; None if the sandbox does not run.
            offset: How far its clock is ahead of the real time.

        Raises:
            ConfigurationError: The clock is that of another sandbox, which is running.
        """
        taken = self._jobs
        if taken is not None and taken is not jobs and taken.running:
            raise ConfigurationError("the clock belongs to another sandbox that is running: each needs its own clock")
        self._jobs = jobs
        if offset and not self._offset:
            self._offset = offset

    def detach(self, jobs: Jobs | None) -> None:
        """Leave the jobs of a sandbox that has another clock from now on. The sandbox calls this method."""
        if self._jobs is jobs:
            self._jobs = None
