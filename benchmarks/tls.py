"""
CPU time of an email over a new TLS connection, as after an idle pause, or in each thread and each short-lived client.

    python -m benchmarks.tls [--rounds 21]

Both verify the server by a CA bundle of the usual size, which they find in REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import requests

from emailapi import Client, Email

from .mails import fields, payload
from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all, serving
from .peers import HEADERS, OURS
from .tls_responder import certificates

ROUNDS = 21
REPEAT = 5
PEER = "requests.post"


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    numbers = count()
    with certificates() as (server, bundle), serving("tls_responder", server) as port:
        url, before = f"https://localhost:{port}", os.environ.get("REQUESTS_CA_BUNDLE")
        os.environ["REQUESTS_CA_BUNDLE"] = bundle

        def by_requests() -> None:
            requests.post(f"{url}/email", json=payload(next(numbers)), headers=HEADERS, timeout=10).json()

        def by_us() -> None:
            with Client("token", base_url=url) as client:
                client.outbound.send(Email(**fields(next(numbers))))

        cases = [Case(PEER, by_requests), Case(OURS, by_us)]
        try:
            found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
        finally:
            del os.environ["REQUESTS_CA_BUNDLE"]
            if before is not None:
                os.environ["REQUESTS_CA_BUNDLE"] = before
    yield Comparison("one send over a new TLS connection, CPU", found, [Budget(OURS, PEER, 0.12)], "ms", 1e3)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
