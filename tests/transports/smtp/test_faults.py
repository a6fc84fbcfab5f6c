"""Connections that break: what is sent again, what is not, and how long it may take."""

from __future__ import annotations

import pickle
import signal
import socket

import pytest

from emailapi import (
    ConnectionFailed,
    DeliveryUnknown,
    InvalidEmail,
    Outcome,
    Retry,
    SendResult,
    SMTPError,
    SMTPTransport,
)

from ...interrupting import interrupt
from ...ports import unused_port
from .emails import READY, new_email
from .scripted import Talk, polite

BREAKS = {"cut": Talk.cut, "reset": Talk.reset, "garbage": b"what?", "421": b"421 4.3.2 going down", "99": b"99 no"}
STAGES = ["greeting", "ehlo", "mail", "rcpt", "data"]


def halfway(talk: Talk) -> None:
    """Ask for the email, and hang up before its end."""
    talk.say(b"354 go")
    talk.reader.read(20)
    talk.cut()


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])
@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_failure_before_the_end_of_data_is_retried(stage, how, extensions, script, connect):
    server = script(polite(*extensions, **{stage: BREAKS[how]}), polite())
    result = connect(server).send(new_email())
    assert result.message_id == "4XYZ"
    assert server.connections == 2
    assert len(server.messages) == 1


@pytest.mark.parametrize("stage", [*STAGES, "halfway"])
def test_a_connection_lost_at_every_attempt_is_not_sent(stage, script, connect):
    """When no attempt gets through, the error says so, and how many there were."""
    broken = {"data": halfway} if stage == "halfway" else {stage: Talk.cut}
    server = script(polite(**broken))
    with pytest.raises(ConnectionFailed) as caught:
        connect(server).send(new_email(text_body="x" * (9_000_000 if stage == "halfway" else 1)))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.retryable
    assert caught.value.attempts == server.connections == 3
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


def test_a_421_at_every_attempt_is_an_smtp_error(script, connect):
    server = script(polite(mail=b"421 4.7.0 try later"))
    with pytest.raises(SMTPError, match="try later") as caught:
        connect(server).send(new_email())
    assert (caught.value.code, caught.value.retryable, caught.value.outcome) == (421, True, Outcome.NOT_SENT)
    assert caught.value.attempts == server.connections == 3


def test_attempts_1_makes_a_single_attempt(script, connect):
    server = script(polite(mail=Talk.cut))
    with pytest.raises(ConnectionFailed):
        connect(server, retry=Retry(attempts=1)).send(new_email())
    with pytest.raises(ConnectionFailed):
        connect(server).within(25, attempts=1).send(new_email())
    assert server.connections == 2


LOST = {"cut": Talk.cut, "reset": Talk.reset, "garbage": b"what?", "354": b"354 again"}


@pytest.mark.parametrize("how", LOST)
def test_a_failure_after_the_end_of_data_is_unknown_and_not_retried(how, script, connect):
    server = script(polite(ends=[LOST[how]]))
    with pytest.raises(DeliveryUnknown) as caught:
        connect(server).send(new_email(idempotency_key="mine"))
    assert caught.value.may_have_been_sent
    assert not caught.value.retryable
    assert caught.value.idempotency_key is None  # it was not sent: a look-up cannot find it
    assert server.connections == len(server.messages) == 1


def test_the_error_names_a_key_that_was_sent(script, connect):
    """Where X-PM headers are written, an unknown email can be looked up by its key, also by one that was made."""
    server = script(polite(ends=[Talk.cut]))
    keys = []
    for key in ("mine", None):
        with pytest.raises(DeliveryUnknown) as caught:
            connect(server, postmark_headers=True).send(new_email(idempotency_key=key))
        keys.append(caught.value.idempotency_key)
    assert keys[0] == "mine"
    assert keys[1] is not None
    assert all(key.encode() in sent for key, sent in zip(keys, server.messages, strict=True))


@pytest.mark.parametrize("more", [b"250 2.0.0 Ok: queued as 4NO", b"552 5.3.4 no"])
def test_a_reply_before_the_content_does_not_accept_the_email(more, script, connect):
    server = script(polite(data=lambda talk: (talk.say(b"354 go\r\n" + more), talk.wait())), polite())
    transport = connect(server)
    if more.startswith(b"250"):
        assert transport.send(new_email()).message_id == "4XYZ"
    else:
        with pytest.raises(SMTPError, match="no"):
            transport.send(new_email())
        transport.send(new_email())
    assert server.carriers == [2]


@pytest.mark.costly
def test_a_rejection_sent_before_closing_the_connection_is_read(script, connect):
    def reject(talk: Talk) -> None:
        talk.say(b"354 go")
        talk.say(b"552 5.3.4 too much")
        talk.connection.shutdown(socket.SHUT_RDWR)

    body = (b"x" * 70 + b"\r\n") * 100_000
    transport = connect(script(polite(data=reject), polite()), retry=Retry(attempts=1))
    with pytest.raises((SMTPError, ConnectionFailed)) as caught:
        transport.send_message(READY + body)
    assert caught.value.outcome is Outcome.NOT_SENT
    transport.send(new_email())


@pytest.mark.parametrize("how", [Talk.wait, Talk.cut, Talk.reset, b"what?", b"500 no"])
def test_quit_never_raises(how, script, connect, monkeypatch):
    """After the email was accepted, nothing that happens at QUIT is an error; it takes two seconds at most."""
    monkeypatch.setattr("emailapi.transports.smtp.connection.QUIT_SECONDS", 0.2)
    server = script(polite(quit=how))
    with connect(server) as transport:
        transport.send(new_email())
    assert server.verbs()[-1] == "QUIT"


def test_a_refused_connection_is_retried_and_not_sent(connect):
    port = unused_port()
    transport = SMTPTransport("127.0.0.1", port, retry=Retry(attempts=2, initial=0.01))
    with pytest.raises(ConnectionFailed, match="refused") as caught:
        transport.send(new_email())
    assert caught.value.attempts == 2
    assert caught.value.retryable


def test_an_unknown_host_is_retried_and_not_sent(connect):
    with pytest.raises(ConnectionFailed, match="resolved"):
        SMTPTransport("nowhere.invalid", retry=Retry(attempts=1)).send(new_email())


def test_a_rejecting_greeting_is_final_if_it_is_permanent(script, connect):
    server = script(polite(greeting=b"554 5.7.1 not you"))
    with pytest.raises(ConnectionFailed, match="not you") as caught:
        connect(server).send(new_email())
    assert (caught.value.attempts, caught.value.retryable) == (1, False)
    server = script(polite(greeting=b"421 4.7.0 too many connections"))
    with pytest.raises(ConnectionFailed) as caught:
        connect(server).send(new_email())
    assert (caught.value.attempts, caught.value.retryable) == (3, True)


def test_a_batch_continues_after_a_421(script, connect):
    """A server that hangs up after each second email gets the rest over new connections, each email once."""
    two = {"mail": [b"250 ok", b"250 ok", b"421 4.7.0 enough"]}
    server = script(polite(**two), polite("PIPELINING", **two), polite(**two), polite(**two))
    batch = connect(server).send_batch([new_email(subject=str(number)) for number in range(7)])
    assert len(batch.accepted) == 7
    subjects = [next(line for line in sent.split(b"\r\n") if line.startswith(b"Subject")) for sent in server.messages]
    assert subjects == [b"Subject: %d" % number for number in range(7)]
    assert server.connections == 4


def test_a_batch_continues_after_any_outcome(script, connect):
    """Each item has its own end: invalid, rejected, unknown, accepted."""
    server = script(
        polite("SIZE 2000", rcpt=[b"250 ok", b"550 5.1.1 who?", b"250 ok"], ends=[b"250 ok", Talk.cut]), polite()
    )
    emails = [
        new_email(),
        new_email(tag="welcome"),
        new_email(),
        new_email(),
        new_email(text_body="x" * 3000),
        new_email(),
    ]
    items = connect(server).send_batch(emails)
    kinds = [SendResult, InvalidEmail, SMTPError, DeliveryUnknown, SendResult, SendResult]
    assert [type(item) for item in items] == kinds
    assert items[1].index == 1
    assert items[2].recipients[0].enhanced_code == "5.1.1"
    assert len(server.messages) == 4


def test_a_batch_without_a_connection_is_not_tried_for_each_email(script, connect):
    server = script(polite(ehlo=Talk.cut))
    batch = connect(server).send_batch([new_email(), new_email(tag="no"), new_email()])
    assert [type(item) for item in batch] == [ConnectionFailed, InvalidEmail, ConnectionFailed]
    assert server.connections == 3


def test_ctrl_c_leaves_no_open_transaction(script, connect):
    """An interrupted email is not sent afterwards, and the next one goes over another connection."""
    server = script(polite(data=lambda talk: (interrupt(signal.SIGINT), talk.wait())), polite())
    transport = connect(server)
    with pytest.raises(KeyboardInterrupt):
        transport.send(new_email(subject="first"))
    transport.send(new_email(subject="second"))
    [sent] = server.messages
    assert b"Subject: second" in sent
