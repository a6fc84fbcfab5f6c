"""Looking up what became of a mail whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..models.options import Retry
from .retry import Deadline, backoff

T = TypeVar("T")

# The service's search may lag behind what it accepted; how far is not documented (api-contract section 9).
LOOK_UP_SECONDS = 10.0
PACE = Retry(attempts=100, initial=0.1, maximum=1.5)


def look_up(search: Callable[[Deadline], tuple[T | None, float]], deadline: Deadline) -> T | None:
    """
    Search again and again, with growing pauses, until something is found, the time is over or nobody waits any more.

    Not finding anything proves nothing: what was accepted may not be in the index yet.

    Args:
        search: Is given when it must be over; gives what it found, and the least seconds until it may be called again.
        deadline: The call's.
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
