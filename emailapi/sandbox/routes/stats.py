"""Statistics."""

from __future__ import annotations

from datetime import timedelta

from ...models.stats import StatsFilters, StatsOverview
from ..answers import read_filters, written
from ..calls import Call
from ..instants import eastern_day, read_day
from ..refusal import Refusal
from ..routing import Routes
from ..tables import servers, tallies

routes = Routes()

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


def _days(call: Call, filters: dict[str, str]) -> tuple[str | None, str | None]:
    """Return the first and the last day that are asked for, as texts that compare like days."""
    ends = []
    for name, text in (("fromdate", filters.get("from_date")), ("todate", filters.get("to_date"))):
        day = read_day(text) if text else None
        if text and day is None:
            raise Refusal(900, f"'{name}' must be a day like 2014-02-17, not '{text[:80]}'.")
        ends.append(day)
    first, last = ends
    if first and first < eastern_day(call.now) - _YEAR:
        raise Refusal(1500, "'fromdate' must not be more than a year ago.")
    if first and last and first > last:
        raise Refusal(1502, "'fromdate' must not be after 'todate'.")
    return first.isoformat() if first else None, last.isoformat() if last else None


def _rate(part: int, whole: int) -> float:
    """Return the per cent that `part` is."""
    return round(100 * part / whole, 3) if whole else 0.0


@routes.get("/stats/outbound")
def overview(call: Call) -> object:
    """Count everything at once, over all streams unless one is named."""
    filters = read_filters(StatsFilters, call.query)
    stream = filters.get("message_stream")
    since, until = _days(call, filters)
    if stream is not None and servers.stream(call.db, call.owner, stream) is None:
        raise Refusal(1226, f"There is no message stream '{stream[:80]}' on this server.")
    counts = tallies.totals(call.db, call.owner.id, stream=stream, tag=filters.get("tag"), since=since, until=until)
    totals = {ours: counts[metric] for ours, metric in _METRICS.items()}
    return written(
        StatsOverview,
        **totals,
        bounce_rate=_rate(totals["bounced"], totals["sent"]),
        spam_complaints_rate=_rate(totals["spam_complaints"], totals["sent"]),
    )
