"""When a request to a webhook is tried again (contract section 6.1)."""

from __future__ import annotations

from datetime import timedelta

import attrs

from ...errors import ConfigurationError

INBOUND = "Inbound"
_MINUTE = timedelta(minutes=1) // timedelta(microseconds=1)
_BOUNCES = ("Bounce", "SpamComplaint")
# The minutes between one try and the next.
_TEN_RETRIES = (1, 5, 10, 10, 10, 15, 30, 60, 120, 360)
_SIX_RETRIES = (1, 5, 10, 10, 10, 15)
_THREE_RETRIES = (1, 5, 15)
# Responses after which the service of 2026 tries again, beside all from 500.
_PASSING = frozenset({408, 429})


@attrs.frozen
class Timetable:
    """
    One of the two timetables that the service's documentation has had.

    Attributes:
        year: `2026`, or `2019` for the older one.
    """

    year: str

    def __attrs_post_init__(self) -> None:
        """Check the year."""
        if self.year not in ("2026", "2019"):
            raise ConfigurationError(f"webhook_schedule must be '2026' or '2019', got {self.year!r}")

    def minutes(self, kind: str) -> tuple[int, ...]:
        """Return the minutes between the tries of a request of a kind: a trigger, or `Inbound`."""
        if kind == INBOUND or (self.year == "2019" and kind in _BOUNCES):
            return _TEN_RETRIES
        return _SIX_RETRIES if self.year == "2026" else _THREE_RETRIES

    def retries_remaining(self, kind: str, tries: int) -> int:
        """Return how many tries there are after the next one; `tries` were made before."""
        return max(0, len(self.minutes(kind)) - tries)

    def next_try(self, kind: str, status: int | None, tries: int, at: int) -> int | None:
        """
        Return the instant of the next try; None if there is none.

        Args:
            kind: The kind of the request.
            status: The status of the response to the last try; None for no response.
            tries: How many tries were made, with the last one.
            at: The instant of the last try.
        """
        minutes = self.minutes(kind)
        if tries > len(minutes) or not self._passes(kind, status):
            return None
        return at + minutes[tries - 1] * _MINUTE

    def _passes(self, kind: str, status: int | None) -> bool:
        """Return whether a failure may pass, so that the request is tried again."""
        if status is None:
            return True
        if status == 403 or is_accepted(kind, status):
            return False
        return kind == INBOUND or self.year == "2019" or status >= 500 or status in _PASSING


def is_accepted(kind: str, status: int | None) -> bool:
    """Return whether a webhook has accepted a request; one for inbound emails must respond with 200 and no other."""
    return status == 200 if kind == INBOUND else status is not None and 200 <= status < 300
