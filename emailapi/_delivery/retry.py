"""Deadlines, the limits of a call, and the one loop in which attempts are made."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from random import random
from threading import Event
from typing import Generic, TypeVar

import attrs

from .._net import monotonic
from ..errors import EmailAPIError
from ..models.options import Retry

T = TypeVar("T")


@attrs.frozen
class Deadline:
    """
    When a call must be over.

    Attributes:
        at: On the monotonic clock, in seconds.
        stopped: Set when nothing is to be sent any more, whatever time is left.
    """

    at: float
    stopped: Event | None = None

    @classmethod
    def after(cls, seconds: float, stopped: Event | None = None) -> Deadline:
        """Return the deadline that is so many seconds away."""
        return cls(monotonic() + seconds, stopped)

    def left(self) -> float:
        """Return the seconds that are left; below 0 when there are none."""
        return self.at - monotonic()

    def sooner(self, seconds: float) -> Deadline:
        """Return this deadline, or the one that is so many seconds away if that comes first."""
        return Deadline(min(self.at, monotonic() + seconds), self.stopped)

    def may_send(self) -> bool:
        """Return whether there is time to send something, and somebody who wants it."""
        return self.left() > 0 and not (self.stopped and self.stopped.is_set())

    def pause(self, seconds: float) -> bool:
        """Wait so long; return False at once when nothing is to be sent any more."""
        if self.stopped is not None:
            return not self.stopped.wait(seconds)
        time.sleep(seconds)  # whatever it is by now: gevent and eventlet put their own in its place
        return True


@attrs.frozen
class CallContext:
    """
    The limits of one call. What stays the same from call to call stands in the options of a transport.

    Attributes:
        deadline: When the call must be over, look-ups included.
        attempts_until: When the last attempt must be over: sooner than `deadline` for a primary with a fallback.
        max_attempts: The most attempts, whatever a transport's `Retry` says; None for no other limit.
    """

    deadline: Deadline
    attempts_until: Deadline
    max_attempts: int | None = None

    @classmethod
    def after(cls, seconds: float, stopped: Event | None = None, max_attempts: int | None = None) -> CallContext:
        """Return the limits of a call that begins now."""
        deadline = Deadline(monotonic() + seconds, stopped)
        return cls(deadline, deadline, max_attempts)

    def retry(self, retry: Retry) -> Retry:
        """Return when to retry within this call."""
        return at_most(retry, self.max_attempts)


@functools.lru_cache(maxsize=64)
def at_most(retry: Retry, attempts: int | None) -> Retry:
    """Return the numbers with no more attempts than this; None leaves them as they are."""
    return retry if attempts is None else attrs.evolve(retry, attempts=min(attempts, retry.attempts))


def backoff(retry: Retry, attempt: int) -> float:
    """Return how long to wait after an attempt, counted from 1: half of it fixed, so that many do not come at once."""
    longest: float = min(retry.maximum, retry.initial * 2 ** min(attempt - 1, 60))
    return longest * (1 + random()) / 2  # noqa: S311 - spreads load, guards nothing


def next_wait(retry: Retry, attempt: int, asked: float | None, left: float) -> float | None:
    """
    Return the seconds to wait before the next attempt; None when there is none, or no time for it.

    Args:
        retry: The client's numbers.
        attempt: Which attempt failed, from 1.
        asked: The least seconds that the service asks to wait, if it does.
        left: The seconds until the deadline.
    """
    if attempt >= retry.attempts:
        return None
    wait = max(backoff(retry, attempt), asked or 0.0)
    return wait if wait < left else None


@attrs.frozen
class Attempt(Generic[T]):
    """
    What came of one attempt.

    Attributes:
        value: What it brought; None where it failed.
        error: Why it failed; None where it did not.
        again: Whether another attempt can help, and cannot do anything twice.
        retry_after: The least seconds that the service asks to wait before another attempt.
        free: Whether only a persistent connection was gone: the attempt does not count.
    """

    value: T | None = None
    error: EmailAPIError | None = None
    again: bool = False
    retry_after: float | None = None
    free: bool = False


def run_attempts(
    once: Callable[[int], Attempt[T]],
    retry: Retry,
    deadline: Deadline,
    on_retry: Callable[[int, Attempt[T], float], object] | None = None,
) -> tuple[Attempt[T], int]:
    """
    Make attempts until one needs no other, or there may be no other, and return the last and its number.

    Args:
        once: Makes an attempt; it is given its number, from 1.
        retry: How many attempts there are, and the waits between them.
        deadline: When the last attempt must have begun.
        on_retry: Told of each attempt that another follows: its number, the attempt, and the seconds until the next.
    """
    number = 1
    while True:
        attempt = once(number)
        if attempt.free:
            continue
        wait = next_wait(retry, number, attempt.retry_after, deadline.left()) if attempt.again else None
        if wait is None:
            return attempt, number
        if on_retry is not None:
            on_retry(number, attempt, wait)
        if not deadline.pause(wait):
            return attempt, number
        number += 1
