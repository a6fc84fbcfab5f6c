"""Requests that wait for a retry outlive the sandbox, however it ends."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from emailapi import Client, Email
from emailapi.sandbox import Sandbox

from ...clock import wait_for
from .conftest import ALL

pytestmark = pytest.mark.costly

SERVE = """
import sys
import threading
from emailapi.sandbox import Sandbox

sandbox = Sandbox(sys.argv[1]).start()
print(sandbox.url, sandbox.token, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def killed(start, tmp_path, receiver):
    """Runs a sandbox in another process, sends emails by it, waits, and kills it; returns the data file."""

    def killed(emails, until):
        path = tmp_path / "mail.db"
        process = start(sys.executable, "-c", SERVE, str(path))
        url, token = process.stdout.readline().split()
        with Client(token, base_url=url, sender="shop@example.com") as client:
            client.webhooks.create(url=receiver.url(), triggers=ALL)
            results = client.outbound.send_batch(emails)
        wait_for(until)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        return path, results

    return killed


@pytest.mark.exhaustive
@pytest.mark.slow
def test_pending_requests_continue_after_the_process_was_killed(killed, receiver):
    receiver.respond = lambda _request: 503
    emails = [Email(to=f"user{n}@example.com", text_body="x") for n in range(3)]
    path, results = killed(emails, lambda: len(receiver.requests) >= 3)
    receiver.respond = lambda _request: 200
    with Sandbox(path) as again:
        again.clock.advance(hours=1)
        accepted = {attempt.message_id for attempt in again.webhooks.attempts(failed=False)}
    assert accepted == {result.message_id for result in results}
    bodies = [request.body for request in receiver.requests]
    assert len({*bodies}) == 3


@pytest.mark.exhaustive
@pytest.mark.slow
def test_an_interrupted_request_is_sent_again(killed, receiver):
    gone = threading.Event()
    receiver.respond = lambda _request: 200 if gone.wait(60) else 500
    path, (result,) = killed([Email(to="ada@example.com", text_body="x")], lambda: receiver.requests)
    gone.set()
    with Sandbox(path) as again:
        again.clock.wait_idle(60)
        (attempt,) = again.webhooks.attempts()
    assert (attempt.message_id, attempt.number, attempt.accepted) == (result.message_id, 1, True)
    assert len({request.headers["X_PM_WEBHOOK_TRACE_ID"] for request in receiver.requests}) == 1


@pytest.mark.exhaustive
@pytest.mark.slow
def test_every_acknowledged_email_has_its_event(killed, receiver):
    emails = [Email(to=f"user{n}@example.com", text_body="x") for n in range(50)]
    path, results = killed(emails, lambda: True)
    with Sandbox(path) as again:
        again.clock.advance(hours=1)
        told = {attempt.message_id for attempt in again.webhooks.attempts(failed=False)}
    assert told == {result.message_id for result in results}
