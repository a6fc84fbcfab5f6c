"""The end of a sandbox: of its faults, of requests at work, and of tests that wait."""

from __future__ import annotations

import contextlib
import threading

import pytest
import requests

from emailapi import ConfigurationError
from emailapi.sandbox import Sandbox

from ..clock import wait_for

EMAIL = {"From": "a@example.com", "To": "b@example.com", "TextBody": "x"}


def test_a_sandbox_closes_while_faults_hold_responses(sandbox):
    sandbox.faults.delay(300)
    headers = {"X-Postmark-Server-Token": sandbox.token, "Accept": "*/*"}
    url, ended = f"{sandbox.url}/server", threading.Event()

    def ask():
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=60)
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    wait_for(lambda: not sandbox.faults)
    sandbox.close()
    assert ended.wait(30)


@pytest.mark.costly
def test_other_requests_are_served_while_faults_hold_many_responses(api, sandbox):
    url, headers = f"{sandbox.url}/server", {"X-Postmark-Server-Token": sandbox.token, "Accept": "*/*"}
    fault = sandbox.faults.delay(300, times=20, route="/server")

    def ask():
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=60)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_for(lambda: fault not in sandbox.faults)
    assert api.send().ok
    sandbox.close()
    for thread in threads:
        thread.join()


def test_faults_end_with_the_sandbox(sandbox):
    sandbox.faults.fail()
    sandbox.close()
    assert not sandbox.faults


@pytest.mark.costly
def test_a_sandbox_closes_while_clients_go_on_sending(caplog):
    """No request is carried out after the end, and no thread is left that would."""
    before = {*threading.enumerate()}
    sandbox, ended = Sandbox().start(), []

    def go_on(url=f"{sandbox.url}/email", token=sandbox.token):
        headers = {"X-Postmark-Server-Token": token, "Accept": "*/*"}
        with requests.Session() as session, contextlib.suppress(requests.RequestException):
            while session.post(url, json=EMAIL, headers=headers, timeout=60).status_code == 200:
                pass
        ended.append(url)

    senders = [threading.Thread(target=go_on) for _ in range(12)]
    for thread in senders:
        thread.start()
    sandbox.wait_for(count=30, timeout=60)
    sandbox.close()
    for thread in senders:
        thread.join(60)
    assert len(ended) == len(senders)
    assert not {*threading.enumerate()} - before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.costly
def test_a_waiting_test_gets_an_error_when_the_sandbox_is_closed(sandbox):
    """At once, and neither from SQLite nor after its timeout."""
    found = []

    def wait():
        with pytest.raises(ConfigurationError, match="the sandbox is not running") as caught:
            sandbox.wait_for("tag:none", timeout=10_000)
        found.append(caught.value)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_for(lambda: sandbox.store.changed._waiters)
    sandbox.close()
    thread.join(60)
    assert found
