"""How faults end: with their sandbox, at the latest; and how long responses are kept back."""

from __future__ import annotations

import contextlib
import threading
import time

import requests


def test_a_sandbox_closes_while_faults_hold_responses(sandbox):
    sandbox.faults.delay(300)
    headers = {"X-Postmark-Server-Token": sandbox.token, "Accept": "*/*"}
    url, ended = f"{sandbox.url}/server", threading.Event()

    def ask():
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=60)
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    while sandbox.faults:
        time.sleep(0.01)
    sandbox.close()
    assert ended.wait(30)


def test_other_requests_are_served_while_faults_hold_many_responses(api, sandbox):
    url, headers = f"{sandbox.url}/server", {"X-Postmark-Server-Token": sandbox.token, "Accept": "*/*"}
    fault = sandbox.faults.delay(300, times=20, route="/server")

    def ask():
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=60)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    while fault in sandbox.faults:
        time.sleep(0.01)
    assert api.send().ok
    sandbox.close()
    for thread in threads:
        thread.join()


def test_faults_end_with_the_sandbox(sandbox):
    sandbox.faults.fail()
    sandbox.close()
    assert not sandbox.faults
