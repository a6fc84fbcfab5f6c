"""Walks past the 10,000 records that the service lists: by narrowing the dates, without losing or repeating any."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from emailapi import LimitExceeded

EASTERN = ZoneInfo("America/New_York")
LIMIT = 10_000
END = datetime(2026, 6, 1, tzinfo=UTC)


def serve(service, path, key, moments, make):
    """
    Respond to a listing as the service does: these moments' rows, newest first, none past the 10,000th.

    It reads `todate` as Eastern time and compares whole seconds, both ends included; of two readings it takes the
    later. `make` is given a row's number and its moment.
    """
    rows = [make(number, moment) for number, moment in enumerate(moments)]
    ages = [-moment.timestamp() for moment in moments]

    def page(request):
        count, offset = int(request.params["count"]), int(request.params["offset"])
        assert count + offset <= LIMIT
        first = 0
        if "todate" in request.params:
            until = datetime.fromisoformat(request.params["todate"]).replace(tzinfo=EASTERN, fold=1)
            first = bisect_left(ages, -until.timestamp() - 0.9999995)
        return {"TotalCount": len(rows) - first, key: rows[first + offset : first + offset + count]}

    service.respond_by("GET", path, page)


def message(number, moment):
    """Return a row of `messages.list`."""
    return {"MessageID": f"m{number}", "ReceivedAt": moment.isoformat()}


def spread(count, **step):
    """Return moments one step apart, newest first."""
    return [END - number * timedelta(**step) for number in range(count)]


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(spread(25_000, seconds=7), id="whole seconds"),
        pytest.param(spread(25_000, milliseconds=123.457), id="many a second"),
        pytest.param(
            [END - timedelta(seconds=number // 900) for number in range(25_000)], id="hundreds at one instant"
        ),
        pytest.param(
            [datetime(2026, 11, 1, 9, tzinfo=UTC) - number * timedelta(seconds=0.61) for number in range(25_000)],
            id="through autumn's repeated hour",
        ),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("count", [500, 333])
def test_no_record_is_lost_or_repeated(service, moments, count):
    """All 25,000 records come, each once and newest first, however they lie in time."""
    serve(service, "/messages/outbound", "Messages", moments, message)
    found = [one.message_id for one in service.client.messages.list(count=count).iter_all()]
    assert found == [f"m{number}" for number in range(25_000)]


@pytest.mark.costly
def test_a_walk_through_bounces_is_complete_too(service):
    serve(
        service,
        "/bounces",
        "Bounces",
        spread(25_000, seconds=3),
        lambda number, moment: {"ID": number, "BouncedAt": moment.isoformat()},
    )
    page = service.client.bounces.list(count=500, tag="t", from_date=datetime(2020, 1, 1, tzinfo=UTC))
    assert [bounce.id for bounce in page.iter_all()] == list(range(25_000))
    assert {(query["tag"], query["fromdate"]) for query in service.queries} == {("t", "2019-12-31T19:00:00")}
    narrowed = [query["todate"] for query in service.queries if "todate" in query]
    assert narrowed == sorted(narrowed, reverse=True)
    assert len(set(narrowed)) == 2


@pytest.mark.costly
def test_a_given_range_is_never_widened(service):
    moments = spread(25_000, seconds=7)
    serve(service, "/messages/outbound", "Messages", moments, message)
    until = moments[1_000]
    found = [one.message_id for one in service.client.messages.list(count=500, to_date=until).iter_all()]
    assert found == [f"m{number}" for number in range(1_000, 25_000)]


@pytest.mark.costly
def test_records_that_are_not_newest_first_end_with_limit_exceeded(service):
    moments = spread(12_000, seconds=1)
    moments[700], moments[702] = moments[702], moments[700]
    rows = [message(number, moment) for number, moment in enumerate(moments)]

    def page(request):
        first, count = int(request.params["offset"]), int(request.params["count"])
        return {"TotalCount": len(rows), "Messages": rows[first : first + count]}

    service.respond_by("GET", "/messages/outbound", page)
    ends_at_the_limit(service.client.messages.list(count=500), "newest first")


def ends_at_the_limit(page, says):
    """Check that a walk gives 10,000 records and then says why there are no more."""
    walk = page.iter_all()
    assert sum(1 for _ in itertools.islice(walk, LIMIT)) == LIMIT
    with pytest.raises(LimitExceeded, match=says):
        next(walk)


@pytest.mark.costly
def test_a_second_with_too_many_records_is_a_limit_exceeded(service):
    moments = [END] * 5 + [END - timedelta(seconds=1, microseconds=number) for number in range(10_100)]
    serve(service, "/messages/outbound", "Messages", moments, message)
    walk = service.client.messages.list(count=500).iter_all()
    found = {one.message_id for one in itertools.islice(walk, LIMIT + 5)}
    assert len(found) == LIMIT + 5
    with pytest.raises(LimitExceeded, match="all of them are from one second"):
        next(walk)


@pytest.mark.costly
@pytest.mark.parametrize("date", [None, "", "soon"])
def test_records_without_dates_end_with_limit_exceeded(service, date):
    """Where a record's date cannot be read, nothing tells where to go on from."""

    def page(request):
        first, count = int(request.params["offset"]), int(request.params["count"])
        rows = [{"MessageID": str(number), "ReceivedAt": date} for number in range(first, first + count)]
        return {"TotalCount": 10_001, "Messages": rows}

    service.respond_by("GET", "/messages/outbound", page)
    ends_at_the_limit(service.client.messages.list(count=500), "newest first")


@pytest.mark.costly
@pytest.mark.parametrize(
    "call, path, key",
    [
        (lambda client: client.messages.opens(count=500), "/messages/outbound/opens", "Opens"),
        (lambda client: client.messages.clicks(count=500), "/messages/outbound/clicks", "Clicks"),
        (lambda client: client.inbound.list(count=500), "/messages/inbound", "InboundMessages"),
        (lambda client: client.inbound_rules.list(count=500), "/triggers/inboundrules", "InboundRules"),
    ],
)
def test_a_list_without_dates_ends_with_limit_exceeded(service, call, path, key):
    def page(request):
        first, count = int(request.params["offset"]), int(request.params["count"])
        return {
            "TotalCount": 10_001,
            key: [{"ID": number, "MessageID": str(number)} for number in range(first, first + count)],
        }

    service.respond_by("GET", path, page)
    ends_at_the_limit(call(service.client), "cannot be narrowed by date")


def test_without_a_total_a_full_page_has_a_next_page(service):
    rows = [{"ID": number, "Rule": "x"} for number in range(5)]

    def page(request):
        first, count = int(request.params["offset"]), int(request.params["count"])
        return {"InboundRules": rows[first : first + count]}

    service.respond_by("GET", "/triggers/inboundrules", page)
    assert len(list(service.client.inbound_rules.list(count=2).iter_all())) == 5
