"""Promises that other libraries break, about connections: a test for each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from emailapi import Client, DeliveryUnknown, EmailAPIError, Outcome, Retry, TransportError

from .faults.calls import new_email
from .faults.modes import EATEN, LOST, MODES, Mode, respond_with
from .faults.service import Service
from .forking import ended

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
ROOT = Path(__file__).parents[1]


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service that fails as it is told to."""
    service = Service()
    yield service
    service.close()


@pytest.fixture
def client(service) -> Iterator[Client]:
    """Give a client of it."""
    with Client("t", base_url=service.url, retry=QUICK, timeout=10) as client:
        yield client


@pytest.mark.parametrize("mode", [mode for mode in LOST if mode.accepts], ids=lambda mode: mode.name)
def test_an_accepted_email_is_accepted_exactly_once(mode, service, client):
    service.script[:], client = [mode, mode], client.with_options(timeout=(10, 0.3))
    results = [client.outbound.send(new_email("a")), *client.outbound.send_batch([new_email("b"), new_email("c")])]
    assert [result.message_id for result in results] == ["id-1", "id-2", "id-3"]
    assert [one.tag for one in service.accepted] == ["a", "b", "c"]


@pytest.mark.usefixtures("clock")
def test_an_unknown_outcome_has_its_own_error_whose_key_finds_the_email(service, client):
    service.lag, service.script[:] = 99.0, [MODES["reset"]]
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(new_email("a"))
    assert caught.value.outcome is Outcome.UNKNOWN
    assert client.outbound.find(caught.value.idempotency_key) is None
    service.lag = 0.0
    assert client.outbound.find(caught.value.idempotency_key).message_id == "id-1"


@pytest.mark.parametrize("what", ["refused", "a handshake"])
def test_a_failed_connection_is_retried(what):
    service = Service(listening=what != "refused")
    url = service.url if what == "refused" else service.url.replace("http:", "https:")
    try:
        with Client("t", base_url=url, retry=QUICK) as client, pytest.raises(TransportError) as caught:
            client.outbound.send(new_email("a"))
    finally:
        service.close()
    assert (caught.value.outcome, caught.value.attempts, caught.value.retryable) == (Outcome.NOT_SENT, 3, True)


def test_a_host_name_that_cannot_be_resolved_is_retried():
    with (
        Client("t", base_url="https://nowhere.invalid", retry=QUICK) as client,
        pytest.raises(TransportError, match="resolved") as caught,
    ):
        client.outbound.send(new_email("a"))
    assert (caught.value.outcome, caught.value.attempts) == (Outcome.NOT_SENT, 3)


@pytest.mark.parametrize("form", ["seconds", "a date"])
def test_retry_after_is_respected(form, service, client, clock):
    def busy(exchange):
        after = "28" if form == "seconds" else formatdate(time.time() + 28, usegmt=True)
        return respond_with(b"", 429, Retry_After=after)(exchange)

    service.script[:] = [Mode("busy", "again", busy, accepts=False)]
    began = clock()
    client.outbound.send(new_email("a"))
    assert clock() - began >= (28 if form == "seconds" else 16)  # even if the machine stands still for ten seconds
    assert len(service.seen) == 2


@pytest.mark.parametrize("mode", EATEN, ids=lambda mode: mode.name)
def test_a_slowly_dripping_response_ends_with_the_deadline(mode, service, client, clock):
    service.script[:], service.clock, began = [mode], clock, clock()
    with pytest.raises(EmailAPIError) as caught:
        client.with_options(timeout=30).outbound.send(new_email("a"))
    assert clock() - began < 10_000
    assert caught.value.may_have_been_sent


@pytest.mark.costly
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_fork_each_process_has_its_own_pool(service, client):
    client.outbound.send(new_email("before"))

    def send(name: str) -> bool:
        return all(client.outbound.send(new_email(f"{name}{at}")).to == f"{name}{at}@example.com" for at in range(10))

    children = []
    for name in "ab":
        child = os.fork()
        if not child:
            status = 1
            try:
                status = 0 if send(name) else 2
            finally:
                os._exit(status)
        children.append(child)
    assert send("parent")
    assert [ended(child) for child in children] == [0, 0]
    assert service.connections == 3
    assert len(service.accepted) == 31


# A test run in the background has SIGINT ignored, and so have its children.
SCRIPT = """
import sys
from emailapi import Client, Email, Retry
email = Email(sender="s@example.com", to="a@example.com", text_body="x", idempotency_key="k")
client = Client("t", base_url=sys.argv[1])
try:
    client.outbound.{call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
BUSY = Mode("busy", "again", respond_with(b"", 429, Retry_After="20"), accepts=False)
INTERRUPTED = {
    "send, back-off": ("send(email)", BUSY),
    "send_batch, back-off": ("send_batch([email] * 501)", BUSY),
    "send_many, back-off": ("send_many([email] * 9, chunk_size=1, workers=1).wait()", BUSY),
    "send, look-up": ("send(email)", MODES["reset-not-done"]),
    "send_batch, look-up": ("send_batch([email] * 501)", MODES["reset-not-done"]),
    "resend, look-up": ("send(email)", MODES["reset-not-done"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", INTERRUPTED)
def test_nothing_is_sent_after_an_interrupt(name, service, start):
    call, mode = INTERRUPTED[name]
    service.script[:] = [mode, mode]
    code = SCRIPT.format(call=call)
    if name.startswith("resend"):
        code = code.replace("sys.argv[1])", "sys.argv[1], on_unknown='resend')")
    child = start(sys.executable, "-c", code, service.url)
    while len(service.seen) < (2 if "look-up" in name else 1) and child.poll() is None:
        time.sleep(0.01)
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    out, wrong = child.communicate()
    assert out == "interrupted\n", wrong
    assert sum(seen.method == "POST" for seen in service.seen) == 1
    assert not service.accepted
