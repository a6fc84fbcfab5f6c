"""
The service's dates.

It writes ISO 8601 in five shapes (api-contract section 1.1) and reads query dates without a zone, as US Eastern time.
"""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta, tzinfo

EASTERN_NAME = "America/New_York"


@functools.cache
def _eastern() -> tzinfo:
    """Load the zone at its first use: most programs never ask for a date range."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(EASTERN_NAME)


def parse_date(value: object) -> datetime | None:
    """
    Return the instant that one of the service's date texts names, in UTC, or None when it names none.

    Fractions beyond microseconds are cut. A text without a zone is Eastern time, as it is in the service's queries.
    """
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is UTC:
            return parsed
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=_eastern())).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last hours of time have no UTC reading
        return None


def parse_day(value: object) -> date | None:
    """Return the day that a text names (`2014-01-01`, or any longer shape), or None when it names none."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def eastern_date(value: date | str, *, end: bool) -> str:
    """
    Write one end of a query's date range as the service reads it.

    An aware datetime is converted to Eastern time; a plain date, which the service takes for an Eastern day, and a text
    are sent as they are. The service knows whole seconds: the end of a range is rounded up, so that no record in it is
    left out.

    Raises:
        TypeError: The value is no date.
        ValueError: The value is a datetime without a zone: of which zone its author thought cannot be told.
        OverflowError: The datetime lies at the end of time, and has no Eastern reading.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if not isinstance(value, datetime):
        if not isinstance(value, date):
            raise TypeError(f"expected a date, got {type(value).__name__}")
        return value.isoformat()
    if value.utcoffset() is None:
        raise ValueError(
            f"a datetime must have a time zone, got {value.isoformat()}: use datetime.now(timezone.utc), or "
            ".astimezone() for one in local time"
        )
    local = _on_eastern_clock(value)
    if end and local.microsecond:
        # By the clock: from autumn's first 1:59:59 on to 2:00, not back to 1:00, which may be read as an hour earlier.
        local = _on_eastern_clock(local + timedelta(seconds=1))
    return local.replace(microsecond=0, tzinfo=None).isoformat()


def _on_eastern_clock(value: datetime) -> datetime:
    """By way of UTC: a time of the zone's own that the clock skips in spring would come through as it is."""
    return value.astimezone(UTC).astimezone(_eastern())


def write_from_date(value: date | str) -> str:
    """Write the beginning of a range."""
    return eastern_date(value, end=False)


def write_to_date(value: date | str) -> str:
    """Write the end of a range."""
    return eastern_date(value, end=True)


def eastern_day(value: date | str) -> str:
    """Write a day for a query that knows whole days only: an aware datetime's day in Eastern time."""
    return eastern_date(value, end=False)[:10]
