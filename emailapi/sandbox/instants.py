"""
Instants: whole microseconds since 1970 in the database, the service's texts outside.

The service writes Eastern time with seven digits of a second, and reads query dates without a zone as Eastern time
(contract section 1.1).
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..wire import EASTERN_NAME

_EASTERN = ZoneInfo(EASTERN_NAME)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FOREVER = 1 << 62
# The service accepts days without leading zeros (contract section 12.1).
_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
# Without hour 24, which newer Pythons take for the next day's first.
_MOMENT = re.compile(
    r"(\d{4}-\d\d?-\d\d?)T((?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)


def micros(when: datetime) -> int:
    """Return how an aware moment stands in the database."""
    return (when - _EPOCH) // _MICROSECOND


def moment(instant: int) -> datetime:
    """Return the moment, in UTC, that stands in the database as `instant`."""
    return _EPOCH + instant * _MICROSECOND


@functools.lru_cache(1024)  # a batch has one instant
def wire_text(instant: int) -> str:
    """Return the service's longest shape, which a client must be able to read: `2014-02-17T07:25:01.4178640-05:00`."""
    local = moment(instant).astimezone(_EASTERN)
    text = local.isoformat(timespec="microseconds")
    return f"{text[:26]}0{text[26:]}"


def eastern_day(when: datetime) -> date:
    """Return the day that an aware moment falls on where the service counts days."""
    return when.astimezone(_EASTERN).date()


def read_day(text: str) -> date | None:
    """Return the day that `2014-02-17` or `2014-2-17` names, or None for any other text."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def _readings(local: datetime) -> list[int]:
    """Return the instants that a naive Eastern time may mean: two in autumn's repeated hour and in spring's gap."""
    return [micros(local.replace(tzinfo=_EASTERN, fold=fold)) for fold in (0, 1)]


def _moments(text: str) -> tuple[list[int], int] | None:
    """Return the instants that a text with a time may mean, and how long each lasts."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    date_text, clock, fraction, zone = found.groups()
    day = read_day(date_text)
    if day is None:
        return None
    try:
        local = datetime.combine(day, time.fromisoformat(clock))
        if zone:
            offset = "+00:00" if zone in "Zz" else zone
            readings = [micros(datetime.fromisoformat(local.isoformat() + offset))]
        else:
            readings = _readings(local)
    except (ValueError, OverflowError):
        return None
    if fraction is None:
        return readings, 1_000_000
    part = int(fraction.ljust(7, "0")[:6])
    return [reading + part for reading in readings], 1


def range_start(text: str) -> int | None:
    """Return the first instant of a range that begins at `text` (the earlier reading), or None for no date."""
    day = read_day(text)
    if day is not None:
        return min(_readings(datetime.combine(day, datetime.min.time())))
    found = _moments(text)
    return min(found[0]) if found else None


def range_end(text: str) -> int | None:
    """Return the first instant behind a range that ends with `text`, inclusive (the later reading), or None."""
    day = read_day(text)
    if day is not None:
        if day == date.max:
            return _FOREVER
        return max(_readings(datetime.combine(day + timedelta(days=1), datetime.min.time())))
    found = _moments(text)
    return max(found[0]) + found[1] if found else None
