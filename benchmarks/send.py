"""
CPU time of one send on a persistent loopback connection, beside what else one would send with.

    python -m benchmarks.send [--rounds 21]

Each builds the email, encodes it, sends it, reads the response and decodes its JSON; ours with everything on. Then ours
with a fallback, which is never needed, for a small email and one with a large body.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import count

from emailapi import Client, Email, SMTPTransport

from .mails import fields
from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all, serving
from .peers import OURS, SENDERS, SESSION, VENDOR, is_installed, missing, sending_case

ROUNDS = 21
REPEAT = 100
BUDGETS = (Budget(OURS, SESSION, 0.46), Budget(OURS, VENDOR, 0.3))
WITHOUT, WITH = "without a fallback", "with a fallback"
# The size of the body, how often it is sent in a round, and what a fallback may cost.
SIZES = {"5 kB": (5_000, REPEAT, 1.2), "5 MB": (4_900_000, 1, 1.05)}


def _one_send(url: str, rounds: int) -> Comparison:
    with contextlib.ExitStack() as closing:
        makers = {name: make for name, make in SENDERS.items() if is_installed(name)}
        cases = [sending_case(name, make, url, closing) for name, make in makers.items()]
        found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    return Comparison("one send, CPU", found, BUDGETS, missing=missing([*SENDERS]))


def _sending(client: Client, name: str, size: int) -> Case:
    body, numbers = "x" * size, count()

    def send() -> None:
        given = fields(next(numbers))
        given["text_body"] = body
        client.outbound.send(Email(**given))

    return Case(name, send)


def _with_fallback(url: str, rounds: int) -> Iterator[Comparison]:
    """Compare sends with and without a fallback. Nobody listens at its port."""
    smtp = SMTPTransport("127.0.0.1", 9, tls="none")
    with (
        Client("token", base_url=url) as plain,
        Client("token", base_url=url, fallback=smtp, fallback_ignore={"tag", "metadata"}) as backed,
    ):
        for title, (size, repeat, limit) in SIZES.items():
            cases = [_sending(plain, WITHOUT, size), _sending(backed, WITH, size)]
            found = medians(cases, rounds, lambda case, repeat=repeat: cpu_seconds(case.run, repeat))  # type: ignore[misc]
            yield Comparison(f"one send of {title}, CPU", found, [Budget(WITH, WITHOUT, limit)])


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    with serving("responder") as port:
        url = f"http://127.0.0.1:{port}"
        yield _one_send(url, rounds)
        yield from _with_fallback(url, rounds)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
