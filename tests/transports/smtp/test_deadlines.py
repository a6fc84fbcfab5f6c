"""Time: what a server may take of it, and handshakes and replies that do not end."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from emailapi import ConnectionFailed, DeadlineExceeded, DeliveryUnknown, Outcome, Retry

from .emails import READY, new_email
from .scripted import Talk, polite


def test_no_reply_to_the_end_of_data_is_unknown(script, connect, clock):
    server = script(polite(data=lambda _: clock.advance(29.5) or b"354 go", ends=[Talk.wait]))
    with pytest.raises(DeliveryUnknown):
        connect(server, deadline=30.0).send(new_email())
    assert server.connections == 1


@pytest.mark.costly
def test_the_reply_to_the_end_of_data_has_a_longer_timeout(script, connect):
    server = script(polite(ends=[lambda talk: (talk.server.stopping.wait(1.5), talk.say(b"250 ok"))]))
    assert connect(server, timeout=1.0).send(new_email()).message == "ok"


def test_a_stopped_batch_is_not_retried(script, connect):
    stopped = threading.Event()
    server = script(polite(greeting=lambda talk: (stopped.set(), talk.cut())))
    transport = connect(server, retry=Retry(attempts=3, initial=30, maximum=30), deadline=120)
    (batch,) = transport._batches([new_email()], 1)
    (item,) = transport._deliver_batch(batch, stopped)
    assert isinstance(item, ConnectionFailed)
    assert item.attempts == server.connections == 1


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("how", [Talk.drip, Talk.wait], ids=["dripping", "silent"])
def test_the_deadline_limits_the_transaction(stage, how, script, connect):
    """A server that is silent, or says a byte now and then, ends at the deadline with nothing sent."""
    server = script(polite(**{stage: how}))
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded) as caught:
        connect(server, deadline=0.3).send(new_email())
    assert time.monotonic() - began < 20
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_dripping_reply_to_the_end_of_data_is_unknown_at_the_deadline(script, connect, clock):
    """The same holds where each byte of the reply comes in time."""
    with pytest.raises(DeliveryUnknown):
        connect(script(polite(ends=[lambda talk: (clock.advance(99.0), talk.drip())]))).send(new_email())


@pytest.mark.costly
def test_an_endless_reply_is_rejected(script, connect):
    """Continuation lines do not fill the memory."""

    def endless(talk: Talk) -> None:
        while True:
            talk.connection.sendall(b"250-more\r\n" * 10_000)

    server = script(polite(ehlo=endless))
    with pytest.raises(ConnectionFailed, match="too long"):
        connect(server, retry=Retry(attempts=1)).send(new_email())


def test_an_endless_line_is_rejected(script, connect):
    """Nor does a line."""
    server = script(polite(ehlo=lambda talk: talk.connection.sendall(b"2" * 9000)))
    with pytest.raises(ConnectionFailed, match="line"):
        connect(server, retry=Retry(attempts=1)).send(new_email())


@pytest.mark.costly
def test_the_timeout_applies_to_each_part_of_a_slow_upload(script, connect):
    """A large email may take longer than one timeout, as long as the server goes on reading."""

    def slowly(talk: Talk) -> None:
        talk.say(b"354 go")
        talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        for _ in range(4):
            talk.server.stopping.wait(0.4)
            talk.reader.read(1_000_000)
        talk.hear_email()
        talk.say(b"250 2.0.0 Ok: queued as 4BIG")

    body = (b"x" * 70 + b"\r\n") * 100_000
    result = connect(script(polite(data=slowly)), timeout=1.2).send_message(READY + body)
    assert result.message_id == "4BIG"


BROKEN_HANDSHAKES = {
    "cut": Talk.cut,
    "reset": Talk.reset,
    "garbage": b"what is this?",
    "alert": b"\x15\x03\x03\x00\x02\x02\x28",
}


@pytest.mark.parametrize("how", BROKEN_HANDSHAKES)
@pytest.mark.parametrize("tls", ["required", "implicit"])
def test_a_failed_tls_handshake_sent_nothing(tls, how, script, connect):
    step = BROKEN_HANDSHAKES[how]

    def broken(talk: Talk) -> None:
        if tls == "required":
            talk.say(b"220 go")
        talk.reader.read(1)
        if isinstance(step, bytes):
            talk.say(step)
            talk.wait()
        else:
            step(talk)

    server = script(broken if tls == "implicit" else polite("STARTTLS", starttls=broken))
    with pytest.raises(ConnectionFailed) as caught:
        connect(server, tls=tls).send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert "MAIL" not in server.verbs()


@pytest.mark.parametrize("tls", ["required", "implicit"])
def test_a_stalled_tls_handshake_ends_with_the_deadline(tls, script, connect):
    """A server that does not shake hands is not waited for beyond the deadline."""

    def silent(talk: Talk) -> None:
        if tls == "required":
            talk.say(b"220 go")
        talk.wait()

    server = script(silent if tls == "implicit" else polite("STARTTLS", starttls=silent))
    with pytest.raises(DeadlineExceeded):
        connect(server, tls=tls, deadline=0.3).send(new_email())


def test_an_email_without_time_is_not_sent(script, connect):
    server = script(polite())
    with pytest.raises(DeadlineExceeded):
        connect(server).within(1e-9).send(new_email())
    assert server.messages == []
