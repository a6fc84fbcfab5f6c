"""Deadlines, the limits of a call, and the loop of attempts."""

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


# These objects are created for each call, and are not frozen: attrs sets each field of a frozen object by a call.
@attrs.define
class Deadline:
    """
    The time when a call must have ended; never changed.

    Attributes:
        at: The time on the monotonic clock, in seconds.
        stopped: Set when nothing more is to be sent, whatever time is left.
    """

    at: float
    stopped: Event | None = None

    @classmethod
    def after(cls, seconds: float, stopped: Event | None = None) -> Deadline:
        """Return the deadline that is so many seconds away."""
        return cls(monotonic() + seconds, stopped)

    def left(self) -> float:
        """Return the seconds that are left; below 0 after the deadline."""
        return self.at - monotonic()

    def sooner(self, seconds: float) -> Deadline:
        """Return this deadline, or the one that is so many seconds away if that comes first."""
        return Deadline(min(self.at, monotonic() + seconds), self.stopped)

    def may_send(self) -> bool:
        """Return whether there is time to send, and the call was not stopped."""
        return self.left() > 0 and not (self.stopped and self.stopped.is_set())

    def pause(self, seconds: float) -> bool:
        """Wait so long; return False at once when the call is stopped."""
        if self.stopped is not None:
            return not self.stopped.wait(seconds)
        time.sleep(seconds)  # looked up at each call: gevent and eventlet replace it
        return True


@attrs.define(eq=False)
class CallContext:
    """
    The limits of one call; never changed. Limits that stay the same from call to call are options of a transport.

    Attributes:
        deadline: When the call must have ended, including look-ups.
        attempts_until: When the last attempt must have ended: before `deadline` for a primary with a fallback.
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
        """Return the retries that are allowed within this call."""
        return at_most(retry, self.max_attempts)


@functools.lru_cache(maxsize=64)
def at_most(retry: Retry, attempts: int | None) -> Retry:
    """Return a `Retry` with at most this number of attempts; None changes nothing."""
    return retry if attempts is None else attrs.evolve(retry, attempts=min(attempts, retry.attempts))


def backoff(retry: Retry, attempt: int) -> float:
    """Return the seconds to wait after an attempt, from 1: half of them random, so that many clients spread out."""
    longest: float = min(retry.maximum, retry.initial * 2 ** min(attempt - 1, 60))
    return longest * (1 + random()) / 2  # noqa: S311 - spreads load, guards nothing


def next_wait(retry: Retry, attempt: int, asked: float | None, left: float) -> float | None:
    """
    Return the seconds to wait before the next attempt; None if there is none, or no time for it.

    Args:
        retry: The client's numbers.
        attempt: Number of the failed attempt, from 1.
        asked: The least seconds to wait that the service requested, if any.
        left: The seconds until the deadline.
    """
    if attempt >= retry.attempts:
        return None
    wait = max(backoff(retry, attempt), asked or 0.0)
    return wait if wait < left else None


@attrs.define(eq=False)
class Attempt(Generic[T]):
    """
    The result of one attempt.

    Attributes:
        value: The value of a success; None if the attempt failed.
        error: The error; None if the attempt succeeded.
        again: Whether another attempt can help, and nothing can happen twice.
        retry_after: The least seconds to wait before another attempt, as requested by the service.
        free: Whether the attempt does not count, because it only found a persistent connection closed.
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
    Make attempts until one succeeds or no other is allowed, and return the last attempt and its number.

    Args:
        once: Makes an attempt; it is given its number, from 1.
        retry: The number of attempts, and the waits between them.
        deadline: When the last attempt must have begun.
        on_retry: Called before each further attempt: with the number, the attempt, and the seconds to wait.
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
