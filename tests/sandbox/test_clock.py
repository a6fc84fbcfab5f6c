"""The clock of the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emailapi import ConfigurationError, InvalidArgument
from emailapi.sandbox import Sandbox


def _is_now(sandbox, ahead=timedelta()):
    return abs(sandbox.clock.now() - datetime.now(UTC) - ahead) < timedelta(minutes=1)


def test_the_clock_shows_the_time_of_the_machine_at_first(sandbox):
    assert _is_now(sandbox)


def test_advance_moves_the_clock_by_a_timedelta(sandbox):
    new = sandbox.clock.advance(days=1, hours=2, minutes=30.5)
    ahead = timedelta(days=1, hours=2, minutes=30.5)
    assert _is_now(sandbox, ahead)
    assert new <= sandbox.clock.now()
    sandbox.clock.advance(weeks=1)
    assert _is_now(sandbox, ahead + timedelta(weeks=1))


def test_set_moves_the_clock_to_an_instant_of_any_time_zone(sandbox):
    at = datetime(2040, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5)))
    assert sandbox.clock.set(at) == at
    assert sandbox.clock.now() - at < timedelta(minutes=1)


def test_a_frozen_clock_shows_one_instant_until_it_runs_again(sandbox, api):
    at = sandbox.clock.freeze()
    sent = api.send().json()
    assert sandbox.clock.now() == at
    assert api.send().json()["SubmittedAt"] == sent["SubmittedAt"]
    assert sandbox.clock.advance(hours=1) == sandbox.clock.now() == at + timedelta(hours=1)
    assert sandbox.clock.run() >= at + timedelta(hours=1)
    assert sandbox.clock.now() < sandbox.clock.now() or sandbox.clock.now() > at + timedelta(hours=1)


@pytest.mark.parametrize(
    "move",
    [
        lambda clock: clock.advance(seconds=-1),
        lambda clock: clock.set(datetime(2001, 1, 1, tzinfo=UTC)),
    ],
    ids=["advance", "set"],
)
def test_the_clock_never_goes_backward(sandbox, move):
    before = sandbox.clock.freeze()
    with pytest.raises(InvalidArgument, match="only goes forward"):
        move(sandbox.clock)
    assert sandbox.clock.now() == before


@pytest.mark.parametrize(
    "duration, message",
    [
        ({"hour": 1}, "did you mean 'hours'"),
        ({"years": 1}, "unit of time"),
        ({"days": "1"}, "cannot be advanced"),
        ({"days": 1e12}, "cannot be advanced"),
        ({"days": 4_000_000}, "cannot be advanced"),
        ({"days": float("nan")}, "cannot be advanced"),
    ],
    ids=["hour", "years", "text", "huge", "beyond_9999", "nan"],
)
def test_an_invalid_duration_is_named(sandbox, duration, message):
    with pytest.raises(InvalidArgument, match=message):
        sandbox.clock.advance(**duration)
    assert _is_now(sandbox)


@pytest.mark.parametrize("at", [datetime(2040, 1, 1), "2040-01-01", None], ids=repr)
def test_an_instant_needs_a_time_zone(sandbox, at):
    with pytest.raises(InvalidArgument, match="time zone"):
        sandbox.clock.set(at)


@pytest.mark.parametrize(
    "move",
    [
        lambda clock: clock.set(datetime.max.replace(tzinfo=UTC)),
        lambda clock: clock.set(datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))),
        lambda clock: clock.advance(days=2_900_000),
        lambda clock: clock.advance(days=3_900_000),
    ],
)
def test_the_clock_stops_before_the_end_of_the_calendar(sandbox, api, move):
    """Otherwise there is soon no date that it could show, and each request fails."""
    with pytest.raises(InvalidArgument):
        move(sandbox.clock)
    assert _is_now(sandbox)
    last = sandbox.clock.set(datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert api.send().ok
    assert sandbox.clock.now() >= last


def test_the_data_file_keeps_how_far_the_clock_is_ahead(tmp_path):
    with Sandbox(tmp_path / "emails.db") as sandbox:
        sandbox.clock.advance(days=3)
        sandbox.clock.freeze()
        last = sandbox.clock.advance(hours=2)
    with Sandbox(tmp_path / "emails.db") as sandbox:
        assert _is_now(sandbox, timedelta(days=3, hours=2))
        assert sandbox.clock.now() >= last
    with Sandbox() as sandbox:
        assert _is_now(sandbox)


def test_the_clock_can_be_moved_before_the_sandbox_runs():
    sandbox = Sandbox()
    sandbox.clock.advance(days=2)
    with sandbox:
        assert _is_now(sandbox, timedelta(days=2))
        sandbox.clock.wait_idle()


def test_responses_and_statistics_take_the_time_of_the_clock(sandbox, api):
    sandbox.clock.set(datetime(2040, 7, 1, 12, tzinfo=UTC))
    assert api.send().json()["SubmittedAt"].startswith("2040-07-01T08:00:")
    sandbox.clock.advance(days=1)
    api.accepted()
    assert [day["Date"] for day in api.get("/stats/outbound/sends").json()["Days"]] == ["2040-07-01", "2040-07-02"]


def test_messages_are_kept_for_45_days_and_their_statistics_longer(sandbox, api, rejected):
    sandbox.clock.freeze()
    old = api.accepted(Tag="old", Metadata={"a": "b"})
    sandbox.clock.advance(days=1)
    young = api.accepted(To="softbounce@bounce-testing.postmarkapp.com")
    sandbox.clock.advance(days=43, hours=23)
    assert api.found()["TotalCount"] == 2
    sandbox.clock.advance(hours=1)
    assert [row["MessageID"] for row in api.found()["Messages"]] == [young]
    rejected(api.get(f"/messages/outbound/{old}/details"), 422, 701)
    sandbox.clock.advance(days=1)
    assert api.found()["TotalCount"] == 0
    assert api.get("/stats/outbound").json()["Sent"] == 2


def test_old_messages_of_a_data_file_are_deleted_at_its_next_start(tmp_path, open_api):
    with Sandbox(tmp_path / "emails.db") as sandbox:
        open_api(sandbox).accepted()
    waiting = Sandbox(tmp_path / "emails.db")
    waiting.clock.advance(days=50)
    with waiting:
        waiting.clock.advance(seconds=0)
        assert open_api(waiting).found()["TotalCount"] == 0


def test_messages_of_a_purged_stream_are_erased(sandbox, api):
    assert api.post("/message-streams", {"ID": "other", "Name": "x", "MessageStreamType": "Transactional"}).ok
    api.accepted(MessageStream="other")
    sandbox.clock.advance(days=10)
    api.accepted(MessageStream="other")
    assert api.post("/message-streams/other/archive", {}).ok
    sandbox.clock.advance(days=45)
    with sandbox.store.transaction(writing=False) as db:
        assert db.number("SELECT count(*) FROM messages") == 0


def test_a_clock_of_the_user_can_be_used(sandbox, api):
    class Fixed:
        def now(self):
            return datetime(2031, 1, 1, 12, tzinfo=UTC)

    sandbox.clock = Fixed()
    assert api.send().json()["SubmittedAt"].startswith("2031-01-01T07:00:00")


def test_the_clock_of_another_sandbox_that_is_running_is_not_taken(sandbox):
    other = Sandbox()
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="belongs to another sandbox"):
            other.clock = sandbox.clock
        if other._running is None:
            other.start()
    other.close()
    other.clock = Sandbox().clock
    assert sandbox.clock.advance(days=1) <= sandbox.clock.now()


def test_two_sandboxes_with_one_clock_do_not_run_at_once():
    one, other = Sandbox(), Sandbox()
    other.clock = one.clock
    with one, pytest.raises(ConfigurationError, match="belongs to another sandbox"):
        other.start()
    with other:
        other.clock.advance(days=1)
    with pytest.raises(ConfigurationError, match="not running"):
        other.url  # noqa: B018
