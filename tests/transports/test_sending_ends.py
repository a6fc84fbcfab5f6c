"""How a `Sending` ends: read to its end, left early, closed, dropped or interrupted."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

from emailapi import (
    Client,
    ConfigurationError,
    MemoryTransport,
    RateLimited,
    Retry,
    SendResult,
)
from emailapi.transports.send_many import SendingCounts

from ..clock import wait_for
from ..faults.calls import is_not_sent, new_email
from ..faults.modes import MODES, Mode, listing, respond_with
from .sending import held, new_emails, workers

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("how", ["break", "exception"])
def test_leaving_the_block_early_stops_the_threads(how, serve, connect):
    taken: list[int] = []
    service = serve()
    try:
        with connect(service).outbound.send_many(new_emails(1000, taken), chunk_size=2, workers=2) as sending:
            for _ in sending:
                if how == "exception":
                    raise LookupError
                break
    except LookupError:
        assert how == "exception"
    assert not workers()
    items = [*sending]
    assert len(items) == len(taken) - 1 < 50
    accepted = {item.message_id for item in items if isinstance(item, SendResult)}
    assert len(accepted) == len(service.accepted) - 1
    for item in items:
        if not isinstance(item, SendResult):
            assert is_not_sent(item)
            assert item.retryable


def test_close_prevents_further_attempts(serve, connect):
    service = serve(*[MODES["429"]] * 9)
    client = connect(service, retry=Retry(attempts=9, initial=100, maximum=100), deadline=300)
    sending = client.outbound.send_many(new_emails(6), chunk_size=1, workers=2)
    wait_for(lambda: len(service.seen) >= 2)
    began = time.monotonic()
    sending.close()
    sending.close()
    assert time.monotonic() - began < 30
    seen = len(service.seen)
    assert {type(item) for item in sending} >= {RateLimited}
    assert sending.counts == SendingCounts(not_sent=4)
    assert len(service.seen) == seen == 2


def test_close_ends_the_checks(serve, connect):
    slow = Mode("slow", "fine", lambda exchange: time.sleep(0.02) or listing()(exchange))
    service = serve(searching=[slow] * 400)
    keyed = [new_email("a", idempotency_key=f"k{number}") for number in range(400)]
    sending = connect(service).outbound.send_many(keyed, workers=1, check_first=True)
    wait_for(lambda: service.seen)
    sending.close()
    assert len(service.seen) < 200
    assert sending.wait() == SendingCounts(not_sent=400)
    assert not service.accepted


def drop(sending):
    """Delete the last reference to a sending."""
    sending.clear()
    gc.collect()


@pytest.mark.costly
@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("sized, rest", [(True, "5 are not"), (False, "the remaining emails are not")])
def test_dropping_a_sending_warns_and_names_the_numbers(sized, rest, serve, connect):
    service = serve()
    given = list(new_emails(9)) if sized else new_emails(9)
    sending = [connect(service).outbound.send_many(given, chunk_size=2, workers=1)]
    with pytest.warns(RuntimeWarning, match=f"4 emails were taken, {rest}"):
        drop(sending)
    wait_for(lambda: len(service.accepted) == 4 and not workers())


@pytest.mark.costly
def test_dropping_a_closed_sending_does_not_warn(serve, connect):
    event = threading.Event()
    service = serve(held(event))
    sending = [connect(service).outbound.send_many(list(new_emails(9)), chunk_size=1, workers=1)]
    wait_for(lambda: service.seen)
    threading.Timer(0.05, event.set).start()
    sending[0].close()
    assert sending[0].counts == SendingCounts(accepted=1, not_sent=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drop(sending)
    assert len(service.accepted) == 1


@pytest.mark.costly
def test_dropping_a_sending_that_was_read_to_its_end_does_not_warn(serve, connect):
    client = connect(serve())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.outbound.send_many(new_emails(3)).wait()
        assert client.outbound.send_many([]).wait() == SendingCounts()
        gc.collect()
    assert not workers()


@pytest.mark.costly
def test_an_interrupted_input_ends_the_sending(serve, connect):
    """After Ctrl-C in the input nothing is sent that is not under way."""
    event = threading.Event()
    service = serve(held(event))

    def interrupted():
        yield from new_emails(1)
        wait_for(lambda: service.seen)
        event.set()
        raise KeyboardInterrupt

    def call():
        with pytest.raises(KeyboardInterrupt):
            connect(service).outbound.send_many(interrupted(), chunk_size=1, workers=1)
        gc.collect()

    with pytest.warns(RuntimeWarning, match="1 emails were taken, the remaining emails are not sent"):
        call()
    wait_for(lambda: not workers())
    assert len(service.accepted) == 1


def test_closing_the_client_ends_the_sending(serve, connect):
    event = threading.Event()
    service = serve(held(event))
    client = connect(service)
    sending = client.outbound.send_many(new_emails(4), chunk_size=2, workers=1)
    wait_for(lambda: service.seen)
    client.close()
    event.set()
    items = list(sending)
    assert [type(item) for item in items] == [SendResult, SendResult, ConfigurationError, ConfigurationError]
    assert all(is_not_sent(item) for item in items[2:])


def test_close_ends_looking_up(serve, connect, monkeypatch):
    monkeypatch.setattr("emailapi._delivery.polling.LOOK_UP_SECONDS", 100)
    service = serve(MODES["reset-not-done"])
    sending = connect(service, deadline=300).outbound.send_many(new_emails(1))
    wait_for(lambda: any(seen.method == "GET" for seen in service.seen))
    began = time.monotonic()
    sending.close()
    assert time.monotonic() - began < 30
    assert sending.wait() == SendingCounts(unknown=1)


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("left_by", ["break", "raise KeyboardInterrupt"])
def test_leaving_a_loop_without_a_block_sends_nothing_more(left_by, serve):
    slow = Mode("slow", "fine", lambda exchange: time.sleep(0.3) or respond_with(exchange.value)(exchange))
    service = serve(*[slow] * 40)
    code = f"""
from emailapi import Client
client = Client("t", base_url={service.url!r})
emails = [{{"sender": "s@example.com", "to": "a@example.com", "text_body": "x"}} for _ in range(40)]
for result in client.outbound.send_many(emails, chunk_size=1, workers=1):
    {left_by}
"""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    # The one that was read, and the one under way; more if the program stood still between two of its steps.
    assert 2 <= len(service.accepted) < 9


def test_a_chunk_whose_errors_cannot_be_made_keeps_no_reader_waiting():
    """Memory may run out twice: when a chunk is sent, and when the errors of its emails are made."""

    class Exhausted(MemoryTransport):
        def _deliver(self, payloads, batch, context):
            raise MemoryError

        def _name_unknown(self, error, payload):
            raise MemoryError

    sending = Client(transport=Exhausted()).outbound.send_many([new_email("a")])
    for _ in range(2):
        with pytest.raises(MemoryError):
            next(sending)
    sending._pending.clear()
