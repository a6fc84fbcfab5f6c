"""`Sending`: begins at the call, keeps the order, stays small, and ends clean however it is left."""

from __future__ import annotations

import threading
import tracemalloc

import attrs
import pytest

from emailapi import (
    DeliveryUnknown,
    InvalidArgument,
    InvalidEmail,
    Outcome,
    SendResult,
)
from emailapi.transports.send_many import SendingCounts

from ..clock import wait_for
from ..faults.calls import new_email
from ..faults.modes import MODES
from .sending import held, new_emails


def test_send_many_starts_sending_before_a_result_is_read(serve, connect):
    service = serve()
    sending = connect(service).outbound.send_many(new_emails(4), chunk_size=1, workers=2)
    wait_for(lambda: len(service.accepted) >= 3)
    assert sending.counts == SendingCounts()
    assert sending.wait() == SendingCounts(accepted=4)


def test_results_in_the_order_of_the_input(serve, connect):
    """A chunk whose response comes late holds up the results of those behind it, and mixes up none."""
    event = threading.Event()
    service = serve(held(event))
    sending = connect(service).outbound.send_many(new_emails(8), chunk_size=2, workers=3)
    wait_for(lambda: len(service.seen) >= 3)
    event.set()
    assert [item.to for item in sending] == [f"m{number}@example.com" for number in range(8)]


def test_a_failed_chunk_does_not_affect_the_others(serve, connect):
    service = serve(None, MODES["422"], None)
    items = list(connect(service).outbound.send_many(new_emails(6), chunk_size=2, workers=1))
    assert [item.outcome for item in items] == [
        *[Outcome.ACCEPTED] * 2,
        *[Outcome.NOT_SENT] * 2,
        *[Outcome.ACCEPTED] * 2,
    ]
    assert items[2] is not items[3]


def test_a_sending_counts_every_outcome(serve, connect):
    """`wait` counts what was accepted, what was not sent, and what is unknown."""
    service = serve(None, MODES["422"], MODES["reset"])
    sending = connect(service, reconcile=False).outbound.send_many(new_emails(3), chunk_size=1, workers=1)
    assert sending.wait() == SendingCounts(accepted=1, not_sent=1, unknown=1)
    assert sending.wait() == sending.counts


def test_a_too_large_email_is_the_error_of_its_item(serve, connect):
    """An email that no request could carry is its own item's error, and the others are sent."""
    given = [new_email("a"), new_email("b", text_body="x" * 5_100_000), new_email("c")]
    first, second, third = connect(serve()).outbound.send_many(given)
    assert isinstance(first, SendResult)
    assert isinstance(third, SendResult)
    assert type(second) is InvalidEmail
    assert (second.index, second.field) == (1, "text_body")


@pytest.mark.parametrize("sized", [True, False])
def test_progress_is_called_after_each_chunk(sized, serve, connect):
    told = []
    given = list(new_emails(5)) if sized else new_emails(5)
    many = connect(serve()).outbound.send_many(given, chunk_size=2, progress=lambda *numbers: told.append(numbers))
    many.wait()
    total = 5 if sized else None
    assert told == [(2, total), (4, total), (5, total)]


def test_a_failing_progress_function_loses_no_result(serve, connect):
    def fail(done, total):
        if done == 2:
            raise LookupError("no bar")

    sending = connect(serve()).outbound.send_many(new_emails(4), chunk_size=2, progress=fail)
    with pytest.raises(LookupError, match="no bar"):
        next(sending)
    assert [item.to for item in sending] == [f"m{number}@example.com" for number in range(4)]


def test_an_error_of_the_input_ends_the_sending(serve, connect):
    def broken():
        yield from new_emails(3)
        raise LookupError("no more")

    sending = connect(serve()).outbound.send_many(broken(), chunk_size=2)
    assert [next(sending).to for _ in range(3)] == [f"m{number}@example.com" for number in range(3)]
    with pytest.raises(LookupError, match="no more"):
        next(sending)
    assert next(sending, None) is None
    assert sending.counts == SendingCounts(accepted=3)


def test_check_first_ends_at_an_email_without_a_key(serve, connect):
    given = [new_email("a", idempotency_key="k"), new_email("b"), new_email("c", idempotency_key="l")]
    sending = connect(serve()).outbound.send_many(given, check_first=True)
    assert isinstance(next(sending), SendResult)
    with pytest.raises(InvalidArgument, match="check_first"):
        next(sending)


def test_check_first_sends_only_emails_that_no_search_finds(serve, connect):
    service = serve()
    client = connect(service)
    client.outbound.send(new_email("m1", idempotency_key="m1"))
    keyed = [attrs.evolve(one, idempotency_key=one.tag) for one in new_emails(3)]
    assert [item.reconciled for item in client.outbound.send_many(keyed, check_first=True)] == [False, True, False]
    assert [service.times(f"m{number}") for number in range(3)] == [1, 1, 1]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_memory_use_does_not_grow_with_the_number_of_emails(serve, connect):
    """However many emails there are, what is held is some chunks of them."""
    service = serve()
    client = connect(service)

    def peak(count):
        tracemalloc.start()
        try:
            with client.outbound.send_many(new_emails(count), chunk_size=20, workers=2) as sending:
                for _ in sending:
                    service.accepted.clear()
                    service.seen.clear()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(200)
    assert peak(3000) < peak(600) * 1.3 + 100_000


def test_emails_of_lost_chunks_are_found_by_their_own_keys(serve, connect):
    service = serve(*[MODES["reset"]] * 5)
    items = list(connect(service).outbound.send_many(new_emails(10), chunk_size=2, workers=4))
    assert not [item for item in items if isinstance(item, DeliveryUnknown)]
    tags = {one.id: one.tag for one in service.accepted}
    assert [tags[item.message_id] for item in items] == [f"m{number}" for number in range(10)]
    assert len(service.accepted) == 10


def test_the_repr_shows_the_progress(serve, connect):
    outbound = connect(serve()).outbound
    with outbound.send_many([*new_emails(2), {"to": "joe@"}], chunk_size=1, workers=1) as sending:
        assert repr(sending) == "<Sending: 0 of 3 emails done>"
        next(sending)
        assert repr(sending) == "<Sending: 1 of 3 emails done (1 accepted)>"
        sending.wait()
        assert repr(sending) == "<Sending: 3 of 3 emails done (2 accepted, 1 not sent)>"
    with outbound.send_many(iter(new_emails(1))) as sending:
        assert repr(sending) == "<Sending: 0 of ? emails done>"


def test_progress_that_is_not_a_function_is_named_before_an_email_is_sent(serve, connect):
    service = serve()
    with pytest.raises(InvalidArgument, match="^progress must be a function, got bool$"):
        connect(service).outbound.send_many(new_emails(1), progress=True)
    assert not service.seen
