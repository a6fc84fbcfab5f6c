"""Statistics by the day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emailapi.sandbox.tables import tallies
from emailapi.sandbox.tables.tallies import named

DOMAIN = "bounce-testing.postmarkapp.com"
PATH = "/stats/outbound"

# Path, and what it responses beside the days.
COUNTED = {
    "sends": ["Sent"],
    "bounces": ["HardBounce", "SoftBounce", "SMTPApiError", "Transient"],
    "spam": ["SpamComplaint"],
    "tracked": ["Tracked"],
    "opens": ["Opens", "Unique"],
    "opens/platforms": ["Desktop", "WebMail", "Mobile", "Unknown"],
    "opens/emailclients": [],
    "opens/readtimes": [],
    "clicks": ["Clicks", "Unique"],
    "clicks/browserfamilies": [],
    "clicks/platforms": ["Desktop", "Mobile", "Unknown"],
    "clicks/location": ["HTML", "Text"],
}


@pytest.fixture
def stats(api):
    """Reads one of the statistics."""

    def stats(path, **query):
        response = api.get(f"{PATH}/{path}", **query)
        assert response.status_code == 200, response.text
        return response.json()

    return stats


@pytest.fixture
def count(sandbox):
    """Counts what no call makes happen yet: on the stream `outbound`, without a tag."""

    def count(day, **metrics):
        with sandbox.store.transaction() as db:
            stream = db.number("SELECT key FROM streams WHERE id = 'outbound'")
            tallies.add(db, {(stream, day, "", metric): number for metric, number in metrics.items()})

    return count


@pytest.fixture
def two_days(api, pass_time):
    """Emails of two days with one between them, from November 21, 2026."""
    pass_time(timedelta(0))
    api.accepted(To=f"a@example.com, hardbounce@{DOMAIN}, smtpapierror@{DOMAIN}", TrackOpens=True, HtmlBody="<p>")
    api.accepted(To=f"softbounce@{DOMAIN}", Tag="t")
    pass_time(timedelta(days=2))
    api.accepted(To=f"transient@{DOMAIN}, softbounce@{DOMAIN}", Tag="t", MessageStream="broadcast")
    api.accepted(To=f"blocked@{DOMAIN}")


@pytest.mark.parametrize("path", COUNTED)
def test_without_data_there_are_no_days_and_every_total(stats, path):
    assert stats(path) == {"Days": [], **dict.fromkeys(COUNTED[path], 0)}


@pytest.mark.usefixtures("two_days")
def test_sent_emails_are_counted_by_day(stats):
    assert stats("sends") == {
        "Days": [{"Date": "2026-11-21", "Sent": 4}, {"Date": "2026-11-23", "Sent": 3}],
        "Sent": 7,
    }


@pytest.mark.usefixtures("two_days")
def test_bounces_are_counted_by_type_and_day(stats):
    assert stats("bounces") == {
        "Days": [
            {"Date": "2026-11-21", "HardBounce": 1, "SoftBounce": 1, "SMTPApiError": 1, "Transient": 0},
            {"Date": "2026-11-23", "HardBounce": 0, "SoftBounce": 1, "SMTPApiError": 0, "Transient": 1},
        ],
        "HardBounce": 1,
        "SoftBounce": 2,
        "SMTPApiError": 1,
        "Transient": 1,
    }


@pytest.mark.usefixtures("two_days")
def test_days_with_other_counts_only_are_omitted(stats):
    assert stats("tracked") == {"Days": [{"Date": "2026-11-21", "Tracked": 3}], "Tracked": 3}
    assert stats("spam") == {"Days": [], "SpamComplaint": 0}


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize(
    "query, sent",
    [
        ({"tag": "t"}, {"2026-11-21": 1, "2026-11-23": 2}),
        ({"tag": "T"}, {}),
        ({"messagestream": "broadcast"}, {"2026-11-23": 2}),
        ({"messagestream": "outbound", "tag": "t"}, {"2026-11-21": 1}),
        ({"fromdate": "2026-11-22"}, {"2026-11-23": 3}),
        ({"todate": "2026-11-21"}, {"2026-11-21": 4}),
        ({"FromDate": "2026-11-23", "ToDate": "2026-11-23"}, {"2026-11-23": 3}),
        ({"fromdate": "2026-11-22", "todate": "2026-11-22"}, {}),
    ],
    ids=str,
)
def test_filters_apply_to_days_and_totals(stats, query, sent):
    response = stats("sends", **query)
    assert {day["Date"]: day["Sent"] for day in response["Days"]} == sent
    assert response["Sent"] == sum(sent.values())


def test_a_day_ends_at_eastern_midnight(api, stats, pass_time):
    """A day ends at midnight in the east: 5 o'clock in UTC."""
    pass_time(timedelta(hours=16, minutes=59))
    api.accepted()
    pass_time(timedelta(minutes=1))
    api.accepted()
    assert [day["Date"] for day in stats("sends")["Days"]] == ["2026-11-21", "2026-11-22"]


@pytest.mark.parametrize("path", COUNTED)
@pytest.mark.parametrize(
    "query, code",
    [
        ({"fromdate": "yesterday"}, 900),
        ({"todate": "2026-02-03T10:00:00"}, 900),
        ({"fromdate": "2001-01-01"}, 1500),
        ({"fromdate": "2026-11-20", "todate": "2026-11-19"}, 1502),
        ({"messagestream": "nowhere"}, 1226),
    ],
    ids=str,
)
def test_an_invalid_query_is_rejected_by_its_code(api, pass_time, rejected, path, query, code):
    """Each of the statistics rejects wrong dates and unknown streams as the overview does."""
    pass_time(timedelta(0))
    rejected(api.get(f"{PATH}/{path}", **query), 422, code)


@pytest.mark.parametrize(
    "path, metrics, shown",
    [
        ("spam", {"SpamComplaint": 1}, {"SpamComplaint": 1}),
        ("opens", {"Opens": 3, "UniqueOpens": 2}, {"Opens": 3, "Unique": 2}),
        ("clicks", {"TotalClicks": 3, "UniqueLinksClicked": 2}, {"Clicks": 3, "Unique": 2}),
        (
            "opens/platforms",
            {
                named("OpenPlatform", "WebMail"): 2,
                named("OpenPlatform", "Mobile"): 1,
                named("ClickPlatform", "Mobile"): 9,
            },
            {"Desktop": 0, "WebMail": 2, "Mobile": 1, "Unknown": 0},
        ),
        (
            "clicks/platforms",
            {named("ClickPlatform", "Desktop"): 2, named("OpenPlatform", "Desktop"): 9},
            {"Desktop": 2, "Mobile": 0, "Unknown": 0},
        ),
        ("clicks/location", {named("ClickLocation", "HTML"): 1}, {"HTML": 1, "Text": 0}),
        ("opens/readtimes", {named("ReadTime", "0s"): 1, named("ReadTime", "20s+"): 2}, {"0s": 1, "20s+": 2}),
        (
            "opens/emailclients",
            {named("EmailClient", "Apple Mail"): 1, named("EmailClient", "A: B"): 2, named("BrowserFamily", "X"): 9},
            {"Apple Mail": 1, "A: B": 2},
        ),
        ("clicks/browserfamilies", {named("BrowserFamily", "Chrome"): 4}, {"Chrome": 4}),
    ],
)
def test_opens_and_clicks_are_counted_by_day(count, stats, path, metrics, shown):
    count("2026-11-21", Sent=5, **metrics)
    count("2026-11-22", Sent=5)
    assert stats(path) == {"Days": [{"Date": "2026-11-21", **shown}], **shown}


def test_a_name_that_only_one_day_has_is_in_the_total(count, stats):
    count("2026-11-22", **{named("EmailClient", "Gmail"): 1})
    count("2026-11-21", **{named("EmailClient", "Gmail"): 2, named("EmailClient", "Outlook"): 3})
    assert stats("opens/emailclients") == {
        "Days": [{"Date": "2026-11-21", "Gmail": 2, "Outlook": 3}, {"Date": "2026-11-22", "Gmail": 1}],
        "Gmail": 3,
        "Outlook": 3,
    }


def test_paths_match_in_any_case(api):
    assert api.get("/Stats/Outbound/Opens/readTimes/").json() == {"Days": []}
