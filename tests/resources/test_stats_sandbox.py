"""`client.stats` against the sandbox, each call once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emailapi import (
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    Email,
    InvalidRequest,
    NamedStats,
    NotFound,
    OpenPlatformStats,
    OpenStats,
    SendStats,
    SpamStats,
    TrackedStats,
)
from emailapi.sandbox.instants import eastern_day
from emailapi.sandbox.tables import tallies
from emailapi.sandbox.tables.tallies import named

DOMAIN = "bounce-testing.postmarkapp.com"
# What opens, clicks and complaints will count; no call makes them happen yet.
COUNTED = {
    "SpamComplaint": 1,
    "Opens": 7,
    "UniqueOpens": 5,
    "TotalClicks": 4,
    "UniqueLinksClicked": 3,
    named("OpenPlatform", "WebMail"): 2,
    named("ClickPlatform", "Mobile"): 4,
    named("ClickLocation", "HTML"): 3,
    named("EmailClient", "Apple Mail"): 2,
    named("ReadTime", "20s+"): 1,
    named("BrowserFamily", "Firefox"): 4,
}


@pytest.fixture(scope="module")
def today(sandbox):
    """The day that the sandbox counts on, and what was counted on it."""
    today = eastern_day(sandbox.clock.now())
    with sandbox.store.transaction() as db:
        stream = db.number("SELECT key FROM streams WHERE id = 'outbound'")
        tallies.add(db, {(stream, today.isoformat(), "t", metric): number for metric, number in COUNTED.items()})
    return today


@pytest.fixture(autouse=True)
def sent(client, sandbox, today):
    """Two emails of one recipient each, once for all tests: one arrives, one comes back."""
    if not client.messages.list(tag="t"):
        for to in ("a@example.com", f"softbounce@{DOMAIN}"):
            client.outbound.send(Email(to=to, subject="Hi", html_body="<p>Hi", tag="t", track_opens=True))


@pytest.mark.parametrize(
    "call, record, counts",
    [
        ("sends", SendStats, {"sent": 2}),
        ("bounces", BounceStats, {"soft_bounce": 1}),
        ("spam", SpamStats, {"spam_complaint": 1}),
        ("tracked", TrackedStats, {"tracked": 2}),
        ("opens", OpenStats, {"opens": 7, "unique": 5}),
        ("open_platforms", OpenPlatformStats, {"web_mail": 2}),
        ("email_clients", NamedStats, {"counts": {"Apple Mail": 2}}),
        ("read_times", NamedStats, {"counts": {"20s+": 1}}),
        ("clicks", ClickStats, {"clicks": 4, "unique": 3}),
        ("browser_families", NamedStats, {"counts": {"Firefox": 4}}),
        ("click_platforms", ClickPlatformStats, {"mobile": 4}),
        ("click_locations", ClickLocationStats, {"html": 3}),
    ],
)
def test_each_statistic_has_totals_and_days(client, today, call, record, counts):
    stats = getattr(client.stats, call)
    filters = {"tag": "t", "message_stream": "outbound", "from_date": today, "to_date": today}
    assert stats(**filters) == record(**counts, days=(record(**counts, date=today),))
    assert stats(tag="other") == stats(message_stream="broadcast") == record()
    assert stats(to_date=today - timedelta(days=1)) == record()


def test_the_overview_has_the_same_counts(client):
    overview = client.stats.overview(tag="t")
    assert (overview.sent, overview.bounced, overview.bounce_rate) == (2, 1, 50.0)
    assert (overview.spam_complaints, overview.spam_complaints_rate) == (1, 50.0)
    assert (overview.opens, overview.unique_opens, overview.tracked) == (7, 5, 2)
    assert (overview.total_clicks, overview.unique_links_clicked) == (4, 3)


def test_rejected_requests_raise_the_class_of_their_code(client, today):
    """Dates that cannot be are an `InvalidRequest`, and an unknown stream is `NotFound`."""
    for error, code, filters in (
        (InvalidRequest, 1500, {"from_date": datetime(2001, 1, 1, tzinfo=UTC)}),
        (InvalidRequest, 1502, {"from_date": today, "to_date": today - timedelta(days=1)}),
        (InvalidRequest, 900, {"to_date": "yesterday"}),
        (NotFound, 1226, {"message_stream": "nothing"}),
    ):
        with pytest.raises(error) as caught:
            client.stats.clicks(**filters)
        assert caught.value.code == code
