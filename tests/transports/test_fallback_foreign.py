"""Two transports as one, where one is a user's own: what it may do, and how many emails it is asked for at once."""

from __future__ import annotations

import pytest

from emailapi import (
    BatchResult,
    ConnectionFailed,
    DeliveryUnknown,
    Email,
    EmailAPIError,
    Fallback,
    MemoryTransport,
    RateLimited,
    SendResult,
    SMTPError,
)

from .user_transports import EMAIL, Bare

TAKEN = SendResult(message_id="1", via="bare")


class Foreign(Bare):
    """A user's own transport that keeps no rule: it raises or returns whatever it is given."""

    def __init__(self, fate: object) -> None:
        """Raise this, or return it."""
        super().__init__()
        self.fate = fate

    def send(self, email: Email, /) -> SendResult:
        """Do so."""
        if isinstance(self.fate, Exception):
            raise self.fate
        return self.fate

    def send_batch(self, emails, /) -> BatchResult:
        """Do so."""
        return self.send(emails)

    def close(self) -> None:
        """Do so."""
        self.send(None)


class Mixed(Bare):
    """A transport that takes the first email of a batch, and not the others."""

    def send_batch(self, emails, /) -> BatchResult:
        """Take one."""
        return BatchResult((self.send(emails[0]), *(ConnectionFailed("refused") for _ in emails[1:])))


@pytest.mark.parametrize("fate", [ValueError("oops"), None, 5], ids=repr)
def test_a_transport_that_breaks_the_protocol_leaves_the_email_unknown(fate):
    second = MemoryTransport()
    for transport in (Fallback(Foreign(fate), second), Fallback(Bare(RateLimited("slow down")), Foreign(fate))):
        with pytest.raises(DeliveryUnknown, match=r"Foreign (raised ValueError|returned)") as caught:
            transport.send(EMAIL)
        if isinstance(fate, Exception):
            assert caught.value.__cause__ is fate
    assert second.sent == []


@pytest.mark.parametrize("response", [ValueError("oops"), None, (), BatchResult((TAKEN,)), (TAKEN,) * 3], ids=repr)
def test_a_batch_without_a_result_for_each_email_leaves_each_unknown(response):
    second = MemoryTransport()
    batch = Fallback(Foreign(response), second).send_batch([EMAIL, EMAIL])
    assert [type(item) for item in batch] == [DeliveryUnknown] * 2
    assert second.sent == []
    batch = Fallback(Mixed(), Foreign(response)).send_batch([EMAIL] * 3)
    assert [type(item) for item in batch] == [SendResult, DeliveryUnknown, DeliveryUnknown]


def test_an_item_that_is_not_a_result_is_an_unknown_outcome():
    batch = Fallback(Foreign([TAKEN, 5]), MemoryTransport()).send_batch([EMAIL, EMAIL])
    assert batch[0] is TAKEN
    assert isinstance(batch[1], DeliveryUnknown)


class OneByOne(Bare):
    """A transport whose emails have a deadline each, as by SMTP; it tells how many it was asked for."""

    at_once = 1

    def __init__(self, error: EmailAPIError | None = None) -> None:
        """Fail with this, or take everything."""
        super().__init__(error)
        self.asked = 0

    def send(self, email: Email, /) -> SendResult:
        """Count."""
        self.asked += 1
        return super().send(email)


def test_a_primary_without_send_batch_is_supported():
    """Where each email has its own deadline, each is sent on its own: the circuit opens from the fourth on."""
    first, second = OneByOne(ConnectionFailed("refused")), MemoryTransport()
    batch = Fallback(first, second).send_batch([EMAIL] * 9)
    assert [item.via for item in batch] == ["memory"] * 9
    assert first.asked == 3
    assert Fallback(first, second).at_once == 1


def test_a_secondary_without_send_batch_is_supported():
    second = OneByOne(ConnectionFailed("no server"))
    batch = Fallback(Bare(RateLimited("slow down")), second).send_batch([EMAIL] * 9)
    assert second.asked == 3
    assert [type(item) for item in batch] == [ConnectionFailed] * 3 + [RateLimited] * 6
    second = OneByOne(SMTPError("no such user", code=550))
    assert len(Fallback(Bare(RateLimited("slow down")), second).send_batch([EMAIL] * 9).failed) == second.asked == 9


def test_the_secondary_is_closed_even_if_closing_the_primary_fails():
    second = Bare()
    with pytest.raises(OSError, match="stuck"):
        Fallback(Foreign(OSError("stuck")), second).close()
    assert second.closed
