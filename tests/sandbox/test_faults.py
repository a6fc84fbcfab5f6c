"""`sandbox.faults`: failures that a test arms, and addresses that ask for them."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from emailapi import (
    DeliveryUnknown,
    Email,
    InactiveRecipient,
    InvalidArgument,
    NotFound,
    RateLimited,
    ServiceUnavailable,
)

EMAIL = Email(to="ada@example.com", subject="Hi", text_body="Hello")


@pytest.mark.parametrize(
    "arguments, error, code",
    [
        ({"status": 503}, ServiceUnavailable, 100),
        ({}, ServiceUnavailable, 100),
        ({"code": 1101}, NotFound, 1101),
        ({"status": 429}, RateLimited, 429),
        ({"code": 406, "message": "Found inactive addresses: ada@example.com."}, InactiveRecipient, 406),
    ],
    ids=["status", "default", "code", "rate", "message"],
)
def test_a_request_fails_with_the_given_status(client, sandbox, arguments, error, code):
    fault = sandbox.faults.fail(**arguments)
    with pytest.raises(error) as caught:
        client.outbound.send(EMAIL)
    assert caught.value.code == code
    assert (fault.hits, fault.remaining, len(sandbox.faults)) == (1, 0, 0)
    assert not sandbox.messages()
    assert client.outbound.send(EMAIL).message_id


def test_a_client_that_retries_succeeds(client, sandbox):
    from emailapi import Retry

    with sandbox.faults.fail(status=503, times=2) as fault:
        assert client.with_options(retry=Retry(initial=0.01)).outbound.send(EMAIL).message_id
    assert fault.hits == 2
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize(
    "body, text", [("<h1>No</h1>", "<h1>No</h1>"), (b"\xff", None), ({"a": 1}, '{"a":1}'), ([], "[]")], ids=repr
)
def test_a_body_is_sent_as_it_is(api, sandbox, body, text):
    sandbox.faults.fail(status=200, body=body)
    response = api.send()
    assert response.status_code == 200
    assert response.text == text if text else response.content == body


def test_a_status_without_a_code_has_the_body_of_a_proxy(api, sandbox):
    sandbox.faults.fail(status=502)
    response = api.send()
    assert (response.status_code, "502" in response.text) == (502, True)
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_rate_limit_names_the_time_to_wait(api, sandbox):
    sandbox.faults.rate_limit(retry_after=7, times=2)
    for _ in range(2):
        response = api.send()
        assert (response.status_code, response.headers["Retry-After"], response.json()["ErrorCode"]) == (429, "7", 429)
    assert api.send().ok


def test_a_connection_is_cut_before_the_email_is_stored(client, sandbox):
    with sandbox.faults.cut_before_accept() as fault, pytest.raises(DeliveryUnknown):
        client.with_options(reconcile=False).outbound.send(EMAIL)
    assert (fault.hits, sandbox.messages()) == (1, [])


def test_a_connection_is_cut_after_the_email_is_stored(client, sandbox):
    with sandbox.faults.cut_after_accept():
        result = client.outbound.send(EMAIL)
    assert result.reconciled
    assert [message.message_id for message in sandbox.messages()] == [result.message_id]
    (_, sent) = sandbox.requests()
    assert (sent.status, sent.message_ids, sent.fault) == (
        None,
        (result.message_id,),
        "fault 1: stored, cut after accept",
    )


def test_a_cut_affects_only_sends(client, sandbox):
    with sandbox.faults.cut_before_accept() as fault:
        assert client.messages.list().total_count == 0
        assert fault.hits == 0
    with sandbox.faults.cut_before_accept(route="GET /messages/outbound") as fault:
        with pytest.raises(Exception, match="messages/outbound"):
            client.messages.list()
        assert fault.hits == 1


@pytest.mark.parametrize("at, seconds", [("head", 0.4), pytest.param("body", 3, marks=pytest.mark.slow)])
def test_a_response_can_be_delayed(sandbox, at, seconds):
    sandbox.faults.delay(seconds, at=at)
    with socket.create_connection(sandbox.url.removeprefix("http://").split(":"), timeout=10) as connection:
        started = time.monotonic()
        head = f"GET /server HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nX-Postmark-Server-Token: {sandbox.token}"
        connection.sendall(f"{head}\r\n\r\n".encode())
        first = connection.recv(65536)
        came = time.monotonic() - started
        while b"ApiTokens" not in first:
            first += connection.recv(65536)
        assert time.monotonic() - started >= seconds
    assert (came >= seconds) == (at == "head")


@pytest.mark.costly
def test_a_body_can_drip(api, sandbox):
    sandbox.faults.drip(0.4)
    started = time.monotonic()
    response = api.get("/server")
    assert time.monotonic() - started >= 0.3
    assert response.json()["Name"] == "Sandbox"


def test_an_index_delay_hides_new_messages_from_searches(client, sandbox):
    sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    with sandbox.faults.index_delay(30) as fault:
        sandbox.clock.advance(seconds=29)
        assert client.messages.list().total_count == 0
        assert sandbox.messages()
        sandbox.clock.advance(seconds=1)
        assert client.messages.list().total_count == 1
        assert (fault.hits, fault.remaining) == (2, None)


def test_all_emails_bounce(client, sandbox):
    with sandbox.faults.bounce_all("SoftBounce", to="*@example.com") as fault:
        client.outbound.send(Email(to=["ADA@example.com", "eve@example.org"], text_body="Hi"))
    assert fault.hits == 1
    assert [bounce.email for bounce in client.bounces.list()] == ["ada@example.com"]
    assert client.messages.status(client.outbound.send(EMAIL)).state == "delivered"


def test_held_emails_are_delivered_when_their_time_is_over(client, sandbox):
    sandbox.clock.freeze()
    with sandbox.faults.hold(90):
        first = client.outbound.send(EMAIL)
        sandbox.clock.advance(seconds=30)
        second = client.outbound.send(EMAIL)
    assert client.messages.list(status="Queued").total_count == 2
    assert {client.messages.status(each).state for each in (first, second)} == {"queued"}
    started = sandbox.clock.now()
    sandbox.clock.advance(days=1)
    events = [client.messages.get(each.message_id).message_events[0] for each in (first, second)]
    assert [event.type for event in events] == ["Delivered", "Delivered"]
    # Each at the time that it was due at, although the clock was moved in one step.
    assert [event.received_at - started for event in events] == [timedelta(seconds=60), timedelta(seconds=90)]
    assert client.messages.list(status="Queued").total_count == 0
    assert len(sandbox.messages("is:delivered -is:queued")) == 2


def test_held_emails_are_delivered_as_the_clock_runs(client, sandbox):
    with sandbox.faults.hold(0.05):
        sent = client.outbound.send(EMAIL)
    assert sandbox.wait_for("is:delivered", timeout=20)[0].message_id == sent.message_id
    sandbox.clock.wait_idle()


def test_a_queued_email_is_delivered_bounced_or_delayed_by_a_test(client, sandbox):
    for happens, state in (
        (sandbox.events.deliver, "delivered"),
        (sandbox.events.bounce, "bounced"),
        (sandbox.events.delay, "sent"),
    ):
        sent = client.outbound.send(Email(to="queued@fault.sandbox.test", text_body="Hi"))
        assert client.messages.status(sent).state == "queued"
        with pytest.raises(InvalidArgument, match="has not been delivered"):
            sandbox.events.complain(sent)
        happens(sent)
        assert client.messages.status(sent).state == state
        sandbox.reset(keep=("requests",))


def test_the_first_matching_fault_applies_to_a_request(client, sandbox):
    first = sandbox.faults.fail(status=500, to="eve@example.com")
    second = sandbox.faults.fail(status=503, after=1)
    third = sandbox.faults.fail(code=300, times=None)
    for error in (300, 100, 300):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            client.outbound.send(EMAIL)
        assert caught.value.code == error
    assert (first.hits, second.hits, third.hits, third.remaining) == (0, 1, 2, None)
    with pytest.raises(DeliveryUnknown):
        client.with_options(reconcile=False).outbound.send(Email(to="Eve <EVE@example.com>", text_body="Hi"))
    assert [fault.number for fault in sandbox.faults] == [3]
    sandbox.faults.clear()
    assert client.outbound.send(EMAIL).message_id
    third.cancel()


@pytest.mark.parametrize(
    "matching, met",
    [
        ({"route": "/email"}, True),
        ({"route": "POST /Email/"}, True),
        ({"route": "GET /email"}, False),
        ({"route": "/messages/*"}, False),
        ({"to": "ADA@example.com"}, True),
        ({"to": "*@EXAMPLE.com"}, True),
        ({"to": "eve@example.com"}, False),
        ({"server": 1}, None),
        ({"server": 987654}, False),
    ],
    ids=str,
)
def test_a_fault_applies_to_matching_requests(api, sandbox, matching, met):
    if met is None:
        matching, met = {"server": api.get("/server").json()["ID"]}, True
    with sandbox.faults.fail(**matching):
        assert (api.send(To="Ada <ada@Example.com>").status_code == 503) == met


def test_a_fault_can_be_limited_to_one_server(sandbox, account, open_api):
    token = account.post("/servers", {"Name": "Second"}).json()["ApiTokens"][0]
    with sandbox.faults.fail(server=token, times=None):
        assert open_api(sandbox).send().ok
        assert open_api(sandbox, token).send().status_code == 503


def test_recipients_are_found_in_batches_in_any_case(api, sandbox):
    with sandbox.faults.fail(to="eve@example.com", times=None) as fault:
        assert api.post("/email/batch", [api.email(), api.email(Cc="Eve <eve@example.com>")]).status_code == 503
        assert api.post("/email/batch", [api.email()]).ok
    assert fault.hits == 1


@pytest.mark.parametrize(
    "arm, name",
    [
        (lambda faults: faults.fail(status=99), "status"),
        (lambda faults: faults.fail(times=0), "times"),
        (lambda faults: faults.fail(after=-1), "after"),
        (lambda faults: faults.fail(route="email"), "route"),
        (lambda faults: faults.fail(via="fax"), "via"),
        (lambda faults: faults.fail(recipient="x"), "recipient"),
        (lambda faults: faults.delay(1, at="tail"), "at"),
        (lambda faults: faults.delay(-1), "seconds"),
        (lambda faults: faults.drip("1"), "seconds"),
        (lambda faults: faults.index_delay(float("nan")), "seconds"),
        (lambda faults: faults.bounce_all("hard"), "type"),
        (lambda faults: faults.bounce_all("SpamComplaint"), "type"),
        (lambda faults: faults.fail(body={"a": object()}), "body"),
        (lambda faults: faults.fail(body=[float("nan")]), "body"),
    ],
)  # fmt: skip
def test_an_invalid_fault_is_not_armed(sandbox, arm, name):
    with pytest.raises(InvalidArgument) as caught:
        arm(sandbox.faults)
    assert caught.value.argument == name
    assert not sandbox.faults
