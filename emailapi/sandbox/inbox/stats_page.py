"""Statistics by day: a table with a bar in each cell."""

from __future__ import annotations

from collections import Counter

from ..tables import streams, tallies
from .pages import PageCall, Pages, Values

pages = Pages()

_COLUMNS = (
    ("Sent", "Sent"),
    ("Bounced", "Bounced"),
    ("SMTP API errors", "SMTPApiError"),
    ("Complaints", "SpamComplaint"),
    ("Opens", "Opens"),
    ("Unique opens", "UniqueOpens"),
    ("Tracked", "Tracked"),
    ("With open tracking", "WithOpenTracking"),
    ("With link tracking", "WithLinkTracking"),
    ("Links sent", "TotalTrackedLinksSent"),
    ("Clicks", "TotalClicks"),
    ("Unique clicks", "UniqueLinksClicked"),
    ("With read time", "WithReadTimeRecorded"),
)
_DAYS = 60


@pages.show("/stats", "stats.html")
def show_stats(call: PageCall) -> Values:
    """Show the counts of the last days, of all streams or of one."""
    stream, tag = call.query.get("stream") or None, call.query.get("tag") or None
    with call.store.transaction(writing=False) as db:
        counts = tallies.by_day(db, tallies.Period(server=call.server["id"], stream=stream, tag=tag))
        known = [each.id for each in streams.of_server(db, call.server["id"]) if each.type != "Inbound"]
    days = [*counts.items()][-_DAYS:][::-1]
    highest = {metric: max([count[metric] for _, count in days], default=0) for _, metric in _COLUMNS}
    return {
        "columns": [name for name, _ in _COLUMNS],
        "days": [(day, _cells(count, highest)) for day, count in days],
        "totals": [tallies.totals(counts)[metric] for _, metric in _COLUMNS],
        "streams": known,
        "stream": stream or "",
        "tag": tag or "",
    }


def _cells(count: Counter[str], highest: dict[str, int]) -> list[tuple[int, int]]:
    return [(count[metric], max(highest[metric], 1)) for _, metric in _COLUMNS]
