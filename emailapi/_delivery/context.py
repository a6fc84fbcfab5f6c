"""The limits of one call."""

from __future__ import annotations

from threading import Event

import attrs

from ..models.options import Retry
from .retry import Deadline, at_most


@attrs.frozen
class CallContext:
    """
    The limits of one call; what stays the same from call to call stands in the options of a transport.

    Attributes:
        deadline: When the call must be over, look-ups included.
        attempts_until: When the last attempt must be over: sooner than `deadline` where a fallback waits for its turn.
        max_attempts: At most so many attempts, whatever a transport's `Retry` says; None for no other limit.
    """

    deadline: Deadline
    attempts_until: Deadline
    max_attempts: int | None = None

    @classmethod
    def after(cls, seconds: float, stopped: Event | None = None, max_attempts: int | None = None) -> CallContext:
        """Return the limits of a call that begins now."""
        deadline = Deadline.after(seconds, stopped)
        return cls(deadline, deadline, max_attempts)

    def retry(self, retry: Retry) -> Retry:
        """Return when to retry within this call."""
        return at_most(retry, self.max_attempts)
