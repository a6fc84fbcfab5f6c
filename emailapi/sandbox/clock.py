"""What time it is in the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """
    The one place that the sandbox takes its time from, so that a test can put another in its place.

    Example: `sandbox.clock = FixedClock(...)` before `start()`, with any object that has this `now`.
    """

    def now(self) -> datetime:
        """Return the instant, with its zone."""
        return datetime.now(UTC)
