"""Transports whose methods a user's class, or a user's test, has replaced: what was put there is called."""

from __future__ import annotations

from contextlib import closing, suppress
from unittest import mock

import attrs
import pytest

from emailapi import (
    APITransport,
    Client,
    ConnectionFailed,
    DeadlineExceeded,
    Email,
    Fallback,
    InvalidEmail,
    MemoryTransport,
    RateLimited,
    Retry,
    SendResult,
    SMTPTransport,
)

from ..faults.modes import MODES
from .smtp.scripted import Scripted

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
DONE = SendResult(message_id="replaced")
NOWHERE = "http://127.0.0.1:9"
ONCE = Retry(attempts=1)


class Down(MemoryTransport):
    def send(self, email, /):
        raise ConnectionFailed("down")


class Rejecting(MemoryTransport):
    def send(self, email, /):
        raise InvalidEmail("not staff", field="to")


class Strict(MemoryTransport):
    def check(self, email, /):
        raise InvalidEmail("no", field="to")


def test_send_batch_calls_an_overridden_send():
    transport = Rejecting()
    (item,) = transport.send_batch([EMAIL])
    assert (type(item), item.index) == (InvalidEmail, 0)
    assert transport.sent == []


def test_send_and_send_batch_call_an_overridden_check():
    transport = Strict()
    with pytest.raises(InvalidEmail):
        transport.send(EMAIL)
    assert not transport.send_batch([EMAIL]).accepted
    assert transport.sent == []


def test_a_fallback_calls_an_overridden_complete():
    class Tagged(Fallback):
        def complete(self, email, /):
            return attrs.evolve(super().complete(email), tag="auto")

    secondary = MemoryTransport()
    Tagged(Down(), secondary).send(EMAIL)
    assert secondary.sent[0].tag == "auto"


@pytest.mark.parametrize("kind", [SMTPTransport, MemoryTransport])
@pytest.mark.parametrize("made", [mock.Mock, mock.MagicMock, mock.create_autospec])
def test_a_mock_of_a_transport_works_as_the_fallback(kind, made):
    double = made(kind, instance=True) if made is mock.create_autospec else made(spec=kind)
    double.send.return_value = DONE
    assert Fallback(Down(), double).send(EMAIL) is DONE
    with Client("t", base_url=NOWHERE, retry=ONCE, fallback=double) as client:
        assert client.outbound.send(EMAIL) is DONE


@pytest.mark.parametrize("autospec", [None, True])
def test_a_send_that_a_test_replaces_on_the_class_is_called(autospec):
    transport = SMTPTransport("127.0.0.1", 9, tls="none", retry=ONCE)
    with (
        Client("t", base_url=NOWHERE, retry=ONCE, fallback=transport) as client,
        mock.patch.object(SMTPTransport, "send", autospec=autospec, return_value=DONE),
    ):
        assert client.outbound.send(EMAIL) is DONE


def test_a_send_that_a_test_replaces_later_is_called():
    transport = MemoryTransport()
    with Client("t", base_url=NOWHERE, retry=ONCE, fallback=transport) as client:
        with mock.patch.object(transport, "send", return_value=DONE):
            assert client.outbound.send(EMAIL) is DONE
        assert transport.sent == []
        client.outbound.send(EMAIL)
        assert len(transport.sent) == 1


def test_a_replaced_send_of_the_api_posts_nothing(serve, connect):
    service, secondary = serve(), MemoryTransport()
    fallback = Fallback(APITransport(connect(service)), secondary)
    with mock.patch.object(APITransport, "send", side_effect=ConnectionFailed("outage")):
        assert fallback.send(EMAIL).via == "memory"
    assert service.seen == []


def test_both_transports_get_one_key_if_the_primary_is_a_users_class(serve, connect):
    class Mine(APITransport):
        def send(self, email, /):
            return super().send(email)

    service, secondary = serve(MODES["429"]), MemoryTransport()
    Fallback(Mine(connect(service, retry=ONCE)), secondary).send(EMAIL)
    assert secondary.sent[0].idempotency_key == service.seen[0].json["Metadata"]["emailapi-key"]


def test_an_unexpected_error_of_an_overridden_check_is_the_error_of_its_email():
    class Broken(MemoryTransport):
        def check(self, email, /):
            if email.subject == "2":
                raise KeyError("x")

    emails = [attrs.evolve(EMAIL, subject=str(number)) for number in range(4)]
    result = Fallback(Broken(), MemoryTransport()).send_batch(emails)
    assert [type(item) for item in result] == [SendResult, SendResult, InvalidEmail, SendResult]
    assert "Broken.check raised KeyError" in str(result[2])


@pytest.mark.costly
def test_an_inner_fallback_leaves_half_of_the_time_to_the_outer_one(clock):
    def drip(talk):
        """Say a byte when the half is over, and another one at the end if the client is still there."""
        for _ in range(2):
            clock.advance(16.0)
            talk.connection.sendall(b"2")
            talk.connection.settimeout(10)
            with suppress(TimeoutError):
                assert not talk.connection.recv(1)
                return

    with closing(Scripted(drip)) as server:
        dead = SMTPTransport("127.0.0.1", 9, tls="none", deadline=30, retry=ONCE)
        hangs = SMTPTransport("127.0.0.1", server.port, tls="none", deadline=30, timeout=30)
        last = MemoryTransport()
        assert Fallback(Fallback(dead, hangs), last).send(EMAIL).via == "memory"
    assert len(last.sent) == 1


def test_an_email_that_fails_by_both_transports_does_not_stop_the_batch():
    class Once(MemoryTransport):
        failed = False

        def send(self, email, /):
            if not self.failed:
                self.failed = True
                raise ConnectionFailed("for a moment")
            return super().send(email)

    secondary = Once()
    result = Fallback(SMTPTransport("127.0.0.1", 9, tls="none", retry=ONCE), secondary).send_batch([EMAIL] * 4)
    assert [item.outcome.value for item in result] == ["not_sent", "accepted", "accepted", "accepted"]


def test_within_limits_the_attempts_of_the_primary(serve, connect):
    service = serve(*[MODES["429"]] * 4)
    fallback = Fallback(APITransport(connect(service, retry=Retry(attempts=4, initial=0.01))), Down())
    with pytest.raises((ConnectionFailed, RateLimited, DeadlineExceeded)):
        fallback.within(25, attempts=1).send(EMAIL)
    assert len(service.seen) == 1
