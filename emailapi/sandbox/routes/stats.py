"""Statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from ...models.stats import (
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    Daily,
    OpenPlatformStats,
    OpenStats,
    SendStats,
    SpamStats,
    StatsFilters,
    StatsOverview,
    TrackedStats,
)
from ..calls import Call
from ..instants import eastern_day, read_day
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Handler, Routes
from ..tables import tallies
from ..tables.tallies import Period, named

routes = Routes()

_PATH = "/stats/outbound"
_YEAR = timedelta(days=366)

# Our names of the totals, and what is counted for each.
_METRICS = {
    "sent": "Sent",
    "bounced": "Bounced",
    "smtp_api_errors": "SMTPApiError",
    "spam_complaints": "SpamComplaint",
    "opens": "Opens",
    "unique_opens": "UniqueOpens",
    "tracked": "Tracked",
    "with_link_tracking": "WithLinkTracking",
    "with_open_tracking": "WithOpenTracking",
    "total_tracked_links_sent": "TotalTrackedLinksSent",
    "unique_links_clicked": "UniqueLinksClicked",
    "total_clicks": "TotalClicks",
    "with_client_recorded": "WithClientRecorded",
    "with_platform_recorded": "WithPlatformRecorded",
    "with_read_time_recorded": "WithReadTimeRecorded",
}

# The same of what is counted by the day: the path, the record, our names in it.
_DAILY: tuple[tuple[str, type[Daily], dict[str, str]], ...] = (
    ("/sends", SendStats, {"sent": "Sent"}),
    (
        "/bounces",
        BounceStats,
        {
            "hard_bounce": "HardBounce",
            "soft_bounce": "SoftBounce",
            "smtp_api_error": "SMTPApiError",
            "transient": "Transient",
        },
    ),
    ("/spam", SpamStats, {"spam_complaint": "SpamComplaint"}),
    ("/tracked", TrackedStats, {"tracked": "Tracked"}),
    ("/opens", OpenStats, {"opens": "Opens", "unique": "UniqueOpens"}),
    (
        "/opens/platforms",
        OpenPlatformStats,
        {
            "desktop": named("OpenPlatform", "Desktop"),
            "web_mail": named("OpenPlatform", "WebMail"),
            "mobile": named("OpenPlatform", "Mobile"),
            "unknown": named("OpenPlatform", "Unknown"),
        },
    ),
    ("/clicks", ClickStats, {"clicks": "TotalClicks", "unique": "UniqueLinksClicked"}),
    (
        "/clicks/platforms",
        ClickPlatformStats,
        {
            "desktop": named("ClickPlatform", "Desktop"),
            "mobile": named("ClickPlatform", "Mobile"),
            "unknown": named("ClickPlatform", "Unknown"),
        },
    ),
    (
        "/clicks/location",
        ClickLocationStats,
        {"html": named("ClickLocation", "HTML"), "text": named("ClickLocation", "Text")},
    ),
)

# Likewise, where the names are those that were met: the path, and the metric whose names they are.
_NAMED = (
    ("/opens/emailclients", "EmailClient"),
    ("/opens/readtimes", "ReadTime"),
    ("/clicks/browserfamilies", "BrowserFamily"),
)

# Returns the part of a response for the counts of a day, or of all days.
_Showing = Callable[[Counter[str]], dict[str, object]]


def _asked(call: Call) -> Period:
    """
    Return what is to be counted.

    Raises:
        Rejection: 900, 1226, 1500 or 1502: a date, the stream or the range cannot be.
    """
    filters = read_filters(StatsFilters, call.query)
    since, until = _days(call, filters)
    stream = filters.get("message_stream")
    if stream is not None:
        call.stream(stream)
    return Period(server=call.owner.id, stream=stream, tag=filters.get("tag"), since=since, until=until)


def _days(call: Call, filters: dict[str, str]) -> tuple[str | None, str | None]:
    """Return the first and the last day that are asked for, as texts that compare like days."""
    ends = []
    for name, text in (("fromdate", filters.get("from_date")), ("todate", filters.get("to_date"))):
        day = read_day(text) if text else None
        if text and day is None:
            raise Rejection(900, f"'{name}' must be a day like 2014-02-17, not '{text[:80]}'.")
        ends.append(day)
    first, last = ends
    if first and first < eastern_day(call.now) - _YEAR:
        raise Rejection(1500, "'fromdate' must not be more than a year ago.")
    if first and last and first > last:
        raise Rejection(1502, "'fromdate' must not be after 'todate'.")
    return first.isoformat() if first else None, last.isoformat() if last else None


def _rate(part: int, whole: int) -> float:
    """Return the per cent that `part` is."""
    return round(100 * part / whole, 3) if whole else 0.0


@routes.get(_PATH)
def overview(call: Call) -> object:
    """Count everything at once, over all streams unless one is named."""
    counts = tallies.totals(tallies.by_day(call.db, _asked(call)))
    totals = {ours: counts[metric] for ours, metric in _METRICS.items()}
    return written(
        StatsOverview,
        **totals,
        bounce_rate=_rate(totals["bounced"], totals["sent"]),
        spam_complaints_rate=_rate(totals["spam_complaints"], totals["sent"]),
    )


def _by_day(show: _Showing) -> Handler:
    """Return the route that shows its part of the counts, in all and for each day that has any of it."""

    def respond(call: Call) -> object:
        days = tallies.by_day(call.db, _asked(call))
        shown = {day: show(counts) for day, counts in days.items()}
        return {
            "Days": [{**written(Daily, date=day), **part} for day, part in shown.items() if any(part.values())],
            **show(tallies.totals(days)),
        }

    return respond


def _of_record(record: type[Daily], metrics: dict[str, str]) -> _Showing:
    """Show every key of a record, also what was not counted."""
    return lambda counts: written(record, **{ours: counts[metric] for ours, metric in metrics.items()})


def _of_names(metric: str) -> _Showing:
    """Show the names that were counted."""
    start = named(metric, "")
    return lambda counts: {name.removeprefix(start): count for name, count in counts.items() if name.startswith(start)}


for _path, _record, _metrics in _DAILY:
    routes.get(f"{_PATH}{_path}")(_by_day(_of_record(_record, _metrics)))
for _path, _metric in _NAMED:
    routes.get(f"{_PATH}{_path}")(_by_day(_of_names(_metric)))
