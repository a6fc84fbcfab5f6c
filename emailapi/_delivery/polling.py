"""Looking up emails with unknown outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..models.options import Retry
from .retry import Deadline, backoff

T = TypeVar("T")

# The index of the service's search may lag; the documentation does not say how much (contract section 9).
LOOK_UP_SECONDS = 10.0
PACE = Retry(attempts=100, initial=0.1, maximum=1.5)


def look_up(search: Callable[[Deadline], tuple[T | None, float]], deadline: Deadline) -> T | None:
    """
    Search repeatedly, with growing pauses, until something is found, the deadline passes, or the call is stopped.

    An empty search proves nothing: an accepted email may not be in the index yet.

    Args:
        search: Takes a deadline; returns its result, and the least seconds until the next search.
        deadline: The deadline of the call.
    """
    until = deadline.sooner(LOOK_UP_SECONDS)
    attempt = 0
    while until.left() > 0:
        attempt += 1
        found, asked = search(until)
        if found is not None or asked >= until.left():
            return found
        wait = min(max(backoff(PACE, attempt), asked), until.left())
        if wait > 0 and not until.pause(wait):
            return None
    return None
