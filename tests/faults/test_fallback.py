"""Each fault of the API with a fallback behind it: what both took, and what the caller is told."""

from __future__ import annotations

from time import monotonic

import pytest

from emailapi import DeliveryUnknown, EmailAPIError, MemoryTransport, Outcome, SendResult, SMTPError

from .calls import EMAIL_CALLS, came_of, new_email
from .modes import MODES, Mode, respond_with

CALLS = [call for call in EMAIL_CALLS if "template" not in call.name]
TEMPLATE_CALLS = [call for call in EMAIL_CALLS if "template" in call.name]


class Rejecting(MemoryTransport):
    """A transport that rejects."""

    def __init__(self, error: EmailAPIError) -> None:
        """Store the error that is raised."""
        super().__init__()
        self.error = error

    def send(self, email, /):
        """Raise the error."""
        raise self.error


@pytest.fixture
def later(monkeypatch):
    """Give `later(seconds)`, which moves the clock that a pause is counted by."""
    ahead = [0.0]
    monkeypatch.setattr("emailapi.transports.circuit_breaker.monotonic", lambda: monotonic() + ahead[0])

    def move(seconds: float) -> None:
        ahead[0] += seconds

    return move


def kept(transport: MemoryTransport, tag: str) -> int:
    return sum(email.tag == tag for email in transport.sent)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_no_email_is_sent_by_both_transports_whatever_the_fault(call, serve, connect, clock):
    for mode in MODES.values():
        service, second = serve(*[mode] * 9, elsewhere=serve(), clock=clock), MemoryTransport()
        came = came_of(call, connect(service, timeout=mode.timeout, fallback=second))
        assert len(came.items) == len(call.tags)
        for tag, item in zip(call.tags, came.items, strict=True):
            accepted = service.times(tag)
            if mode.ends == "again":
                assert (accepted, kept(second, tag)) == (0, 1), mode
                assert item.via == "memory"
                assert item.outcome is Outcome.ACCEPTED
            else:
                assert kept(second, tag) == 0, mode
                assert accepted <= 1, mode
            if mode.ends == "rejected":
                assert item.outcome is Outcome.NOT_SENT
            if isinstance(item, DeliveryUnknown):
                assert item.idempotency_key


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_an_unreachable_api_fails_over_with_the_same_key(call, serve, connect):
    second = MemoryTransport()
    came = came_of(call, connect(serve(listening=False), fallback=second, sender="other@example.com"))
    assert [item.via for item in came.items] == ["memory"] * len(call.tags)
    assert [email.tag for email in second.sent] == list(call.tags)
    assert [email.idempotency_key for email in second.sent] == [item.idempotency_key for item in came.items]
    assert all(email.idempotency_key for email in second.sent)


@pytest.mark.parametrize("call", TEMPLATE_CALLS, ids=lambda call: call.name)
def test_templates_do_not_fail_over(call, serve, connect):
    """An email of a template, which no other transport can send, is never taken by one."""
    second = MemoryTransport()
    came = came_of(call, connect(serve(listening=False), fallback=second))
    assert all(isinstance(item, EmailAPIError) and item.outcome is Outcome.NOT_SENT for item in came.items)
    assert second.sent == []


def test_the_secondary_gets_the_defaults_of_the_client(serve, connect):
    second = MemoryTransport()
    client = connect(serve(listening=False), fallback=second, sender="filled@example.com")
    client.outbound.send({"to": "a@example.com", "text_body": "x"})
    assert str(second.sent[0].sender) == "filled@example.com"


def test_the_primary_gets_one_retry_and_half_of_the_time(serve, connect):
    """With a fallback the API is tried twice, and has half of the deadline."""
    service, second = serve(*[MODES["503-code-100"]] * 9), MemoryTransport()
    connect(service, fallback=second).outbound.send(new_email("a"))
    assert len(service.seen) == 2

    slow = respond_with(b"", 429, Retry_After="20")
    service = serve(*[Mode("429-later", "again", slow, accepts=False)] * 2)
    assert connect(service, fallback=second).outbound.send(new_email("b")).via == "memory"
    assert len(service.seen) == 1


def test_the_error_of_the_secondary_is_raised_from_that_of_the_primary(serve, connect):
    rejecting = Rejecting(SMTPError("no such user", code=550))
    with pytest.raises(SMTPError) as caught:
        connect(serve(listening=False), fallback=rejecting).outbound.send(new_email("a"))
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert caught.value.retryable
    assert caught.value.outcome is Outcome.NOT_SENT


def test_an_unknown_outcome_of_the_secondary_stays_unknown(serve, connect):
    rejecting = Rejecting(DeliveryUnknown("lost"))
    with pytest.raises(DeliveryUnknown) as caught:
        connect(serve(listening=False), fallback=rejecting).outbound.send(new_email("a"))
    assert not caught.value.retryable
    assert caught.value.may_have_been_sent


def test_the_primary_is_skipped_after_three_failures(serve, connect, later):
    service, second = serve(*[MODES["503-code-100"]] * 8), MemoryTransport()
    client = connect(service, fallback=second)
    for _ in range(5):
        client.outbound.send(new_email("a"))
    assert len(service.seen) == 6  # three times two attempts
    later(31)
    client.outbound.send(new_email("probe"))
    assert len(service.seen) == 8
    client.outbound.send(new_email("a"))
    assert len(service.seen) == 8
    later(31)
    assert client.outbound.send(new_email("well")).via == "api"
    assert client.outbound.send(new_email("again")).via == "api"


@pytest.mark.usefixtures("clock")
def test_a_half_open_circuit_is_tried_with_one_email_of_a_batch(serve, connect, later):
    """After the pause one email of a batch finds out: what it meets befalls it alone, or the others follow it."""
    service, second = serve(*[MODES["503-code-100"]] * 6, MODES["500"]), MemoryTransport()
    client = connect(service, fallback=second)
    for _ in range(3):
        client.outbound.send(new_email("a"))
    later(31)
    batch = client.outbound.send_batch([new_email("probe"), new_email("b"), new_email("c")])
    assert isinstance(batch[0], DeliveryUnknown)
    assert [item.via for item in batch[1:]] == ["memory"] * 2
    later(31)
    batch = client.outbound.send_batch([new_email("well"), new_email("d"), new_email("e")])
    assert [item.via for item in batch] == ["api"] * 3
    assert [service.times(tag) for tag in ("well", "d", "e")] == [1] * 3


def test_only_consecutive_failures_open_the_circuit(serve, connect):
    """An accepted or rejected email between failures ends the counting: only three running count."""
    down, fine = [MODES["503-code-100"]] * 2, [None]
    service, second = serve(*down, *down, *fine, *down, *down, *fine), MemoryTransport()
    client = connect(service, fallback=second)
    used = [client.outbound.send(new_email("a")).via for _ in range(6)]
    assert used == ["memory", "memory", "api", "memory", "memory", "api"]


def test_check_first_without_a_search_does_not_fail_over(serve, connect):
    """An email that cannot be looked for is sent by no transport: it may have been sent before."""
    second = MemoryTransport()
    client = connect(serve(listening=False), fallback=second)
    with pytest.raises(ConnectionError):
        client.outbound.send(new_email("a"), idempotency_key="k", check_first=True)
    result = client.outbound.send_batch([new_email("a", idempotency_key="k")], check_first=True)
    assert isinstance(result[0], ConnectionError)
    assert second.sent == []


@pytest.mark.usefixtures("clock")
def test_a_resend_does_not_fail_over(serve, connect):
    """An email that may have been sent once is never sent by the fallback, whatever its resend meets."""
    second = MemoryTransport()
    service = serve(MODES["reset-not-done"], *[MODES["503-code-100"]] * 9)
    client = connect(service, fallback=second, on_unknown="resend")
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("a"))
    assert second.sent == []


def test_a_chunk_accepted_in_part_fails_over_in_part(serve, connect):
    """Of a batch the secondary takes the emails that the API surely did not, and no other."""
    second = MemoryTransport()
    items = [SendResult, EmailAPIError, SendResult]
    client = connect(serve(listening=False), fallback=second)
    emails = [new_email("a"), {"to": "b@example.com", "sender": "x@example.com"}, new_email("c")]
    result = client.outbound.send_batch(emails)
    assert [isinstance(item, kind) for item, kind in zip(result, items, strict=True)] == [True] * 3
    assert [email.tag for email in second.sent] == ["a", "c"]
