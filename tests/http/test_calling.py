"""One call: how often it is tried, what hooks are told, and what stands in the log."""

from __future__ import annotations

import json
import logging

import pytest

from emailapi import (
    AccountClient,
    DeliveryUnknown,
    Email,
    EmailAPIError,
    HookEvent,
    Hooks,
    NotFound,
    Outcome,
    Retry,
    ServerError,
)

from ..clock import wait_for

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
EMAIL = Email(
    sender="us@example.com", to="you@example.com", subject="Sub-ject", text_body="Bo-dy", metadata={"user": "se-ven"}
)
SECRETS = ("us@example", "you@example", "Sub-ject", "Bo-dy", "se-ven", "5ecre7")


def recorder():
    """Return hooks that note each call, and the list of what they noted."""
    told: list[tuple[str, HookEvent]] = []
    names = ("before_send", "on_response", "on_retry", "on_error")
    return Hooks(**{name: lambda event, name=name: told.append((name, event)) for name in names}), told


def test_hooks_are_called_for_each_attempt_and_its_wait(serve, connect, reply, accepted):
    peer = serve(reply(b"", 429), reply({"ErrorCode": 100, "Message": "x"}, 503, Retry_After="0"), accepted)
    hooks, told = recorder()
    connect(peer.url, hooks=hooks, retry=QUICK).outbound.send(EMAIL)
    assert [name for name, _ in told] == [*["before_send", "on_response", "on_retry"] * 2, "before_send", "on_response"]
    assert [event.attempt for _, event in told] == [1, 1, 1, 2, 2, 2, 3, 3]
    assert [event.status for _, event in told] == [None, 429, 429, None, 503, 503, None, 200]
    first, second = (event.wait for name, event in told if name == "on_retry")
    assert 0.005 <= first <= 0.01
    assert 0.01 <= second <= 0.02
    assert all((event.method, event.path, event.error) == ("POST", "/email", None) for _, event in told)
    assert all((event.seconds is None) is (name == "before_send") for name, event in told)
    assert not [secret for secret in SECRETS if secret in repr(told)]


def test_hooks_are_called_for_attempts_without_a_response(serve, connect, accepted):
    hooks, told = recorder()
    client = connect(serve("reset", "close", "reset").url, hooks=hooks, retry=QUICK)
    with pytest.raises(EmailAPIError) as caught:
        client.messages.get("1")
    assert [name for name, _ in told] == [*["before_send", "on_retry"] * 2, "before_send", "on_error"]
    assert told[-1][1].error is caught.value
    assert [event.error.attempts for _, event in told if event.error] == [1, 2, 3]
    assert caught.value.attempts == 3


@pytest.mark.parametrize("status", [500, 408])
def test_on_error_gets_the_outcome_of_a_send(status, serve, connect, reply):
    """A send that the service failed is told as one that may have been sent; a read as one that may be tried again."""
    hooks, told = recorder()
    client = connect(serve(reply(b"", status)).url, hooks=hooks)
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(EMAIL)
    with pytest.raises(EmailAPIError):
        client.messages.get("1")
    send, read = (event.error for name, event in told if name == "on_error")
    assert (send.outcome, send.retryable) == (Outcome.UNKNOWN, False)
    assert (read.outcome, read.retryable) == (Outcome.NOT_SENT, True)


def test_on_error_gets_the_raised_error_of_a_rejection(serve, connect, reply):
    hooks, told = recorder()
    client = connect(serve(reply({"ErrorCode": 701, "Message": "Gone"}, 422)).url, hooks=hooks)
    with pytest.raises(NotFound) as caught:
        client.messages.get("1")
    assert [event.error for name, event in told if name == "on_error"] == [caught.value]


@pytest.mark.parametrize("name", ["before_send", "on_response", "on_retry", "on_error"])
def test_a_failing_hook_does_not_change_the_result(name, serve, connect, reply, accepted, caplog):
    def fail(event):
        raise LookupError("hook")

    peer = serve(reply(b"", 429), accepted, reply(b"", 404))
    client = connect(peer.url, hooks=Hooks(**{name: fail}), retry=QUICK)
    assert client.outbound.send(EMAIL).message == "Sub-ject"
    with pytest.raises(NotFound):
        client.messages.get("1")
    failed = [record for record in caplog.records if record.exc_info]
    assert {record.getMessage() for record in failed} <= {
        "a hook failed at POST /email",
        "a hook failed at GET /messages/outbound/1/details",
    }
    assert failed
    assert not [secret for secret in SECRETS if secret in caplog.text]
    assert len(peer.seen) == 3


def test_ctrl_c_in_a_hook_is_not_swallowed(serve, connect, accepted):
    def interrupt(event):
        raise KeyboardInterrupt

    peer = serve(accepted)
    with pytest.raises(KeyboardInterrupt):
        connect(peer.url, hooks=Hooks(before_send=interrupt)).outbound.send(EMAIL)
    assert not peer.seen


class Broken(logging.Handler):
    """A handler that fails at each record."""

    def emit(self, record):
        raise LookupError("handler")


def test_a_failing_log_handler_does_not_change_the_result(serve, connect, reply, accepted, monkeypatch):
    """A log that cannot be written hides no response: a send is accepted, also where a hook fails, too."""
    logger = logging.getLogger("emailapi")
    monkeypatch.setattr(logger, "handlers", [Broken()])
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    peer = serve(reply(b"", 429), accepted)
    hooks = Hooks(on_response=lambda event: 1 / 0)
    assert connect(peer.url, hooks=hooks, retry=QUICK).outbound.send(EMAIL).message == "Sub-ject"


def test_each_request_is_logged_in_one_line(serve, connect, reply, accepted, caplog):
    """A line a request: method, path, status, milliseconds, attempt and the message's id; warnings for failures."""
    caplog.set_level(logging.DEBUG, "emailapi")
    peer = serve(reply(b"", 429), accepted, reply({"ErrorCode": 300, "Message": "you@example.com"}, 422), "reset")
    client = connect(peer.url, retry=QUICK)
    client.outbound.send(EMAIL)
    for _ in range(2):
        with pytest.raises(EmailAPIError):
            client.outbound.send(EMAIL)
    assert {record.name for record in caplog.records} == {"emailapi"}
    lines = [record.getMessage() for record in caplog.records]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING", "WARNING"]
    assert lines[0].startswith("POST /email 429 in ")
    assert lines[1].startswith("POST /email 200 in ")
    assert lines[1].endswith(" ms, attempt 2, message 0a129aee-e1cd-480d-b08d-4f48548ff48d")
    assert lines[2].endswith(" ms, attempt 1")
    assert "the connection broke" in lines[3]
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_an_id_with_a_line_feed_is_not_logged(serve, connect, reply, caplog):
    """An id with a line feed is not logged: it would look like a line of its own."""
    caplog.set_level(logging.INFO, "emailapi")
    peer = serve(reply({"ErrorCode": 0, "MessageID": "1\nforged"}))
    assert connect(peer.url).outbound.send(EMAIL).message_id == "1\nforged"
    assert "forged" not in caplog.text
    assert len(caplog.records) == 1


def test_the_query_is_not_logged(serve, connect, reply, caplog):
    caplog.set_level(logging.INFO, "emailapi")
    connect(serve(reply({"TotalCount": 0, "Messages": []})).url).messages.list(recipient="you@example.com")
    assert [record.getMessage().split()[1] for record in caplog.records] == ["/messages/outbound"]
    assert "you@example" not in caplog.text


def test_nothing_is_logged_below_the_level_of_the_logger(serve, connect, accepted, caplog):
    caplog.set_level(logging.ERROR, "emailapi")
    connect(serve(accepted).url).outbound.send(EMAIL)
    assert not caplog.records


RECORD = {"ID": 1, "Name": "x", "Bounce": {"ID": 1}, "Message": "OK", "Suppressions": [], "ErrorCode": 0}
REPEATED = {
    "PUT": lambda client: client.server.edit(name="x"),
    "PATCH": lambda client: client.streams.edit("s", name="x"),
    "DELETE": lambda client: client.webhooks.delete(1),
    "suppress": lambda client: client.suppressions.create("s", ["a@example.com"]),
    "unsuppress": lambda client: client.suppressions.delete("s", ["a@example.com"]),
    "template": lambda client: client.templates.edit("t", name="x"),
}
ONCE = {
    "a stream": lambda client: client.streams.create(id="s", name="x", message_stream_type="Broadcasts"),
    "a template": lambda client: client.templates.create(name="x", subject="x", text_body="x"),
    "a webhook": lambda client: client.webhooks.create(url="https://example.com"),
    "a rule": lambda client: client.inbound_rules.create("a@example.com"),
    "activate": lambda client: client.bounces.activate(1),
    "bypass": lambda client: client.inbound.bypass("1"),
    "retry": lambda client: client.inbound.retry("1"),
}
ONCE_OF_AN_ACCOUNT = {
    "a server": lambda client: client.servers.create(name="x"),
    "a domain": lambda client: client.domains.create(name="example.com"),
    "a signature": lambda client: client.signatures.create(from_email="a@example.com", name="A"),
    "resend": lambda client: client.signatures.resend(1),
    "rotate": lambda client: client.domains.rotate_dkim(1),
}
FAILURES = {"500": lambda reply: reply(b"", 500), "408": lambda reply: reply(b"", 408), "silence": lambda _: "silence"}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", REPEATED)
def test_a_repeatable_request_is_retried_after_a_5xx_a_408_and_a_timeout(name, failure, serve, connect, reply):
    """These are settings, suppressions and deletions."""
    peer = serve(FAILURES[failure](reply), reply(RECORD))
    client = connect(peer.url, retry=QUICK, timeout=(5, 0.5 if failure == "silence" else 5))
    REPEATED[name](client)
    assert len(peer.seen) == 2 or (failure == "silence" and len(peer.seen) == 3)  # or late
    assert len({(seen.method, seen.target, seen.body) for seen in peer.seen}) == 1


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", [*ONCE, *ONCE_OF_AN_ACCOUNT])
def test_an_unsafe_request_is_not_repeated(name, failure, serve, connect, reply):
    peer = serve(FAILURES[failure](reply))
    options = {"retry": QUICK, "timeout": (5, 0.5 if failure == "silence" else 5)}
    call = ONCE.get(name) or ONCE_OF_AN_ACCOUNT[name]
    with AccountClient("x", base_url=peer.url, **options) as account, pytest.raises(DeliveryUnknown) as caught:
        call(connect(peer.url, **options) if name in ONCE else account)
    assert (caught.value.attempts, caught.value.may_have_been_sent) == (1, True)
    assert "mail" not in caught.value.message
    wait_for(lambda: peer.seen)
    assert len(peer.seen) == 1


@pytest.mark.parametrize("name", ["a rule", "activate"])
def test_any_request_is_retried_after_a_429_and_a_503_of_maintenance(name, serve, connect, reply):
    peer = serve(reply(b"", 429), reply({"ErrorCode": 100}, 503), reply(RECORD))
    ONCE[name](connect(peer.url, retry=QUICK))
    assert len(peer.seen) == 3


def test_a_read_that_always_fails_raises_the_error_of_its_last_response(serve, connect, reply):
    peer = serve(reply(b"", 502), reply({"ErrorCode": 101, "Message": "last"}, 500, X_Request_Id="r-2"))
    with pytest.raises(ServerError, match="last") as caught:
        connect(peer.url, retry=QUICK).messages.get("1")
    assert (caught.value.attempts, caught.value.request_id) == (3, "r-2")


def test_retries_send_the_same_bytes(serve, connect, reply, accepted):
    """An email that is tried again is the same email, key and all."""
    peer = serve(reply(b"", 429), accepted)
    connect(peer.url, retry=QUICK, reconcile=True).outbound.send(EMAIL)
    first, second = peer.seen
    assert first.body == second.body
    assert json.loads(first.body)["Metadata"]["emailapi-key"]
