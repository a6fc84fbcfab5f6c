"""Words for instants and durations, as pages show them."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@attrs.frozen
class Instant:
    """
    An instant in words.

    Attributes:
        short: `14:02:51` today, `Thu 18:00` in the last days, else the date.
        whole: Date and time with the zone.
        iso: For programs.
        day: The day, in words.
    """

    short: str
    whole: str
    iso: str
    day: str


@attrs.frozen
class Times:
    """
    Words for instants.

    Attributes:
        now: The time of the sandbox.
    """

    now: datetime
    _local: datetime = attrs.field(init=False)

    @_local.default
    def _by_zone(self) -> datetime:
        return self.now.astimezone()

    def words(self, when: datetime) -> Instant:
        """Return an instant in words, in the time zone of the machine."""
        local, now = when.astimezone(), self._local
        days = now.toordinal() - local.toordinal()
        iso = local.isoformat(timespec="milliseconds")
        clock = iso[11:19]  # without strftime, which takes longer than all else
        if days == 0:
            short = clock
        elif 0 < days < 7:
            short = f"{_DAYS[local.weekday()][:3]} {clock[:5]}"
        else:
            short = f"{local.day} {_MONTHS[local.month - 1][:3]}" + (f" {local.year}" if local.year != now.year else "")
        date = f"{local.day} {_MONTHS[local.month - 1]}"
        day = "Today" if days == 0 else f"{_DAYS[local.weekday()]}, {date}"
        if local.year != now.year:
            day = f"{day} {local.year}"
        whole = f"{date} {local.year}, {clock} {local.tzname()}, by the clock of the sandbox"
        return Instant(short, whole, iso, day)


def ahead(offset: timedelta) -> str:
    """Return how far a clock is ahead, as `+2 d 4 h`; empty for less than a second."""
    seconds = round(offset.total_seconds())
    if seconds < 1:
        return ""
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return "+" + " ".join(parts[:2])
