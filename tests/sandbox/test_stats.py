"""Statistics over everything."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest

KEYS = set(
    "Sent Bounced SMTPApiErrors BounceRate SpamComplaints SpamComplaintsRate Opens UniqueOpens Tracked WithLinkTracking"
    " WithOpenTracking TotalTrackedLinksSent UniqueLinksClicked TotalClicks WithClientRecorded WithPlatformRecorded"
    " WithReadTimeRecorded".split()
)


def test_every_count_is_there_before_anything_is_sent(api):
    totals = api.get("/stats/outbound").json()
    assert set(totals) == KEYS
    assert not any(totals.values())


def test_each_recipient_is_counted_once(api):
    api.accepted(To="a@example.com, b@example.com", Cc="c@example.com")
    api.accepted(To="hardbounce@bounce-testing.postmarkapp.com, smtp_api_error@bounce-testing.postmarkapp.com")
    api.accepted(To="hardbounce@bounce-testing.postmarkapp.com, d@example.com")
    api.accepted(
        To="e@example.com, f@example.com",
        TrackOpens=True,
        TrackLinks="HtmlAndText",
        HtmlBody='<a href="https://example.com/1">1</a> <a href="http://example.com/2">2</a>',
        TextBody="https://example.com/1",
    )
    api.accepted(TrackOpens=True)
    totals = api.get("/stats/outbound").json()
    assert (totals["Sent"], totals["Bounced"], totals["SMTPApiErrors"]) == (9, 2, 1)
    assert totals["BounceRate"] == pytest.approx(22.222)
    assert (totals["Tracked"], totals["WithOpenTracking"], totals["WithLinkTracking"]) == (2, 2, 2)
    assert totals["TotalTrackedLinksSent"] == 6


def test_statistics_are_filtered_by_tag_stream_and_days(api):
    api.accepted(Tag="a")
    api.accepted(Tag="b", MessageStream="broadcast")
    api.accepted()

    def sent(**query: str) -> int:
        return int(api.get("/stats/outbound", **query).json()["Sent"])

    today, tomorrow = date.today().isoformat(), (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011
    assert sent() == 3
    assert sent(tag="a") == sent(messagestream="broadcast") == sent(TAG="b", MessageStream="broadcast") == 1
    assert sent(tag="a", messagestream="broadcast") == sent(tag="A") == 0
    assert sent(fromdate=tomorrow) == 0
    assert sent(todate=tomorrow) == 3
    assert sent(fromdate=(date.fromisoformat(today) - timedelta(days=2)).isoformat()) == 3


@pytest.mark.parametrize(
    "query, code",
    [
        ({"fromdate": "yesterday"}, 900),
        ({"todate": "2026-02-30"}, 900),
        ({"todate": "2026-02-03T10:00:00"}, 900),
        ({"fromdate": "2001-01-01"}, 1500),
        ({"fromdate": "2026-11-02", "todate": "2026-11-01"}, 1502),
        ({"messagestream": "nowhere"}, 1226),
    ],
)
def test_an_invalid_query_is_rejected_by_its_code(api, sandbox, rejected, query, code):
    """A wrong date, a date too old, a range that ends before it begins and an unknown stream have a code each."""
    from datetime import datetime

    sandbox.clock.now = lambda: datetime(2026, 11, 21, tzinfo=UTC)
    rejected(api.get("/stats/outbound", **query), 422, code)


def test_statistics_reach_one_year_back(api, sandbox, rejected):
    """A range may begin a year ago, and not a day earlier."""
    from datetime import datetime

    sandbox.clock.now = lambda: datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert api.get("/stats/outbound", fromdate="2025-11-21").status_code == 200
    rejected(api.get("/stats/outbound", fromdate="2025-11-19"), 422, 1500)
