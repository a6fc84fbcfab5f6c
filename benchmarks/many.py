"""
`send_many` beside the loops that it replaces, at 50 ms a request and with an instant server; and its memory.

    python -m benchmarks.many [--rounds 3]

The times are by the clock on the wall, since waiting is what is measured. Emails come from a generator, each built when
it is asked for.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice

from emailapi import Client, Email

from .mails import fields
from .measure import Budget, Case, Comparison, medians, print_all, serving
from .memory import peak_bytes
from .peers import VENDOR, is_installed, missing

ROUNDS = 3
WAITING, INSTANT = 10_000, 100_000
SECONDS_A_REQUEST = 0.05
OURS, SEQUENTIAL, LOOP = (
    "send_many, 4 workers",
    "send_batch, one chunk after another",
    f"a loop over {VENDOR}'s batches",
)
COUNTS = (10_000, 100_000, 1_000_000)
MEMORY_MB = 60


@contextlib.contextmanager
def responder(seconds: float) -> Iterator[str]:
    """Run the other end in a process of its own, at the URL yielded."""
    with serving("batch_responder", str(seconds)) as port:
        yield f"http://127.0.0.1:{port}"


def mails(count: int) -> Iterator[Email]:
    """Yield so many emails, each built when it is asked for."""
    return (Email(**fields(number)) for number in range(count))


def _many(client: Client, count: int) -> None:
    assert client.outbound.send_many(mails(count)).wait().accepted == count


def _seconds(case: Case) -> float:
    began = time.perf_counter()
    case.run()
    return time.perf_counter() - began


def _waiting(rounds: int) -> Comparison:
    def sequential() -> None:
        assert len(client.outbound.send_batch(mails(WAITING)).accepted) == WAITING

    with responder(SECONDS_A_REQUEST) as url, Client("token", base_url=url) as client:
        cases = [Case(SEQUENTIAL, sequential), Case(OURS, lambda: _many(client, WAITING))]
        found = medians(cases, rounds, _seconds)
    title = f"{WAITING:,} emails, 50 ms a request, time"
    return Comparison(title, found, [Budget(OURS, SEQUENTIAL, 1 / 3.5)], "s", 1)


def _instant(rounds: int) -> Comparison:
    with responder(0) as url, contextlib.ExitStack() as closing:
        client = closing.enter_context(Client("token", base_url=url))
        cases = [Case(OURS, lambda: _many(client, INSTANT))]
        if is_installed(VENDOR):
            from postmark import sync

            vendor = closing.enter_context(sync.ServerClient("token", base_url=url))

            def loop() -> None:
                numbers = iter(range(INSTANT))
                while chunk := [fields(number) for number in islice(numbers, 500)]:
                    assert len(vendor.outbound.send_batch(chunk)) == len(chunk)

            cases.insert(0, Case(LOOP, loop))
        found = medians(cases, rounds, _seconds)
    # A throughput of 0.8 is a cost of 1 / 0.8.
    title = f"{INSTANT:,} emails, instant server, time"
    return Comparison(title, found, [Budget(OURS, LOOP, 1 / 0.8)], "s", 1, missing([VENDOR]))


def _peak(url: str, count: int) -> float:
    """Return the most bytes that a process of its own takes for so many emails."""
    command = [sys.executable, "-m", "benchmarks.many", "--send", url, str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _memory(counts: tuple[int, ...]) -> Comparison:
    with responder(0) as url:
        peaks = {f"{count:,} emails": _peak(url, count) for count in counts}
    budgets = [Budget(name, "", MEMORY_MB) for name in peaks]
    return Comparison("send_many from a generator, memory of the process", peaks, budgets, "MB", 1e-6)


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure time and memory."""
    yield _waiting(rounds)
    yield _instant(rounds)
    yield _memory(COUNTS if rounds >= ROUNDS else COUNTS[:2])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        with Client("token", base_url=sys.argv[2]) as sending:
            _many(sending, int(sys.argv[3]))
        print(peak_bytes())
    else:
        print_all(__doc__, ROUNDS, measure)
