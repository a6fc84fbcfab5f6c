"""Whether and when something is tried again: numbers alone, without a network."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, strategies as st

from emailapi import ConnectionFailed, DeadlineExceeded, DeliveryUnknown, Retry, TransportError
from emailapi._delivery import Attempt, Deadline, Kind, Request, may_repeat, next_wait, run_attempts
from emailapi._delivery.retry import backoff

seconds = st.floats(min_value=0, max_value=1e6)
retries = st.builds(Retry, attempts=st.integers(1, 100), initial=seconds, maximum=seconds)


@given(retry=retries, attempt=st.integers(1, 10_000))
def test_half_of_a_wait_is_fixed_and_half_random(retry, attempt):
    longest = min(retry.maximum, retry.initial * 2.0 ** min(attempt - 1, 60))
    assert longest / 2 <= backoff(retry, attempt) <= longest


def test_waits_of_several_clients_differ():
    """Many that failed at the same moment do not come back at the same moment."""
    waits = {backoff(Retry(initial=1.0), 1) for _ in range(200)}
    assert len(waits) > 100
    assert max(waits) - min(waits) > 0.25


@given(
    retry=retries,
    attempt=st.integers(1, 200),
    asked=st.none() | st.floats(min_value=0, allow_nan=False),
    left=st.floats(min_value=-10, max_value=1e6),
)
def test_the_next_wait_depends_on_attempts_time_and_retry_after(retry, attempt, asked, left):
    """There is no further attempt behind the last, nor one without time; what is asked is the least."""
    wait = next_wait(retry, attempt, asked, left)
    longest = max(min(retry.maximum, retry.initial * 2.0 ** min(attempt - 1, 60)), asked or 0.0)
    if attempt >= retry.attempts:
        assert wait is None
    elif wait is None:
        assert left <= longest
    else:
        assert max(longest / 2 if longest != asked else 0.0, asked or 0.0) <= wait <= longest
        assert wait < left


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
@pytest.mark.parametrize(
    "error, repeated",
    [
        (ConnectionFailed("refused"), list(Kind)),
        (ConnectionFailed("certificate", retryable=False), []),
        (DeliveryUnknown("reset"), [Kind.WRITE]),
        (TransportError("reset"), list(Kind)),  # of a read only: a write is a DeliveryUnknown
        (DeadlineExceeded("over"), list(Kind)),  # no time is left for it
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_safe_requests_are_repeated_after_an_unknown_outcome(kind, error, repeated):
    assert may_repeat(Request("POST", "/x", kind=kind), error) is (kind in repeated)


QUICK = Retry(attempts=3, initial=0.001, maximum=0.001)
REJECTED = Attempt(error=ConnectionFailed("refused"), again=True)


def attempts(*scripted, retry=QUICK, deadline=None):
    """Run scripted attempts; return the last with its number, the numbers that were given, and what was told."""
    left, numbers, told = [*scripted], [], []

    def once(number):
        numbers.append(number)
        return left.pop(0)

    last = run_attempts(once, retry, deadline or Deadline.after(60), lambda *event: told.append(event[:2]))
    return last, numbers, told


def test_attempts_end_with_the_first_final_outcome():
    done = Attempt("value")
    assert attempts(REJECTED, done) == ((done, 2), [1, 2], [(1, REJECTED)])
    rejected = Attempt(error=ConnectionFailed("certificate", retryable=False))
    assert attempts(rejected) == ((rejected, 1), [1], [])


def test_attempts_end_at_the_maximum():
    assert attempts(*[REJECTED] * 5) == ((REJECTED, 3), [1, 2, 3], [(1, REJECTED), (2, REJECTED)])


def test_a_free_attempt_does_not_count():
    free = Attempt(error=ConnectionFailed("stale"), again=True, free=True)
    assert attempts(free, free, REJECTED, free, Attempt("value"))[1] == [1, 1, 1, 2, 2]


def test_no_attempt_follows_if_the_wait_exceeds_the_deadline():
    slow = Attempt(error=ConnectionFailed("busy"), again=True, retry_after=99.0)
    assert attempts(slow) == ((slow, 1), [1], [])


def test_no_attempt_follows_after_the_client_is_closed():
    stopped = threading.Event()
    stopped.set()
    assert attempts(REJECTED, deadline=Deadline.after(60, stopped))[1] == [1]


def test_a_narrowed_deadline_never_ends_later(clock):
    deadline = Deadline.after(5.0)
    assert deadline.left() == 5.0
    assert deadline.sooner(99) == deadline
    assert deadline.sooner(1).left() == 1.0
    assert deadline.may_send()
    clock.advance(5.0)
    assert (deadline.left(), deadline.may_send()) == (0.0, False)
    assert not Deadline.after(-1.0).may_send()
    assert Deadline.after(-1.0).left() < 0


def test_a_pause_lasts_for_its_duration():
    """A pause lasts as long as it is told to, and then there may be a next attempt."""
    began = time.monotonic()
    assert Deadline.after(5.0).pause(0.02)
    assert time.monotonic() - began >= 0.02


def test_a_stopped_pause_ends_early():
    """A pause ends at once when nothing is to be sent any more, and so does what comes of narrowing its deadline."""
    stopped = threading.Event()
    deadline = Deadline.after(60.0, stopped).sooner(50.0)
    assert deadline.pause(0.001)
    threading.Timer(0.02, stopped.set).start()
    began = time.monotonic()
    assert not deadline.pause(40.0)
    assert time.monotonic() - began < 30
    assert not deadline.pause(0)
    assert not deadline.may_send()
    assert deadline.left() > 0
