"""`sandbox.webhooks`: the log of attempts, and posting again."""

from __future__ import annotations

import json

import pytest

from emailapi import Client, Email, HttpAuth, HttpHeader, InvalidArgument
from emailapi.sandbox import Sandbox
from emailapi.sandbox.tables import webhook_requests

from .conftest import ALL

EMAIL = Email(to="ada@example.com", text_body="Hello")


def test_an_attempt_shows_request_and_response(client, sandbox, receiver, posted):
    receiver.respond = lambda _request: (202, [("X-Answer", "a"), ("X-Answer", "b")], b"thanks \xff")
    webhook = client.webhooks.create(url=receiver.url("/h?q=1"), triggers=ALL)
    at = sandbox.clock.freeze()
    sent = client.outbound.send(EMAIL)
    (request,) = posted()
    (attempt,) = sandbox.webhooks.attempts()
    assert (attempt.webhook_id, attempt.trigger, attempt.message_id) == (webhook.id, "Delivery", sent.message_id)
    assert (attempt.recipient, attempt.at, attempt.number, attempt.manual) == ("ada@example.com", at, 1, False)
    assert (attempt.status, attempt.accepted, attempt.error, attempt.hint) == (202, True, "", "")
    assert attempt.url == receiver.url("/h?q=1")
    assert attempt.body == request.body
    assert attempt.payload["Recipient"] == "ada@example.com"
    assert attempt.request_headers["Content-Type"] == request.headers["CONTENT_TYPE"] == "application/json"
    assert attempt.request_headers["X-PM-Webhook-Trace-Id"] == attempt.trace_id
    assert attempt.response_headers["X-Answer"] == "a, b"
    assert attempt.response_text == "thanks \ufffd"
    assert attempt.seconds > 0


def test_credentials_are_sent_and_not_stored_in_the_log(client, sandbox, receiver, posted):
    client.webhooks.create(
        url=receiver.url(login="user:p%40ss@"),
        triggers=ALL,
        http_headers=[
            HttpHeader(name="X-Webhook-Secret", value="hush-hush"),
            HttpHeader(name="X-Team", value="blue"),
            HttpHeader(name="X-Name", value="Zoë €"),
        ],
    )
    client.outbound.send(EMAIL)
    (request,) = posted()
    assert request.headers["AUTHORIZATION"] == "Basic dXNlcjpwQHNz"
    assert request.headers["X_WEBHOOK_SECRET"] == "hush-hush"
    assert request.headers["X_NAME"].encode("latin-1").decode() == "Zoë €"
    (attempt,) = sandbox.webhooks.attempts()
    shown = f"{attempt!r} {attempt.request_headers} {attempt.url}"
    assert not any(secret in shown for secret in ("dXNlcjpwQHNz", "p%40ss", "p@ss", "hush-hush"))
    assert attempt.request_headers["X-Team"] == "blue"
    assert attempt.request_headers["Authorization"] == "Basic ***"


def test_the_credentials_of_a_webhook_take_precedence_over_its_url_and_headers(client, receiver, posted):
    client.webhooks.create(
        url=receiver.url(login="a:b@"),
        triggers=ALL,
        http_auth=HttpAuth(username="u", password="p"),
        http_headers=[HttpHeader(name="authorization", value="Bearer x")],
    )
    client.outbound.send(EMAIL)
    assert [request.headers["AUTHORIZATION"] for request in posted()] == ["Basic dTpw"]


def test_attempts_are_filtered(client, sandbox, receiver, hook, posted):
    receiver.respond_with(404)
    first = client.outbound.send(EMAIL)
    posted()
    second = client.outbound.send(Email(to="eve@example.com", text_body="x"))
    sandbox.events.bounce(second, "SoftBounce")
    posted()

    def found(**filters):
        return [(each.trigger, each.status) for each in sandbox.webhooks.attempts(**filters)]

    assert found() == [("Bounce", 200), ("Delivery", 200), ("Delivery", 404)]
    assert found(status=404) == found(failed=True) == found(message=first) == [("Delivery", 404)]
    assert found(failed=False, trigger="bounce") == [("Bounce", 200)]
    assert found(message=second.message_id, limit=1) == [("Bounce", 200)]
    assert found(webhook=hook.id) == found()
    assert found(webhook=1) == []
    with pytest.raises(InvalidArgument, match="stauts"):
        sandbox.webhooks.attempts(stauts=200)
    with pytest.raises(InvalidArgument, match="message must be an id, a result or a captured email, got int"):
        sandbox.webhooks.attempts(message=5)


def test_resend_posts_the_same_bytes_with_the_same_trace_id(client, sandbox, receiver, hook, posted):
    client.outbound.send(EMAIL)
    posted()
    (attempt,) = sandbox.webhooks.attempts()
    again = sandbox.webhooks.resend(attempt)
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["X_PM_WEBHOOK_TRACE_ID"] == second.headers["X_PM_WEBHOOK_TRACE_ID"] == again.trace_id
    assert (again.manual, again.number, again.status, again.id) == (True, 0, 200, attempt.id + 1)
    assert sandbox.webhooks.resend(again.id).accepted


def test_a_failed_resend_leaves_the_schedule_as_it_is_and_a_success_ends_it(client, sandbox, receiver, hook, posted):
    receiver.respond = lambda _request: 500
    sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    posted()
    (attempt,) = sandbox.webhooks.attempts()
    failed = sandbox.webhooks.resend(attempt)
    assert (failed.accepted, failed.retry_at) == (False, attempt.retry_at)
    sandbox.clock.advance(minutes=1)
    assert [each.number for each in sandbox.webhooks.attempts()] == [2, 0, 1]
    receiver.respond_with()
    assert sandbox.webhooks.resend(attempt).retry_at is None
    sandbox.clock.advance(hours=2)
    assert len(receiver.requests) == 4


def test_retry_now_makes_the_next_attempt_of_the_schedule(client, sandbox, receiver, hook, posted):
    receiver.respond_with(500, 500)
    start = sandbox.clock.freeze()
    client.outbound.send(EMAIL)
    posted()
    (attempt,) = sandbox.webhooks.attempts()
    second = sandbox.webhooks.retry_now(attempt)
    assert (second.number, second.manual, second.at, (second.retry_at - start).seconds) == (2, True, start, 300)
    assert sandbox.webhooks.retry_now(attempt).accepted
    with pytest.raises(InvalidArgument, match="no retry of this request is due"):
        sandbox.webhooks.retry_now(attempt)


def test_replay_failed_posts_rejected_events_in_order(client, sandbox, receiver, hook, posted):
    receiver.respond_with(200, 404, 500, 404)
    for number in range(4):
        client.outbound.send(Email(to=f"user{number}@example.com", text_body="x"))
        posted()
    replayed = sandbox.webhooks.replay_failed(hook)
    assert [each.recipient for each in replayed] == [f"user{number}@example.com" for number in (1, 2, 3)]
    assert all(each.accepted and each.manual for each in replayed)
    assert sandbox.webhooks.replay_failed(hook.id) == []
    sandbox.clock.advance(hours=2)
    assert len(receiver.requests) == 7


def test_an_attempt_that_cannot_be_repeated_is_an_error(client, sandbox, receiver, hook, posted):
    client.outbound.send(EMAIL)
    posted()
    (attempt,) = sandbox.webhooks.attempts()
    with pytest.raises(InvalidArgument, match="there is no attempt 77"):
        sandbox.webhooks.resend(77)
    with pytest.raises(InvalidArgument, match="webhook must be a webhook or its id, got str"):
        sandbox.webhooks.replay_failed("x")
    client.webhooks.delete(hook.id)
    with pytest.raises(InvalidArgument, match="there is no attempt"):
        sandbox.webhooks.resend(attempt)


def test_a_retry_uses_the_current_url_of_the_webhook(client, sandbox, receiver, hook, posted):
    client.webhooks.edit(hook.id, url=receiver.url("/wrong"))
    receiver.respond = lambda request: 200 if request.path == "/right" else 503
    client.outbound.send(EMAIL)
    posted()
    client.webhooks.edit(hook.id, url=receiver.url("/right"))
    assert sandbox.webhooks.retry_now(sandbox.webhooks.attempts()[0]).accepted


def test_deleting_a_webhook_or_resetting_the_sandbox_ends_its_retries(client, sandbox, receiver, hook, posted):
    receiver.respond = lambda _request: 500
    client.outbound.send(EMAIL)
    posted()
    sandbox.reset(keep="webhooks")
    assert sandbox.webhooks.attempts() == []
    assert len(client.webhooks.list()) == 1
    client.outbound.send(EMAIL)
    posted()
    client.webhooks.delete(hook.id)
    sandbox.clock.advance(days=1)
    assert len(receiver.requests) == 2


def test_attempts_are_deleted_with_their_message(client, sandbox, hook, posted):
    client.outbound.send(EMAIL)
    posted()
    sandbox.clock.advance(days=46)
    assert sandbox.webhooks.attempts() == []


@pytest.mark.costly
def test_only_the_newest_attempts_are_stored(monkeypatch, client, sandbox, hook, posted):
    monkeypatch.setattr(webhook_requests, "ATTEMPTS", 5)
    for number in range(8):
        client.outbound.send(Email(to=f"user{number}@example.com", text_body="x"))
    posted()
    assert len(sandbox.webhooks.attempts(limit=100)) == 5
    with sandbox.store.transaction(writing=False) as db:
        assert db.number("SELECT count(*) FROM webhook_requests") == 5


def test_each_server_sees_its_own_attempts(sandbox, account, receiver, posted):
    made = account.post("/servers", {"Name": "Second"}).json()
    with Client(made["ApiTokens"][0], base_url=sandbox.url, sender="a@example.com") as other:
        other.webhooks.create(url=receiver.url(), triggers=ALL)
        other.outbound.send(EMAIL)
    posted()
    (attempt,) = sandbox.webhooks.attempts()
    assert attempt.server_id == made["ID"]


def test_attempts_are_stored_in_the_data_file(tmp_path, receiver):
    path = tmp_path / "mail.db"
    with Sandbox(path) as sandbox, Client(sandbox.token, base_url=sandbox.url, sender="a@example.com") as client:
        client.webhooks.create(url=receiver.url(), triggers=ALL)
        client.outbound.send(EMAIL)
        sandbox.clock.wait_idle(60)
    with Sandbox(path) as again:
        (attempt,) = again.webhooks.attempts()
        assert json.loads(receiver.requests[0].body) == attempt.payload


@pytest.mark.parametrize("status", [500, 404, None])
def test_a_fault_fails_a_request_without_the_endpoint(client, sandbox, receiver, hook, posted, status):
    with sandbox.faults.webhook_fail(status, to="ada@*", route="/hooks") as fault:
        client.outbound.send(Email(to="eve@example.com", text_body="x"))
        client.outbound.send(EMAIL)
        assert len(posted()) == 1
    (attempt,) = sandbox.webhooks.attempts(failed=True)
    assert (fault.hits, attempt.status, attempt.recipient) == (1, status, "ada@example.com")
    assert ("did not respond (fault 1)" in attempt.error) is (status is None)
    assert (attempt.retry_at is None) is (status == 404)


@pytest.mark.parametrize("status", [200, 99, "500", 600])
def test_a_fault_has_a_status_of_failure(sandbox, status):
    with pytest.raises(InvalidArgument, match="status must be None or a number from 300 to 599"):
        sandbox.faults.webhook_fail(status)


def test_a_data_removal_removes_what_was_posted_about_the_person(client, account, api, sandbox, hook, posted):
    client.outbound.send(EMAIL)
    client.outbound.send(Email(to="eve@example.com", text_body="x"))
    for address in ("ada@example.com", "eve@example.com"):
        path = "/message-streams/outbound/suppressions"
        api.post(path, {"Suppressions": [{"EmailAddress": address}]})
    assert len(posted()) == 4
    account.post("/data-removals", {"RequestedBy": "me@example.com", "RequestedFor": "Ada@example.com"})
    assert {attempt.recipient for attempt in sandbox.webhooks.attempts()} == {"eve@example.com"}
