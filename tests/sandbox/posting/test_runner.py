"""How requests are sent: at once, four of them side by side, in order, and not while the sandbox ends."""

from __future__ import annotations

import json
import threading

import pytest

from emailapi import Client, Email, WaitTimeout
from emailapi.sandbox import Sandbox

from ...clock import wait_for
from .conftest import ALL

EMAIL = Email(to="ada@example.com", text_body="Hello")


class Gate:
    """Holds requests until it is opened, and counts how many there were at once."""

    def __init__(self):
        self.open, self.lock, self.now, self.most = threading.Event(), threading.Lock(), 0, 0

    def __call__(self, _request):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.open.wait(60)
        with self.lock:
            self.now -= 1
        return 200


def test_events_are_posted_automatically(client, receiver, hook):
    client.outbound.send(EMAIL)
    wait_for(lambda: receiver.requests)


def test_at_most_four_requests_run_at_once(client, sandbox, receiver, hook, posted):
    receiver.respond = gate = Gate()
    client.outbound.send_batch([Email(to=f"user{n}@example.com", text_body="x") for n in range(12)])
    wait_for(lambda: gate.now == 4)
    gate.open.set()
    assert len(posted()) == 12
    assert gate.most == 4


@pytest.mark.costly
def test_a_slow_endpoint_does_not_block_others(client, sandbox, receiver, hook):
    receiver.respond = gate = Gate()
    client.outbound.send(EMAIL)
    wait_for(lambda: gate.now == 1)
    try:
        with sandbox.faults.hold(0.0):
            held = client.outbound.send(EMAIL)
        wait_for(lambda: client.messages.status(held).state == "delivered")
        with pytest.raises(WaitTimeout, match="still at work after .* s: a webhook has not responded yet"):
            sandbox.clock.wait_idle(0.01)
    finally:
        gate.open.set()


@pytest.mark.costly
def test_events_of_one_message_are_posted_in_order(client, sandbox, receiver, hook, posted):
    receiver.respond = gate = Gate()
    sent = [
        client.outbound.send(Email(to=f"user{n}@example.com", html_body="<p>x</p>", track_opens=True)) for n in range(3)
    ]
    for result in sent:
        for kind in ("SoftBounce", "DnsError", "Blocked"):
            sandbox.events.bounce(result, kind)
    wait_for(lambda: gate.now == 3)
    assert len(receiver.requests) == 3
    gate.open.set()
    found = [json.loads(request.body) for request in posted()]
    for result in sent:
        own = [payload.get("Type") for payload in found if payload["MessageID"] == result.message_id]
        assert own == [None, "SoftBounce", "DnsError", "Blocked"]


def test_a_waiting_retry_does_not_block_later_events(client, sandbox, receiver, hook, posted):
    receiver.respond_with(500)
    sandbox.clock.freeze()
    sent = client.outbound.send(EMAIL)
    sandbox.events.bounce(sent, "SoftBounce")
    posted()
    sandbox.clock.advance(minutes=1)
    kinds = [(each.trigger, each.number, each.status) for each in reversed(sandbox.webhooks.attempts())]
    assert kinds == [("Delivery", 1, 500), ("Bounce", 1, 200), ("Delivery", 2, 200)]


def test_an_endpoint_may_call_the_sandbox(client, sandbox, receiver, hook, posted):
    receiver.respond = lambda request: 200 if client.bounces.get(json.loads(request.body)["ID"]) else 500
    client.outbound.send(Email(to="softbounce@bounce-testing.postmarkapp.com", text_body="x"))
    posted()
    assert [each.accepted for each in sandbox.webhooks.attempts()] == [True]


def test_a_reset_discards_running_requests(client, sandbox, receiver, hook):
    receiver.respond = gate = Gate()
    client.outbound.send(EMAIL)
    wait_for(lambda: gate.now == 1)
    sandbox.reset()
    gate.open.set()
    sandbox.clock.wait_idle(60)
    assert sandbox.webhooks.attempts() == []


def test_closing_the_sandbox_does_not_wait_for_endpoints(tmp_path, receiver):
    receiver.respond = gate = Gate()
    path = tmp_path / "mail.db"
    threads = {thread.name for thread in threading.enumerate()}
    with Sandbox(path) as sandbox, Client(sandbox.token, base_url=sandbox.url, sender="a@example.com") as client:
        client.webhooks.create(url=receiver.url(), triggers=ALL)
        client.outbound.send(EMAIL)
        wait_for(lambda: gate.now == 1)
    left = {thread.name for thread in threading.enumerate()} - threads
    assert not [name for name in left if name.startswith("emailapi-sandbox")]
    gate.open.set()
    with Sandbox(path) as again:
        again.clock.wait_idle(60)
        (attempt,) = again.webhooks.attempts()
    assert (attempt.number, attempt.accepted) == (1, True)
    assert len({request.body for request in receiver.requests}) == 1


def test_a_sandbox_without_webhooks_starts_no_thread_for_them(client, sandbox):
    client.outbound.send(EMAIL)
    sandbox.clock.wait_idle(60)
    assert not [thread for thread in threading.enumerate() if thread.name == "emailapi-sandbox-webhooks"]
