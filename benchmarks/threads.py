"""
CPU time of one send, as 1 to 32 threads send by one client, beside one `requests.Session`.

    python -m benchmarks.threads [--rounds 5]

With one interpreter lock for all threads, that is what limits how many emails a second leave.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import requests
from requests.adapters import HTTPAdapter

from .mails import payload
from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all, serving
from .peers import HEADERS, OURS, SESSION, Send, by_us

ROUNDS = 5
SENDS = 1_600
THREADS = (1, 4, 32)
FEW, MANY = THREADS[0], THREADS[-1]


def _name(sender: str, threads: int) -> str:
    return f"{sender}, {threads} thread{'s' if threads > 1 else ''}"


BUDGETS = (
    *(Budget(_name(OURS, threads), _name(SESSION, threads), 0.5) for threads in THREADS),
    Budget(_name(OURS, MANY), _name(OURS, FEW), 1.25),
)


def by_session(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by a session with a connection for each thread."""
    session = closing.enter_context(requests.Session())
    session.mount("http://", HTTPAdapter(pool_maxsize=MANY))
    session.headers.update(HEADERS)

    def send(number: int) -> object:
        return session.post(f"{url}/email", json=payload(number), timeout=(10, 10)).json()["MessageID"]

    return send


def _case(name: str, send: Send, threads: int, numbers: Iterator[int]) -> Case:
    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda _: send(next(numbers)), range(SENDS)):
                pass

    return Case(name, run)


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    with serving("responder") as port, contextlib.ExitStack() as closing:
        url, numbers = f"http://127.0.0.1:{port}", count()
        senders = {SESSION: by_session(url, closing), OURS: by_us(url, closing)}
        cases = [
            _case(_name(name, threads), send, threads, numbers) for threads in THREADS for name, send in senders.items()
        ]
        found = medians(cases, rounds, lambda case: cpu_seconds(case.run, 1) / SENDS)
    yield Comparison("one send of several threads, CPU", found, BUDGETS)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
