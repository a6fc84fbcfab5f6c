"""Log records and hooks tell the outcome of each request and of its emails."""

from __future__ import annotations

import logging

import pytest

from emailapi import Email, EmailAPIError, Hooks, InvalidRequest, MemoryTransport, Outcome, Retry, SMTPTransport
from emailapi._log import FACTS

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hi", text_body="Hello")
ID = "0a129aee-e1cd-480d-b08d-4f48548ff48d"
OK = {"ErrorCode": 0, "Message": "OK", "MessageID": ID, "To": "you@example.com", "SubmittedAt": "2026-01-01T00:00:00Z"}
REJECTED = {"ErrorCode": 406, "Message": "you@example.com is inactive"}


def facts(record):
    return {name: getattr(record, name) for name in FACTS if name != "duration_ms"}


def told(*names):
    """Return hooks that note their events, and the list."""
    events = []
    return Hooks(**{name: lambda event, name=name: events.append((name, event)) for name in names}), events


def test_the_record_of_a_send_has_its_facts_as_attributes(serve, connect, reply, caplog):
    caplog.set_level(logging.INFO, "emailapi")
    client = connect(serve(reply(b"", 429), reply(OK, X_Request_Id="req-1")).url, retry=QUICK)
    client.outbound.send(EMAIL)
    limited, sent = caplog.records
    common = {"method": "POST", "endpoint": "/email", "count": 1}
    assert facts(limited) == {
        **dict.fromkeys(FACTS[5:]),
        **common,
        "status_code": 429,
        "attempt": 1,
    }
    assert facts(sent) == {
        **common,
        "status_code": 200,
        "attempt": 2,
        "request_id": "req-1",
        "message_id": ID,
        "error_code": None,
    }
    assert all(type(record.duration_ms) is int for record in caplog.records)


def test_the_record_of_a_rejection_and_of_a_read(serve, connect, reply, caplog):
    caplog.set_level(logging.INFO, "emailapi")
    client = connect(serve(reply({"ErrorCode": 300, "Message": "x"}, 422), reply({"MessageID": ID}), "reset").url)
    client = client.with_options(retry=Retry(attempts=1))
    with pytest.raises(InvalidRequest):
        client.outbound.send(EMAIL)
    client.messages.get(ID)
    with pytest.raises(EmailAPIError):
        client.messages.get(ID)
    rejected, read, failed = caplog.records
    assert (rejected.error_code, rejected.status_code, rejected.count) == (300, 422, 1)
    assert (read.method, read.count, read.message_id) == ("GET", None, ID)
    assert (failed.status_code, failed.error_code, failed.levelname) == (None, None, "WARNING")


@pytest.mark.parametrize(
    "items, level, end, code",
    [
        ([OK, OK], "INFO", "attempt 1", None),
        ([OK, REJECTED], "INFO", "attempt 1, 1 of 2 emails rejected", None),
        ([REJECTED, REJECTED], "WARNING", "attempt 1, 2 of 2 emails rejected", 406),
    ],
    ids=["accepted", "one rejected", "all rejected"],
)
def test_the_record_of_a_batch_counts_rejected_emails(items, level, end, code, serve, connect, reply, caplog):
    """A batch without an accepted email is not a success, although its status is 200."""
    caplog.set_level(logging.INFO, "emailapi")
    connect(serve(reply(items)).url).outbound.send_batch([EMAIL, EMAIL])
    (record,) = caplog.records
    assert (record.levelname, record.status_code, record.count, record.error_code) == (level, 200, 2, code)
    assert record.getMessage().startswith("POST /email/batch 200 in ")
    assert record.getMessage().endswith(end)
    assert "example.com" not in caplog.text


def test_a_rejected_batch_is_logged_as_a_warning(serve, connect, reply, caplog):
    caplog.set_level(logging.WARNING, "emailapi")
    client = connect(serve(reply([OK]), reply([REJECTED])).url)
    client.outbound.send_batch([EMAIL])
    client.outbound.send_batch([EMAIL])
    assert len(caplog.records) == 1


def test_hooks_get_the_message_the_number_of_emails_and_the_outcome(serve, connect, reply):
    hooks, events = told("before_send", "on_response", "on_retry")
    peer = serve(reply(b"", 429), reply(OK), reply([OK, REJECTED]), reply([REJECTED]), reply({"Messages": []}))
    client = connect(peer.url, hooks=hooks, retry=QUICK)
    client.outbound.send(EMAIL)
    client.outbound.send_batch([EMAIL, EMAIL])
    client.outbound.send_batch([EMAIL])
    client.messages.list()
    assert [(name, event.count, event.message_id, event.outcome) for name, event in events] == [
        ("before_send", 1, None, None),
        ("on_response", 1, None, Outcome.NOT_SENT),
        ("on_retry", 1, None, Outcome.NOT_SENT),
        ("before_send", 1, None, None),
        ("on_response", 1, ID, Outcome.ACCEPTED),
        ("before_send", 2, None, None),
        ("on_response", 2, None, None),
        ("before_send", 1, None, None),
        ("on_response", 1, None, Outcome.NOT_SENT),
        ("before_send", None, None, None),
        ("on_response", None, None, None),
    ]
    assert {event.transport for _, event in events} == {"api"}


def test_on_error_has_the_outcome(serve, connect, reply):
    hooks, events = told("on_error")
    client = connect(
        serve(reply({"ErrorCode": 300, "Message": "x"}, 422), reply(b"", 500)).url, hooks=hooks, reconcile=False
    )
    for _ in range(2):
        with pytest.raises(EmailAPIError):
            client.outbound.send(EMAIL)
    assert [(event.count, event.outcome) for _, event in events] == [(1, Outcome.NOT_SENT), (1, Outcome.UNKNOWN)]


class Mine(MemoryTransport):
    """A transport of an application."""


def test_on_fallback_is_called_before_emails_fail_over(serve, connect, reply):
    hooks, events = told("on_fallback")
    memory = MemoryTransport()
    client = connect(serve(reply(b"", 429)).url, hooks=hooks, fallback=memory, retry=Retry(attempts=1))
    assert client.outbound.send(EMAIL).via == "memory"
    client.outbound.send_batch([EMAIL, EMAIL])
    client.outbound.send(EMAIL)  # the third failure in a row has opened the circuit
    client.outbound.send(EMAIL)
    assert [(event.transport, event.count, event.error and event.error.status) for _, event in events] == [
        ("memory", 1, 429),
        ("memory", 2, 429),
        ("memory", 1, 429),
        ("memory", 1, None),
    ]
    assert {(event.method, event.path) for _, event in events} == {("", "")}


def test_a_failing_on_fallback_hook_does_not_change_the_result(serve, connect, reply, caplog):
    hooks = Hooks(on_fallback=lambda event: 1 / 0)
    client = connect(serve(reply(b"", 429)).url, hooks=hooks, fallback=MemoryTransport(), retry=Retry(attempts=1))
    assert client.outbound.send(EMAIL).via == "memory"
    assert [record for record in caplog.records if record.exc_info]
    (failover,) = (record for record in caplog.records if "fail over" in record.getMessage())
    assert (failover.count, failover.status_code) == (1, None)


def test_results_have_the_id_of_their_request(serve, connect, reply):
    odd = {"ErrorCode": "0", "MessageID": ID, "Message": None}
    peer = serve(
        reply(OK, X_Request_Id="a"), reply([OK, odd], X_Request_Id="b"), reply(odd, X_Request_Id="c"), reply(OK)
    )
    outbound = connect(peer.url).outbound
    assert outbound.send(EMAIL).request_id == "a"
    assert [item.request_id for item in outbound.send_batch([EMAIL, EMAIL])] == ["b", "b"]
    assert outbound.send(EMAIL).request_id == "c"
    assert outbound.send(EMAIL).request_id is None


def test_every_record_has_every_attribute(caplog):
    """A formatter that names an attribute must not fail on the records of a transport without a status."""
    caplog.set_level(logging.INFO, "emailapi")
    with SMTPTransport("127.0.0.1", 9, tls="none", retry=Retry(attempts=1)) as smtp, pytest.raises(EmailAPIError):
        smtp.send(EMAIL)
    (record,) = caplog.records
    assert (record.method, record.endpoint, record.attempt, record.count) == ("SMTP", "127.0.0.1:9", 1, 1)
    assert set(FACTS) <= set(vars(record))
