"""
Dates of the service.

The service writes ISO 8601 in five shapes (contract section 1.1), and reads dates in queries, which have no time zone,
as US Eastern time.
"""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta, tzinfo

EASTERN_NAME = "America/New_York"


@functools.cache
def _eastern() -> tzinfo:
    """Load the time zone on first use: most programs never filter by date."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(EASTERN_NAME)


def parse_date(value: object) -> datetime | None:
    """
    Parse a date and time of the service.

    Fractions beyond microseconds are cut off. A text without a time zone is US Eastern time, as in queries.

    Returns:
        The time in UTC, or None if the value is not a valid date.
    """
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is UTC:
            return parsed
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=_eastern())).astimezone(UTC)
    except (ValueError, OverflowError):  # close to the minimum and maximum there is no UTC time
        return None


def parse_day(value: object) -> date | None:
    """Parse the date at the beginning of a text (`2014-01-01`, or any longer shape); None if there is none."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def eastern_date(value: date | str, *, end: bool) -> str:
    """
    Write one end of a date range for a query.

    An aware datetime is converted to Eastern time. A plain date, which the service reads as an Eastern day, and a text
    are sent as they are. The service compares whole seconds: the end of a range is rounded up, so that no record in it
    is left out.

    Args:
        value: The date.
        end: Whether this is the end of the range.

    Raises:
        TypeError: The value is not a date.
        ValueError: The value is a datetime without a time zone, which could mean any.
        OverflowError: The datetime is too close to the minimum or maximum to be converted to Eastern time.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if not isinstance(value, datetime):
        if not isinstance(value, date):
            raise TypeError(f"must be a date, got {type(value).__name__}")
        return value.isoformat()
    if value.utcoffset() is None:
        raise ValueError(
            f"a datetime must have a time zone, got {value.isoformat()}: use datetime.now(timezone.utc), or "
            ".astimezone() for one in local time"
        )
    local = _to_eastern(value)
    if end and local.microsecond:
        # By wall-clock time: 1:59:59 in autumn is followed by 2:00, since 1:00 could be read as an hour earlier.
        local = _to_eastern(local + timedelta(seconds=1))
    return local.replace(microsecond=0, tzinfo=None).isoformat()


def _to_eastern(value: datetime) -> datetime:
    """Convert to Eastern time by way of UTC, which corrects a local time that the clock skips in spring."""
    return value.astimezone(UTC).astimezone(_eastern())


def write_from_date(value: date | str) -> str:
    """Write the start of a date range."""
    return eastern_date(value, end=False)


def write_to_date(value: date | str) -> str:
    """Write the end of a date range."""
    return eastern_date(value, end=True)


def eastern_day(value: date | str) -> str:
    """Write a day for a query that only knows whole days; of an aware datetime, its day in Eastern time."""
    return eastern_date(value, end=False)[:10]
