"""Emails that came in are posted to the URL in the settings of the server."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from emailapi.sandbox.instants import micros
from emailapi.sandbox.posting.notices import deliver_inbound
from emailapi.sandbox.tables import servers, webhook_requests
from emailapi.webhooks import InboundEvent, parse
from emailapi.webhooks.payloads import inbound


@pytest.fixture
def come(sandbox):
    """Lets an email come in, and returns its id."""

    def come(**fields):
        payload = {**inbound("yes", sender="Ada <ada@example.com>", to="reply+7@in.example"), **fields}
        with sandbox.store.transaction() as db:
            deliver_inbound(db, servers.FIRST, payload["MessageID"], payload, micros(sandbox.clock.now()))
        return payload["MessageID"]

    return come


@pytest.fixture
def states(monkeypatch):
    """The states of the emails that came in, as they are stored."""
    found = []
    monkeypatch.setattr(webhook_requests, "inbound_result", lambda _db, _message, state: found.append(state))
    return found


def test_an_inbound_email_is_posted(client, receiver, posted, sandbox, come, states):
    client.server.edit(inbound_hook_url=receiver.url("/in", login="user:pass@"))
    message_id = come()
    (request,) = posted()
    event = parse(request.body, request.headers)
    assert isinstance(event, InboundEvent)
    assert (event.message_id, event.mailbox_hash, event.text_body) == (message_id, "7", "yes")
    assert not event.problems
    assert (request.path, request.headers["AUTHORIZATION"]) == ("/in", "Basic dXNlcjpwYXNz")
    assert "RecordType" not in json.loads(request.body)
    (attempt,) = sandbox.webhooks.attempts(trigger="Inbound")
    assert (attempt.message_id, attempt.recipient) == (message_id, "reply+7@in.example")
    assert states == ["Processed"]


def test_the_source_is_posted_if_enabled(client, receiver, posted, come, states):
    client.server.edit(inbound_hook_url=receiver.url())
    come(RawEmail="From: a@b")
    client.server.edit(raw_email_enabled=True)
    come(RawEmail="From: a@b")
    assert sorted("RawEmail" in json.loads(request.body) for request in posted()) == [False, True]


def test_a_server_without_a_url_gets_no_requests(sandbox, come):
    come()
    sandbox.clock.wait_idle(60)
    assert sandbox.webhooks.attempts() == []


def test_ten_retries_take_ten_and_a_half_hours(client, receiver, sandbox, come, states):
    client.server.edit(inbound_hook_url=receiver.url())
    receiver.respond = lambda _request: 404
    start = sandbox.clock.freeze()
    come()
    sandbox.clock.advance(days=1)
    tries = [(each.at - start) / timedelta(minutes=1) for each in reversed(sandbox.webhooks.attempts())]
    assert tries == [0, 1, 6, 16, 26, 36, 51, 81, 141, 261, 621]
    assert states == ["Scheduled"] * 10 + ["Failed"]


def test_a_response_with_403_stops_the_retries(client, receiver, sandbox, come, states):
    client.server.edit(inbound_hook_url=receiver.url())
    receiver.respond_with(500, 403)
    come()
    sandbox.clock.advance(days=1)
    assert (len(receiver.requests), states) == (2, ["Scheduled", "Failed"])
