"""Transports that users write, with the mistakes that they make: nothing is sent twice, and every error is ours."""

from __future__ import annotations

from itertools import repeat
from unittest import mock

import attrs
import pytest

from emailapi import (
    BatchResult,
    Client,
    ConfigurationError,
    ConnectionFailed,
    DeliveryUnknown,
    Fallback,
    InvalidEmail,
    MemoryTransport,
    SendResult,
    SMTPTransport,
)

from .user_transports import EMAIL, Bare

EMAILS = [attrs.evolve(EMAIL, subject=str(number)) for number in range(5)]


class Third(Bare):
    """A transport whose connection breaks at the third email; `send_batch` is the obvious loop over `send`."""

    def send(self, email, /):
        if len(self.sent) == 2:
            raise ConnectionFailed("gone")
        return super().send(email)


class Loop(Third):
    def send_batch(self, emails, /):
        return BatchResult(tuple(self.send(email) for email in emails))


class LoopOverCopy(Third):
    def send_batch(self, emails, /):
        return BatchResult(tuple(self.send(email) for email in [*emails]))


class LoopByPlace(Third):
    def send_batch(self, emails, /):
        return [self.send(emails[place]) for place in range(len(emails))]


class LoopWithoutSend(Third):
    def send_batch(self, emails, /):
        results = []
        for email in emails:
            if len(results) == 2:
                raise ConnectionFailed("gone")
            self.sent.append(email)
            results.append(SendResult(message_id="1"))
        return results


@pytest.mark.parametrize("kind", [Loop, LoopOverCopy, LoopByPlace, LoopWithoutSend])
def test_a_users_batch_that_raises_midway_sends_no_email_twice(kind):
    """Emails before the one that failed may have been sent, so that they do not fail over."""
    first, second = kind(), MemoryTransport()
    batch = Fallback(first, second).send_batch(EMAILS)
    sent = [email.subject for email in (*first.sent, *second.sent)]
    assert len(sent) == len({*sent})
    assert [type(item) for item in batch[:2]] == [DeliveryUnknown] * 2


def test_a_users_loop_over_emails_fails_over_from_the_failed_email():
    first, second = Loop(), MemoryTransport()
    batch = Fallback(first, second).send_batch(EMAILS)
    assert [email.subject for email in second.sent] == ["2", "3", "4"]
    assert [item.outcome.value for item in batch] == ["unknown"] * 2 + ["accepted"] * 3
    assert isinstance(batch[0].__cause__, ConnectionFailed)


def test_a_request_that_fails_for_all_emails_fails_over():
    class Request(Bare):
        def send_batch(self, emails, /):
            list(emails)
            raise ConnectionFailed("refused")

    second = MemoryTransport()
    Fallback(Request(), second).send_batch(EMAILS).raise_for_errors()
    assert len(second.sent) == len(EMAILS)


class AsyncSend(Bare):
    async def send(self, email, /):
        raise NotImplementedError


class AsyncBatch(Bare):
    async def send_batch(self, emails, /):
        raise NotImplementedError


class AsyncItems(Bare):
    async def send_batch(self, emails, /):
        yield SendResult(message_id="1")


class AsyncCheck(Bare):
    async def check(self, email, /):
        raise NotImplementedError


@pytest.mark.parametrize("kind", [AsyncSend, AsyncBatch, AsyncItems, AsyncCheck])
def test_an_async_transport_is_rejected_when_it_is_given(kind):
    for make in (lambda: Client(transport=kind()), lambda: Fallback(MemoryTransport(), kind())):
        with pytest.raises(ConfigurationError, match=rf"but {kind.__name__}\.\w+ is async"):
            make()


class FailingComplete(Bare):
    def complete(self, email, /):
        raise KeyError(email.subject)


class ForgetfulComplete(Bare):
    def complete(self, email, /):
        return None


@pytest.mark.parametrize(
    "kind, why", [(FailingComplete, "complete raised KeyError"), (ForgetfulComplete, "complete returned NoneType")]
)
def test_an_error_of_complete_is_the_error_of_the_email(kind, why):
    for transport in (Client(transport=kind()).outbound, Fallback(kind(), MemoryTransport())):
        with pytest.raises(InvalidEmail, match=f"{why}.*: nothing was sent"):
            transport.send(EMAIL)
        assert [type(item) for item in transport.send_batch([EMAIL, EMAIL])] == [InvalidEmail] * 2


class OldWithin(Bare):
    def within(self, seconds, /):
        return self


class ForgetfulWithin(Bare):
    def within(self, seconds, /, *, attempts=None):
        return None


@pytest.mark.parametrize("kind, why", [(OldWithin, "raised TypeError"), (ForgetfulWithin, "got NoneType")])
def test_an_error_of_within_sends_nothing(kind, why):
    transport = kind()
    with pytest.raises(ConfigurationError, match=f"{kind.__name__}.within.* {why}: nothing was sent"):
        Client(transport=transport).outbound.send(EMAIL)
    assert transport.sent == []


def test_endless_results_are_not_read_to_their_end():
    class Endless(Bare):
        def send_batch(self, emails, /):
            return repeat(SendResult(message_id="1"))

    batch = Client(transport=Endless()).outbound.send_batch([EMAIL, EMAIL])
    assert [type(item) for item in batch] == [DeliveryUnknown] * 2
    assert "returned more items for 2 emails" in str(batch[0])


def test_an_item_that_is_not_a_result_keeps_the_key_of_its_email():
    class Forgetful(Bare):
        def send_batch(self, emails, /):
            return [None for _ in emails]

    email = attrs.evolve(EMAIL, idempotency_key="k-1")
    batch = Client(transport=Forgetful()).outbound.send_batch([email, EMAIL])
    assert [item.idempotency_key for item in batch] == ["k-1", None]


def test_an_exit_while_a_transport_sends_names_the_emails():
    class Exits(Bare):
        def send(self, email, /):
            raise SystemExit(1)

    with pytest.raises(SystemExit) as caught:
        Client(transport=Exits()).outbound.send(EMAIL.replace(idempotency_key="k-2"))
    assert caught.value.__notes__ == ["emailapi: the email may have been sent by Exits (idempotency_key 'k-2')"]


@pytest.mark.parametrize(
    "double",
    [mock.Mock(), mock.MagicMock(), mock.create_autospec(SMTPTransport, instance=True)],
    ids=["mock", "magic", "autospec"],
)
def test_a_mock_gets_the_email_itself(double):
    double.send.return_value = SendResult(message_id="1")
    Client(transport=double).outbound.send(EMAIL)
    double.send.assert_called_once_with(EMAIL)


@pytest.mark.parametrize("deadline", [float("nan"), -1.0, 0])
def test_an_invalid_deadline_of_a_transport_is_ignored(deadline):
    first, second = Bare(ConnectionFailed("refused")), MemoryTransport()
    first.deadline = deadline
    assert Fallback(first, second).send(EMAIL).via == "memory"
