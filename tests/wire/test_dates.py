"""Dates, from the service and to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from emailapi.wire import eastern_date, eastern_day, parse_date, parse_day

EASTERN = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")


def zone(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    "text, expected",
    [
        # The five shapes of contract section 1.1.
        ("2014-02-17T07:25:01.4178645-05:00", datetime(2014, 2, 17, 7, 25, 1, 417864, zone(-5))),
        ("2026-03-17T07:25:01.4178645Z", datetime(2026, 3, 17, 7, 25, 1, 417864, UTC)),
        ("2019-12-17T08:58:33-05:00", datetime(2019, 12, 17, 8, 58, 33, 0, zone(-5))),
        ("2019-12-17T08:58:33Z", datetime(2019, 12, 17, 8, 58, 33, 0, UTC)),
        ("2020-08-30T12:30:00.00-04:00", datetime(2020, 8, 30, 12, 30, 0, 0, zone(-4))),
        # Their neighbours.
        ("2020-08-30T12:30:00.41-04:00", datetime(2020, 8, 30, 12, 30, 0, 410000, zone(-4))),
        ("2020-08-30T12:30:00.4Z", datetime(2020, 8, 30, 12, 30, 0, 400000, UTC)),
        ("2020-08-30T12:30:00.123456Z", datetime(2020, 8, 30, 12, 30, 0, 123456, UTC)),
        ("2020-08-30T12:30:00.9999999Z", datetime(2020, 8, 30, 12, 30, 0, 999999, UTC)),
        ("2020-08-30T12:30:00.123456789012Z", datetime(2020, 8, 30, 12, 30, 0, 123456, UTC)),
        ("2020-08-30T12:30:00+0530", datetime(2020, 8, 30, 12, 30, 0, 0, zone(5.5))),
        ("2020-08-30 12:30:00+05:30", datetime(2020, 8, 30, 12, 30, 0, 0, zone(5.5))),
        # Without a zone: Eastern, by the season.
        ("2020-08-30T12:30:00", datetime(2020, 8, 30, 12, 30, 0, 0, zone(-4))),
        ("2020-01-30T12:30:00.5", datetime(2020, 1, 30, 12, 30, 0, 500000, zone(-5))),
        ("2020-01-30", datetime(2020, 1, 30, 0, 0, 0, 0, zone(-5))),
    ],
)
def test_every_date_format_is_read(text, expected):
    """Every shape of date that the contract knows is read as its instant, in UTC, on every Python."""
    found = parse_date(text)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "soon", "0000-00-00", "2014-13-01T00:00:00Z", "2014-02-30T00:00:00Z", "2014-02-17T25:00:00Z"]
    + ["2014-02-17T07:25:61Z", "2014-02-17T07:25:01.x-05:00", "2014-02-17T07:25:01-99:00", "2014-02-17T", "T07:25:01"]
    + ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59.9999999-05:00"]
    + ["Mon, 17 Feb 2014 07:25:01 -0500", "\ud800", "２０１４-02-17T07:25:01Z", "9" * 10_000]
    + [0, 1392639901, 1.5, True, [], {}, b"2014-02-17T07:25:01Z", datetime(2014, 2, 17, tzinfo=UTC)],
)
def test_an_unreadable_date_is_none(value):
    """One odd date must not lose a record."""
    assert parse_date(value) is None


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[-+.:TZ 0-9]{5,40}", fullmatch=True)))
def test_any_string_is_read_as_a_date_or_none(text):
    found = parse_date(text)
    assert found is None or found.tzinfo is UTC
    assert parse_day(text) is None or isinstance(parse_day(text), date)


@pytest.mark.costly
@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones() | st.just(UTC)))
def test_dates_written_by_python_are_read(moment):
    """An ISO text of an aware datetime comes back as the same instant, unless its zone counts in seconds."""
    if (moment.utcoffset() or timedelta()).seconds % 60 == 0:
        assert parse_date(moment.isoformat()).astimezone(UTC) == moment.astimezone(UTC)


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2017-01-30", date(2017, 1, 30)),
        ("2017-01-30T00:00:00-05:00", date(2017, 1, 30)),
        ("2017-02-30", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (20170130, None),
    ],
)
def test_a_day_is_read_from_a_string_that_begins_with_one(value, expected):
    assert parse_day(value) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        # Winter and summer; midnight UTC is the evening before.
        (datetime(2024, 1, 15, 12, 0, tzinfo=UTC), "2024-01-15T07:00:00"),
        (datetime(2024, 7, 15, 12, 0, tzinfo=UTC), "2024-07-15T08:00:00"),
        (datetime(2024, 7, 15, 0, 0, tzinfo=UTC), "2024-07-14T20:00:00"),
        (datetime(2024, 7, 15, 12, 0, tzinfo=BERLIN), "2024-07-15T06:00:00"),
        (datetime(2024, 3, 20, 12, 0, tzinfo=BERLIN), "2024-03-20T07:00:00"),
        # Spring: 02:00 EST is 03:00 EDT, at 07:00 UTC.
        (datetime(2024, 3, 10, 6, 59, 59, tzinfo=UTC), "2024-03-10T01:59:59"),
        (datetime(2024, 3, 10, 7, 0, 0, tzinfo=UTC), "2024-03-10T03:00:00"),
        (datetime(2024, 3, 10, 2, 30, tzinfo=EASTERN), "2024-03-10T03:30:00"),
        # Autumn: 02:00 EDT is 01:00 EST, at 06:00 UTC; the hour before comes twice.
        (datetime(2024, 11, 3, 4, 59, 59, tzinfo=UTC), "2024-11-03T00:59:59"),
        (datetime(2024, 11, 3, 5, 30, tzinfo=UTC), "2024-11-03T01:30:00"),
        (datetime(2024, 11, 3, 6, 30, tzinfo=UTC), "2024-11-03T01:30:00"),
        (datetime(2024, 11, 3, 7, 0, tzinfo=UTC), "2024-11-03T02:00:00"),
        (datetime(2024, 11, 3, 1, 30, tzinfo=EASTERN, fold=1), "2024-11-03T01:30:00"),
        # What is not a datetime is sent as it is.
        (date(2024, 7, 15), "2024-07-15"),
        ("2024-07-15", "2024-07-15"),
        ("whatever", "whatever"),
    ],
)
@pytest.mark.parametrize("end", [False, True])
def test_dates_of_a_query_are_in_eastern_time(value, expected, end):
    """An aware datetime keeps its instant, as Eastern wall-clock time; everything else goes as it is."""
    assert eastern_date(value, end=end) == expected


@pytest.mark.parametrize(
    "moment, begin, end",
    [
        (datetime(2024, 7, 15, 12, 0, 0, 1, UTC), "2024-07-15T08:00:00", "2024-07-15T08:00:01"),
        (datetime(2024, 7, 15, 12, 0, 59, 999999, UTC), "2024-07-15T08:00:59", "2024-07-15T08:01:00"),
        (datetime(2024, 7, 15, 12, 0, 59, 5, EASTERN), "2024-07-15T12:00:59", "2024-07-15T12:01:00"),
        (datetime(2024, 12, 31, 23, 59, 59, 9, EASTERN), "2024-12-31T23:59:59", "2025-01-01T00:00:00"),
        # The last half second before the clocks change.
        (datetime(2024, 3, 10, 6, 59, 59, 500000, UTC), "2024-03-10T01:59:59", "2024-03-10T03:00:00"),
        (datetime(2024, 11, 3, 5, 59, 59, 500000, UTC), "2024-11-03T01:59:59", "2024-11-03T02:00:00"),
    ],
)
def test_a_range_keeps_fractions_of_seconds(moment, begin, end):
    """The service knows whole seconds: a range begins with the second begun and ends with the second after."""
    assert eastern_date(moment, end=False) == begin
    assert eastern_date(moment, end=True) == end


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.timezones()))
def test_a_date_keeps_its_instant(moment):
    """Read as Eastern time, in one of the two readings that autumn has, a written date is the instant of the given."""
    written = datetime.fromisoformat(eastern_date(moment, end=False))
    meant = moment.astimezone(UTC).replace(microsecond=0)
    assert meant in {written.replace(tzinfo=EASTERN, fold=fold).astimezone(UTC) for fold in (0, 1)}


@pytest.mark.parametrize(
    "value, expected",
    [
        (date(2024, 7, 15), "2024-07-15"),
        (datetime(2024, 7, 15, 2, 0, tzinfo=UTC), "2024-07-14"),
        (datetime(2024, 7, 15, 23, 59, 59, 999999, EASTERN), "2024-07-15"),
        ("2024-07-15", "2024-07-15"),
    ],
)
def test_a_date_in_a_query_is_a_day(value, expected):
    assert eastern_day(value) == expected


@pytest.mark.parametrize("value", [5, 1.5, None, b"2024-01-01", ["2024-01-01"], timedelta(1)])
def test_a_value_that_is_not_a_date_is_rejected(value):
    with pytest.raises(TypeError, match=f"must be a date, got {type(value).__name__}"):
        eastern_date(value, end=False)


class NoZone(tzinfo):
    """A zone that cannot say how far it is from UTC: by Python's rules a datetime with it is naive."""

    def utcoffset(self, _):
        return None


@pytest.mark.parametrize("value", [datetime(2024, 7, 15, 12), datetime(2024, 7, 15, 12, tzinfo=NoZone())])
@pytest.mark.parametrize(
    "write", [eastern_day, lambda value: eastern_date(value, end=False), lambda value: eastern_date(value, end=True)]
)
def test_a_datetime_without_a_zone_is_rejected(value, write):
    with pytest.raises(ValueError, match=r"must have a time zone, got .*datetime\.now\(timezone\.utc\)"):
        write(value)
