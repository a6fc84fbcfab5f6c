"""Counts: `client.stats`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..errors import InvalidResponse
from ..models.stats import (
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    Daily,
    NamedStats,
    OpenPlatformStats,
    OpenStats,
    SendStats,
    SpamStats,
    StatsFilters,
    StatsOverview,
    TrackedStats,
)
from ..wire import read, write_query
from ._resource import Resource, encode_query

if TYPE_CHECKING:
    from typing import Unpack

D = TypeVar("D", bound=Daily)
T = TypeVar("T")


class Stats(Resource):
    """
    What one server sent, in numbers, of all streams unless one is named.

    Every call raises `InvalidArgument` for a filter it does not have, and `InvalidRequest` for dates that the service
    refuses, as one more than a year ago.
    """

    def overview(self, **filters: Unpack[StatsFilters]) -> StatsOverview:
        """Return all counts at once."""
        return self._stats("", filters, lambda value: read(value, StatsOverview))

    def sends(self, **filters: Unpack[StatsFilters]) -> SendStats:
        """Return how many mails were sent."""
        return self._daily("/sends", SendStats, filters)

    def bounces(self, **filters: Unpack[StatsFilters]) -> BounceStats:
        """Return how many came back, by type."""
        return self._daily("/bounces", BounceStats, filters)

    def spam(self, **filters: Unpack[StatsFilters]) -> SpamStats:
        """Return how many complaints there were."""
        return self._daily("/spam", SpamStats, filters)

    def tracked(self, **filters: Unpack[StatsFilters]) -> TrackedStats:
        """Return how many mails were sent with tracking."""
        return self._daily("/tracked", TrackedStats, filters)

    def opens(self, **filters: Unpack[StatsFilters]) -> OpenStats:
        """Return how many opens there were."""
        return self._daily("/opens", OpenStats, filters)

    def open_platforms(self, **filters: Unpack[StatsFilters]) -> OpenPlatformStats:
        """Return the opens by kind of program."""
        return self._daily("/opens/platforms", OpenPlatformStats, filters)

    def email_clients(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """Return the opens by mail program."""
        return self._named("/opens/emailclients", filters)

    def read_times(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """Return the opens by how long they were read; the service no longer documents this."""
        return self._named("/opens/readtimes", filters)

    def clicks(self, **filters: Unpack[StatsFilters]) -> ClickStats:
        """Return how many clicks there were."""
        return self._daily("/clicks", ClickStats, filters)

    def browser_families(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """Return the clicks by browser."""
        return self._named("/clicks/browserfamilies", filters)

    def click_platforms(self, **filters: Unpack[StatsFilters]) -> ClickPlatformStats:
        """Return the clicks by kind of program."""
        return self._daily("/clicks/platforms", ClickPlatformStats, filters)

    def click_locations(self, **filters: Unpack[StatsFilters]) -> ClickLocationStats:
        """Return the clicks by version of the mail."""
        return self._daily("/clicks/location", ClickLocationStats, filters)

    def _daily(self, kind: str, record: type[D], filters: StatsFilters) -> D:
        return self._stats(kind, filters, lambda value: _with_days(value, lambda one: read(one, record)))

    def _named(self, kind: str, filters: StatsFilters) -> NamedStats:
        return self._stats(kind, filters, lambda value: _with_days(value, _counts))

    def _stats(self, kind: str, filters: StatsFilters, reading: Callable[[Any], T]) -> T:
        return self._get(f"/stats/outbound{kind}", encode_query(write_query(StatsFilters, filters)), reading)


def _with_days(value: Any, reading: Callable[[Any], D]) -> D:
    total = reading(value)
    days = value.get("Days")
    if days is not None and not isinstance(days, list):
        raise InvalidResponse(f"{type(total).__name__}.days: expected a list, got {type(days).__name__}")
    return total.with_days(reading(day) for day in days or ())


def _counts(value: Any) -> NamedStats:
    """Read counts whose names are not known beforehand: all that is a number."""
    stats = read(value, NamedStats)
    counts = {name: int(count) for name, count in value.items() if str(count).isdecimal()}
    return attrs.evolve(stats, counts=counts)
