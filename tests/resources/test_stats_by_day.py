"""The counts by day of `client.stats` against contract section 2.14; test_stats.py has the overview."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from emailapi import (
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    InvalidResponse,
    NamedStats,
    OpenPlatformStats,
    OpenStats,
    SendStats,
    SpamStats,
    TrackedStats,
)

ONE, TWO = date(2017, 1, 30), date(2017, 1, 31)
FILTERS = {
    "tag": "welcome",
    # 4:59 in UTC is still the day before in the east.
    "from_date": datetime(2017, 1, 30, 4, 59, tzinfo=UTC),
    "to_date": date(2017, 2, 1),
    "message_stream": "outbound",
}


def both(record, total, first, second):
    """Return the counts of two days with their total; a day leaves out what it has none of."""
    return record(**total, days=(record(date=ONE, **first), record(date=TWO, **second)))


def named(first, second):
    """Return counts by names of two days with their total."""
    parts = ({"counts": {**first, **second}}, {"counts": first}, {"counts": second})
    return both(NamedStats, *parts)


CALLS = [
    (
        lambda client: client.stats.sends(**FILTERS),
        "sends",
        both(SendStats, {"sent": 37}, {"sent": 30}, {"sent": 7}),
    ),
    (
        lambda client: client.stats.bounces(**FILTERS),
        "bounces",
        both(
            BounceStats,
            {"hard_bounce": 12, "soft_bounce": 36, "smtp_api_error": 3, "transient": 5},
            {"hard_bounce": 12, "soft_bounce": 36},
            {"smtp_api_error": 3, "transient": 5},
        ),
    ),
    (
        lambda client: client.stats.spam(**FILTERS),
        "spam",
        both(SpamStats, {"spam_complaint": 10}, {"spam_complaint": 2}, {"spam_complaint": 8}),
    ),
    (
        lambda client: client.stats.tracked(**FILTERS),
        "tracked",
        both(TrackedStats, {"tracked": 111}, {"tracked": 24}, {"tracked": 87}),
    ),
    (
        lambda client: client.stats.opens(**FILTERS),
        "opens",
        both(OpenStats, {"opens": 166, "unique": 26}, {"opens": 44, "unique": 4}, {"opens": 122, "unique": 22}),
    ),
    (
        lambda client: client.stats.open_platforms(**FILTERS),
        "opens/platforms",
        both(
            OpenPlatformStats,
            {"desktop": 40, "web_mail": 135, "mobile": 4, "unknown": 62},
            {"desktop": 40, "web_mail": 135},
            {"mobile": 4, "unknown": 62},
        ),
    ),
    (
        lambda client: client.stats.email_clients(**FILTERS),
        "opens/emailclients",
        named({"Outlook 2010": 13}, {"Apple Mail": 4, "Unknown": 2}),
    ),
    (
        lambda client: client.stats.read_times(**FILTERS),
        "opens/readtimes",
        named({"0s": 1, "19s": 2}, {"20s+": 3, "unknown": 4}),
    ),
    (
        lambda client: client.stats.clicks(**FILTERS),
        "clicks",
        both(ClickStats, {"clicks": 88, "unique": 9}, {"clicks": 44, "unique": 4}, {"clicks": 44, "unique": 5}),
    ),
    (
        lambda client: client.stats.browser_families(**FILTERS),
        "clicks/browserfamilies",
        named({"Google Chrome": 2}, {"Safari mobile": 1}),
    ),
    (
        lambda client: client.stats.click_platforms(**FILTERS),
        "clicks/platforms",
        both(
            ClickPlatformStats,
            {"desktop": 2, "mobile": 3, "unknown": 4},
            {"desktop": 2},
            {"mobile": 3, "unknown": 4},
        ),
    ),
    (
        lambda client: client.stats.click_locations(**FILTERS),
        "clicks/location",
        both(ClickLocationStats, {"html": 1, "text": 2}, {"html": 1}, {"text": 2}),
    ),
]
PATHS = [path for _, path, _ in CALLS]


@pytest.mark.parametrize("call, path, expected", CALLS, ids=PATHS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, path, expected):
    response = "stats_outbound_" + path.replace("/", "_")
    assert contract(call, f"GET /stats/outbound/{path}", query="stats_query", response=response) == expected


@pytest.mark.parametrize("call, path, expected", CALLS, ids=PATHS)
@pytest.mark.parametrize("value", [{"Days": []}, {"Days": None}, {}])
def test_missing_days_and_totals_are_0(service, call, path, expected, value):
    service.respond("GET", f"/stats/outbound/{path}", value)
    assert call(service.client) == type(expected)()


@pytest.mark.parametrize("call, path, expected", CALLS, ids=PATHS)
@pytest.mark.parametrize(
    "value, where",
    [([], ""), (None, ""), ("none", ""), ({"Days": {}}, ".days"), ({"Days": [5]}, ""), ({"Days": [None]}, "")],
)
def test_counts_of_another_shape_are_an_invalid_response(service, call, path, expected, value, where):
    """The error names the record and the request."""
    service.respond("GET", f"/stats/outbound/{path}", value)
    with pytest.raises(InvalidResponse, match=f"^{type(expected).__name__}{where}: expected a") as caught:
        call(service.client)
    assert (caught.value.method, caught.value.path) == ("GET", f"/stats/outbound/{path}")
    assert caught.value.status == 200


@pytest.mark.parametrize("count, expected", [("12", {"Opera": 12}), (None, {}), ("\u00b2", {}), (True, {}), ({}, {})])
def test_a_count_can_be_a_string_and_an_unreadable_one_is_skipped(service, count, expected):
    service.respond("GET", "/stats/outbound/clicks/browserfamilies", {"Opera": count})
    assert service.client.stats.browser_families().counts == expected


def test_the_repr_of_statistics_fits_a_line():
    days = [SendStats(date=date(2026, 11, number), sent=number) for number in range(1, 31)]
    assert repr(days[0]) == "SendStats(sent=1, date=2026-11-01)"
    assert repr(SendStats(sent=465).with_days(days)) == "SendStats(sent=465, days=30 from 2026-11-01 to 2026-11-30)"
    assert repr(BounceStats()) == "BounceStats(hard_bounce=0, soft_bounce=0, smtp_api_error=0, transient=0)"
    assert repr(NamedStats(counts={"Gmail": 3})) == "NamedStats(counts={'Gmail': 3})"


def test_statistics_are_a_dictionary_with_their_days():
    stats = SendStats(sent=1).with_days([SendStats(date=date(2026, 11, 1), sent=1)])
    day = {"date": "2026-11-01", "days": [], "sent": 1}
    assert stats.to_dict() == {"date": None, "days": [day], "sent": 1}
