"""Transports that send one email after another: each has its own deadline, and an outage or a stop ends the batch."""

from __future__ import annotations

import socket
import threading
from collections import Counter

import pytest

from emailapi import (
    Client,
    ConfigurationError,
    ConnectionFailed,
    Fallback,
    MemoryTransport,
    Retry,
    SendResult,
    SMTPTransport,
)
from emailapi._net import monotonic

from .user_transports import EMAIL, Bare

ONCE = Retry(attempts=1)


class Counting(Bare):
    """A transport that is asked for one email at a time, and counts them."""

    at_once = 1
    asked = 0

    def send(self, email, /):
        self.asked += 1
        return super().send(email)


def unreachable():
    """Return a transport to a port on which nothing listens."""
    return SMTPTransport("127.0.0.1", 9, tls="none", retry=ONCE)


def many(client, emails, **options):
    """Send emails by `send_many`, and return all items."""
    return list(client.outbound.send_many(emails, workers=1, **options))


@pytest.mark.parametrize("how", ["batch", "many"])
def test_an_unreachable_transport_is_tried_three_times(how):
    transport = Counting(ConnectionFailed("refused"))
    client = Client(transport=transport)
    items = client.outbound.send_batch([EMAIL] * 20) if how == "batch" else many(client, [EMAIL] * 20)
    assert transport.asked == 3
    assert [type(item) for item in items] == [ConnectionFailed] * 20
    assert [item.index for item in items] == [*range(20)]


@pytest.mark.parametrize("how", ["batch", "many"])
def test_no_email_is_sent_after_an_unreachable_smtp_server(how, monkeypatch):
    opened, connect = [], socket.socket.connect

    def counted(self, address):
        opened.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", counted)
    client = Client(transport=unreachable())
    items = client.outbound.send_batch([EMAIL] * 20) if how == "batch" else many(client, [EMAIL] * 20)
    assert len(opened) == 1
    assert {type(item) for item in items} == {ConnectionFailed}


def test_a_fallback_gives_up_when_neither_transport_can_be_reached():
    first, second = unreachable(), Counting(ConnectionFailed("refused"))
    items = Fallback(first, second).send_batch([EMAIL] * 20)
    assert second.asked == 3
    assert {type(item) for item in items} == {ConnectionFailed}
    items = Fallback(unreachable(), unreachable()).send_batch([EMAIL] * 20)
    assert {type(item) for item in items} == {ConnectionFailed}


def test_a_fallback_continues_while_one_transport_works():
    second = MemoryTransport()
    Fallback(unreachable(), second).send_batch([EMAIL] * 20).raise_for_errors()
    assert len(second.sent) == 20


@pytest.mark.parametrize("how", ["batch", "many"])
def test_each_email_has_its_own_deadline(how, monkeypatch):
    ahead = [0.0]
    monkeypatch.setattr("emailapi._delivery.retry.monotonic", lambda: monotonic() + ahead[0])

    class Slow(MemoryTransport):
        def _deliver(self, payloads, batch, context):
            assert context.deadline.left() > 29
            ahead[0] += 20 * len(payloads)
            return super()._deliver(payloads, batch, context)

    client = Client(transport=Slow())
    items = client.outbound.send_batch([EMAIL] * 5) if how == "batch" else many(client, [EMAIL] * 5)
    assert Counter(map(type, items)) == {SendResult: 5}


def test_a_stopped_sending_ends_between_two_emails():
    """The chunk has 100 emails, and is left while the first one is sent."""
    begun, go_on = threading.Event(), threading.Event()

    class Held(Counting):
        def send(self, email, /):
            begun.set()
            go_on.wait()
            return super().send(email)

    transport = Held()
    sending = Client(transport=transport).outbound.send_many([EMAIL] * 100, chunk_size=100, workers=1)
    begun.wait()
    sending._stop()
    go_on.set()
    counts = sending.wait()
    assert (counts.accepted, counts.not_sent) == (1, 99)
    assert len(transport.sent) == 1


def test_closing_the_client_within_a_chunk_keeps_the_results():
    class Closes(Bare):
        at_once = 1

        def send(self, email, /):
            if len(self.sent) == 1:
                client.close()
            return super().send(email)

    transport = Closes()
    client = Client(transport=transport)
    items = many(client, [EMAIL] * 5)
    assert [type(item) for item in items] == [SendResult] * 2 + [ConfigurationError] * 3
    assert len(transport.sent) == 2
