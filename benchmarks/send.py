"""
CPU time of one send on a kept-alive loopback connection, beside what else one would send with.

    python -m benchmarks.send [--rounds 21]

Each builds the mail, encodes it, sends it, reads the answer and decodes its JSON; ours with everything on.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count

import requests
import urllib3

from emailapi import Client, Email, SMTPTransport

from .mails import fields, payload
from .measure import Budget, Case, cpu_seconds, medians, report, rounds_asked

REPEAT = 100
OURS = "emailapi outbound.send"
WITH_FALLBACK = "the same with an SMTP fallback"
SESSION = "requests.Session.post"
VENDOR = "postmark-python"
BUDGETS = (Budget(OURS, SESSION, 0.55), Budget(OURS, VENDOR, 0.3), Budget(WITH_FALLBACK, OURS, 1.2))
HEADERS = {"Accept": "application/json", "X-Postmark-Server-Token": "token"}
JSON_HEADERS = {**HEADERS, "Content-Type": "application/json"}
ACCEPTED = "0a129aee-e1cd-480d-b08d-4f48548ff48d"

Send = Callable[[int], object]


@contextlib.contextmanager
def responder() -> Iterator[int]:
    """Run the other end in a process of its own, on the port yielded."""
    command = [sys.executable, "-m", "benchmarks.responder"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def by_http_client(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by the standard library."""
    connection = closing.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)))

    def send(number: int) -> object:
        connection.request("POST", "/email", json.dumps(payload(number)).encode(), JSON_HEADERS)
        return json.loads(connection.getresponse().read())["MessageID"]

    return send


def by_urllib3(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by a pool."""
    pool = closing.enter_context(urllib3.PoolManager())

    def send(number: int) -> object:
        body = json.dumps(payload(number)).encode()
        answer = pool.request("POST", f"http://127.0.0.1:{port}/email", body=body, headers=JSON_HEADERS)
        return json.loads(answer.data)["MessageID"]

    return send


def by_session(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by a session, as most scripts do."""
    session = closing.enter_context(requests.Session())
    session.headers.update(HEADERS)

    def send(number: int) -> object:
        answer = session.post(f"http://127.0.0.1:{port}/email", json=payload(number), timeout=(10, 10))
        return answer.json()["MessageID"]

    return send


def by_vendor(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by the vendor's own SDK."""
    from postmark import sync

    client = closing.enter_context(sync.ServerClient("token", base_url=f"http://127.0.0.1:{port}"))

    def send(number: int) -> object:
        return client.outbound.send(fields(number)).message_id

    return send


def by_us(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by this package."""
    client = closing.enter_context(Client("token", base_url=f"http://127.0.0.1:{port}"))

    def send(number: int) -> object:
        return client.outbound.send(Email(**fields(number))).message_id

    return send


def by_us_with_fallback(port: int, closing: contextlib.ExitStack) -> Send:
    """Send by this package, with a fallback that is never needed: nobody listens at its port."""
    url, smtp = f"http://127.0.0.1:{port}", SMTPTransport("127.0.0.1", 9, tls="none")
    client = closing.enter_context(Client("token", base_url=url, fallback=smtp, fallback_ignore={"tag", "metadata"}))

    def send(number: int) -> object:
        return client.outbound.send(Email(**fields(number))).message_id

    return send


def _case(name: str, send: Send) -> Case:
    numbers = count()
    found = send(0)
    if str(found) != ACCEPTED:
        raise AssertionError(f"{name} read {found!r}")
    return Case(name, lambda: send(next(numbers)))


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 21)
    makers = {
        "http.client": by_http_client,
        "urllib3": by_urllib3,
        SESSION: by_session,
        OURS: by_us,
        WITH_FALLBACK: by_us_with_fallback,
    }
    if importlib.util.find_spec("postmark"):
        makers[VENDOR] = by_vendor
    with responder() as port, contextlib.ExitStack() as closing:
        cases = [_case(name, make(port, closing)) for name, make in makers.items()]
        found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    report("one send", found, BUDGETS, unit="us", scale=1e6)


if __name__ == "__main__":
    main()
