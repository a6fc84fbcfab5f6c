"""
CPU time of building 500 emails and sending them as one batch: as objects, and as mappings.

    python -m benchmarks.batch [--rounds 15]
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import requests

from emailapi import Client, Email

from .mails import fields, payload
from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all, serving
from .peers import HEADERS, POSTMARKER, SESSION, VENDOR, is_installed, missing

ROUNDS = 15
REPEAT = 3
EMAILS = range(500)
OURS, MAPPINGS = "emailapi, Email", "emailapi, mappings"
BUDGETS = (Budget(OURS, VENDOR, 1.1), Budget(MAPPINGS, VENDOR, 1.3))


def cases(url: str, closing: contextlib.ExitStack) -> Iterator[Case]:
    """Yield what is measured, each on a connection of its own."""
    session = closing.enter_context(requests.Session())
    session.headers.update(HEADERS)

    def by_session() -> int:
        rows = [payload(number) for number in EMAILS]
        return len(session.post(f"{url}/email/batch", json=rows, timeout=10).json())

    yield Case(SESSION, by_session)
    if is_installed(POSTMARKER):
        from postmarker.core import PostmarkClient

        marker = PostmarkClient(server_token="token", root_api_url=f"{url}/", timeout=10)
        closing.callback(marker.session.close)
        yield Case(POSTMARKER, lambda: len(marker.emails.send_batch(*[payload(number) for number in EMAILS])))
    if is_installed(VENDOR):
        from postmark import sync

        vendor = closing.enter_context(sync.ServerClient("token", base_url=url))
        yield Case(VENDOR, lambda: len(vendor.outbound.send_batch([fields(number) for number in EMAILS])))
    client = closing.enter_context(Client("token", base_url=url))
    yield Case(OURS, lambda: len(client.outbound.send_batch([Email(**fields(number)) for number in EMAILS]).accepted))
    yield Case(MAPPINGS, lambda: len(client.outbound.send_batch([fields(number) for number in EMAILS]).accepted))


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    with serving("batch_responder", "0") as port, contextlib.ExitStack() as closing:
        measured = [*cases(f"http://127.0.0.1:{port}", closing)]
        for case in measured:
            if case.run() != len(EMAILS):
                raise AssertionError(f"{case.name}: not every email was accepted")
        found = medians(measured, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    title = f"{len(EMAILS)} emails built and sent as a batch, CPU"
    yield Comparison(title, found, BUDGETS, "ms", 1e3, missing([POSTMARKER, VENDOR]))


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
