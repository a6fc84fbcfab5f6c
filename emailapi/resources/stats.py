"""Statistics: `client.stats`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, Unpack

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

D = TypeVar("D", bound=Daily)
T = TypeVar("T")


class Stats(Resource):
    """
    Statistics of a server: how many emails were sent, bounced, opened and clicked.

    All methods accept the same filters, the keys of `StatsFilters`. They count all message streams unless one is given,
    by US Eastern days, and each recipient counts as one. Every method raises `InvalidArgument` for an unknown or
    invalid filter, and `InvalidRequest` for dates that the service rejects, such as a `from_date` more than one year
    ago (code 1500). It can also raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and
    `TransportError`.

    Example:
        >>> client.outbound.send({"to": ["jane@example.com", "joe@example.com"], "text_body": "Hello"}).message
        'OK'
        >>> client.stats.overview().sent
        2
        >>> [day.sent for day in client.stats.sends().days]
        [2]
    """

    def overview(self, **filters: Unpack[StatsFilters]) -> StatsOverview:
        """
        Return all counts of a period at once.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._stats("", filters, lambda value: read(value, StatsOverview))

    def sends(self, **filters: Unpack[StatsFilters]) -> SendStats:
        """
        Return the number of emails sent, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/sends", SendStats, filters)

    def bounces(self, **filters: Unpack[StatsFilters]) -> BounceStats:
        """
        Return the number of bounces by type, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/bounces", BounceStats, filters)

    def spam(self, **filters: Unpack[StatsFilters]) -> SpamStats:
        """
        Return the number of complaints about spam, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/spam", SpamStats, filters)

    def tracked(self, **filters: Unpack[StatsFilters]) -> TrackedStats:
        """
        Return the number of emails with open or link tracking, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/tracked", TrackedStats, filters)

    def opens(self, **filters: Unpack[StatsFilters]) -> OpenStats:
        """
        Return the number of opens, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/opens", OpenStats, filters)

    def open_platforms(self, **filters: Unpack[StatsFilters]) -> OpenPlatformStats:
        """
        Return the number of opens by kind of program, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/opens/platforms", OpenPlatformStats, filters)

    def email_clients(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """
        Return the number of opens by email program, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._named("/opens/emailclients", filters)

    def read_times(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """
        Return the number of opens by reading time, in total and by day. The service no longer documents this endpoint.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.

        Returns:
            The counts by reading time in seconds, with the names `0s` to `19s`, `20s+` and `unknown`.
        """
        return self._named("/opens/readtimes", filters)

    def clicks(self, **filters: Unpack[StatsFilters]) -> ClickStats:
        """
        Return the number of clicks, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/clicks", ClickStats, filters)

    def browser_families(self, **filters: Unpack[StatsFilters]) -> NamedStats:
        """
        Return the number of clicks by browser, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._named("/clicks/browserfamilies", filters)

    def click_platforms(self, **filters: Unpack[StatsFilters]) -> ClickPlatformStats:
        """
        Return the number of clicks by kind of device, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/clicks/platforms", ClickPlatformStats, filters)

    def click_locations(self, **filters: Unpack[StatsFilters]) -> ClickLocationStats:
        """
        Return the number of clicks by body, HTML or plain text, in total and by day.

        Args:
            **filters: Keys of `StatsFilters`: `tag`, `from_date`, `to_date` and `message_stream`.
        """
        return self._daily("/clicks/location", ClickLocationStats, filters)

    def _daily(self, kind: str, record: type[D], filters: StatsFilters) -> D:
        return self._stats(kind, filters, lambda value: _with_days(value, lambda row: read(row, record)))

    def _named(self, kind: str, filters: StatsFilters) -> NamedStats:
        return self._stats(kind, filters, lambda value: _with_days(value, _counts))

    def _stats(self, kind: str, filters: StatsFilters, reader: Callable[[Any], T]) -> T:
        return self._get(f"/stats/outbound{kind}", encode_query(write_query(StatsFilters, filters)), reader)


def _with_days(value: Any, reader: Callable[[Any], D]) -> D:
    total = reader(value)
    days = value.get("Days")
    if days is not None and not isinstance(days, list):
        raise InvalidResponse(f"{type(total).__name__}.days: expected a list, got {type(days).__name__}")
    return total.with_days(reader(day) for day in days or ())


def _counts(value: Any) -> NamedStats:
    """Read counts by names that are not known beforehand: all values that are numbers."""
    stats = read(value, NamedStats)
    counts = {name: int(count) for name, count in value.items() if str(count).isdecimal()}
    return attrs.evolve(stats, counts=counts)
