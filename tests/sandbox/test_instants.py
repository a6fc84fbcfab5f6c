"""Dates: whose midnight, and which of two readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emailapi.sandbox.clock import Clock
from emailapi.sandbox.instants import micros, range_end, range_start, wire_text


class Stopped(Clock):
    """A clock that shows one instant."""

    def __init__(self, text: str) -> None:
        self.shown = datetime.fromisoformat(text)

    def now(self) -> datetime:
        return self.shown


@pytest.mark.parametrize(
    "instant, fromdate, todate, found",
    [
        # 2026-02-17 07:25:01.5 in New York
        ("2026-02-17T12:25:01.500000+00:00", "2026-02-17", "2026-02-17", True),
        ("2026-02-17T12:25:01.500000+00:00", "2026-02-17T07:25:01", "2026-02-17T07:25:01", True),
        ("2026-02-17T12:25:01.500000+00:00", "2026-02-17T07:25:02", None, False),
        ("2026-02-17T12:25:01.500000+00:00", None, "2026-02-17T07:25:00", False),
        ("2026-02-17T12:25:01.500000+00:00", "2026-02-17T12:25:01Z", "2026-02-17T13:25:01+01:00", True),
        ("2026-02-17T12:25:01.500000+00:00", None, "2026-02-17T07:25:01.5", True),
        ("2026-02-17T12:25:01.500000+00:00", None, "2026-02-17T07:25:01.4999999", False),
        # Midnight is New York's
        ("2026-02-18T04:59:59.999999+00:00", "2026-02-17", "2026-02-17", True),
        ("2026-02-18T05:00:00+00:00", None, "2026-02-17", False),
        ("2026-02-18T05:00:00+00:00", "2026-02-18", None, True),
        # 2026-11-01: 01:30 comes at 05:30Z and again at 06:30Z
        ("2026-11-01T05:30:00+00:00", "2026-11-01T01:30:00", "2026-11-01T01:30:00", True),
        ("2026-11-01T06:30:00+00:00", "2026-11-01T01:30:00", "2026-11-01T01:30:00", True),
        ("2026-11-01T05:29:59+00:00", "2026-11-01T01:30:00", None, False),
        ("2026-11-01T06:30:01+00:00", None, "2026-11-01T01:30:00", False),
        ("2026-11-01T05:00:00+00:00", None, "2026-11-01T00:59:59", False),
        ("2026-11-02T04:59:59+00:00", "2026-11-01", "2026-11-01", True),
        # 2026-03-08: the clock goes from 02:00 to 03:00
        ("2026-03-08T06:30:00+00:00", "2026-03-08T02:30:00", "2026-03-08T02:30:00", True),
        ("2026-03-08T07:30:00+00:00", "2026-03-08T02:30:00", "2026-03-08T02:30:00", True),
    ],
)
def test_a_range_includes_both_ends_in_eastern_time(api, sandbox, instant, fromdate, todate, found):
    sandbox.clock = Stopped(instant)
    api.accepted()
    query = {name: text for name, text in (("fromdate", fromdate), ("todate", todate)) if text}
    assert api.found(**query)["TotalCount"] == int(found)


def test_the_clock_of_the_sandbox_gives_all_times(api, sandbox):
    sandbox.clock = Stopped("2026-07-01T12:00:00.123456+00:00")
    response = api.send().json()
    assert response["SubmittedAt"] == "2026-07-01T08:00:00.1234560-04:00"
    details = api.details(response["MessageID"])
    assert details["ReceivedAt"] == details["MessageEvents"][0]["ReceivedAt"] == response["SubmittedAt"]
    assert "Date: Wed, 01 Jul 2026 12:00:00 +0000" in details["Body"]


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "2026-2-001", "26-2-1", "2026-02-30", "2026-02-01 10:00:00", "2026-02-01T10:00",
        "2026-02-01T24:00:00", "20260201", "2026-02-01T10:00:00+", "2026-02-01T10:00:00+99:00", "\u0662026-02-01",
        "0000-01-01", "2026-02-01T23:59:60",
    ],
)  # fmt: skip
def test_only_the_two_documented_date_formats_are_valid(text):
    assert range_start(text) is range_end(text) is None


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "0001-01-01T00:00:00"])
def test_the_first_and_last_day_of_the_calendar_are_valid(text):
    assert range_start(text) < range_end(text)


def test_instants_are_stored_to_the_microsecond():
    moment = datetime(2112, 1, 1, 5, 0, 0, 1, tzinfo=UTC)
    assert wire_text(micros(moment)) == "2112-01-01T00:00:00.0000010-05:00"
    assert micros(moment + timedelta(microseconds=1)) == micros(moment) + 1
