"""When webhooks are tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emailapi import Client, ConfigurationError, Email
from emailapi.sandbox import Sandbox
from emailapi.sandbox.posting.timetable import Timetable, is_accepted

from .conftest import ALL

OUTBOUND = [0, 1, 6, 16, 26, 36, 51]
TEN = [0, 1, 6, 16, 26, 36, 51, 81, 141, 261, 621]
THREE = [0, 1, 6, 21]
EMAIL = Email(to="ada@example.com", text_body="Hello")


def _minutes(sandbox, start, **filters):
    return [(each.at - start) / timedelta(minutes=1) for each in reversed(sandbox.webhooks.attempts(**filters))]


def test_an_event_is_posted_seven_times_within_51_minutes(client, sandbox, receiver, hook):
    receiver.respond = lambda _request: 500
    start = sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    sandbox.clock.advance(hours=12)
    assert _minutes(sandbox, start) == OUTBOUND
    assert [each.number for each in reversed(sandbox.webhooks.attempts())] == [1, 2, 3, 4, 5, 6, 7]
    left = [request.headers["X_PM_RETRIES_REMAINING"] for request in receiver.requests]
    assert left == ["6", "5", "4", "3", "2", "1", "0"]


def test_all_attempts_have_one_trace_id_and_the_same_bytes(client, sandbox, receiver, hook):
    receiver.respond = lambda _request: 503
    client.outbound.send(EMAIL)
    sandbox.clock.advance(hours=1)
    assert len({request.headers["X_PM_WEBHOOK_TRACE_ID"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1


def test_each_attempt_has_the_time_of_the_next_one(client, sandbox, receiver, hook):
    receiver.respond_with(500, 500)
    start = sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    sandbox.clock.advance(minutes=6)
    due = [each.retry_at for each in reversed(sandbox.webhooks.attempts())]
    assert due == [start + timedelta(minutes=1), start + timedelta(minutes=6), None]


def test_advance_stops_before_an_attempt_that_is_not_due(client, sandbox, receiver, hook):
    receiver.respond = lambda _request: 500
    sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    sandbox.clock.advance(seconds=359)
    assert len(receiver.requests) == 2
    sandbox.clock.advance(seconds=1)
    assert len(receiver.requests) == 3


@pytest.mark.costly
@pytest.mark.parametrize("kind, minutes", [("Bounce", TEN), ("SpamComplaint", TEN), ("Delivery", THREE)])
def test_the_2019_schedule_retries_bounces_ten_times_and_others_three_times(receiver, kind, minutes):
    receiver.respond = lambda _request: 400
    with (
        Sandbox(webhook_schedule="2019") as sandbox,
        Client(sandbox.token, base_url=sandbox.url, sender="a@example.com") as client,
    ):
        client.webhooks.create(url=receiver.url(), triggers=ALL)
        start = sandbox.clock.freeze()
        sent = client.outbound.send(EMAIL)
        if kind == "Bounce":
            sandbox.events.bounce(sent, "SoftBounce")
        elif kind == "SpamComplaint":
            sandbox.events.complain(sent)
        sandbox.clock.advance(hours=12)
        assert _minutes(sandbox, start, trigger=kind) == minutes


@pytest.mark.parametrize("status, again", [(500, True), (503, True), (599, True), (408, True), (429, True)])
def test_a_temporary_failure_is_retried(client, sandbox, receiver, hook, status, again):
    receiver.respond_with(status)
    client.outbound.send(EMAIL)
    sandbox.clock.advance(minutes=2)
    assert [each.accepted for each in sandbox.webhooks.attempts()] == [True, False]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 304])
def test_another_rejection_is_final(client, sandbox, receiver, hook, status):
    receiver.respond = lambda _request: status
    client.outbound.send(EMAIL)
    sandbox.clock.advance(days=1)
    (attempt,) = sandbox.webhooks.attempts()
    assert (attempt.status, attempt.accepted, attempt.retry_at) == (status, False, None)


@pytest.mark.parametrize("year", ["2026", "2019"])
@pytest.mark.parametrize("kind", ["Inbound", "Bounce", "Open"])
def test_a_response_with_403_stops_all_retries(year, kind):
    assert Timetable(year).next_try(kind, 403, 1, 0) is None


@pytest.mark.parametrize("status", [201, 204, 302, 400, 404, 500, None])
def test_inbound_emails_are_posted_until_the_response_is_200(status):
    assert Timetable("2026").next_try("Inbound", status, 1, 0) == 60_000_000
    assert Timetable("2026").next_try("Inbound", status, 11, 0) is None
    assert not is_accepted("Inbound", status)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_response_accepts_an_event(client, sandbox, receiver, hook, status):
    receiver.respond = lambda _request: status
    client.outbound.send(EMAIL)
    sandbox.clock.advance(days=1)
    assert [each.accepted for each in sandbox.webhooks.attempts()] == [True]


def test_an_unknown_schedule_is_a_configuration_error():
    with pytest.raises(ConfigurationError, match="webhook_schedule must be '2026' or '2019', got '2020'"):
        Sandbox(webhook_schedule="2020")
