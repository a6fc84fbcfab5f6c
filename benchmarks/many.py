"""
`send_many` beside one chunk after another, at 50 ms a request; and its memory, however many mails there are.

    python -m benchmarks.many [--rounds 3]

The times are by the clock on the wall, since waiting is what is measured; each round runs both, one after the other.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from emailapi import Client, Email

from .mails import fields
from .measure import Budget, report, rounds_asked

MAILS = 10_000
SECONDS_A_REQUEST = 0.05
OURS, PEER = "send_many, 4 workers", "one chunk after another"
MEMORY_MB = 60


@contextlib.contextmanager
def responder(seconds: float) -> Iterator[str]:
    """Run the other end in a process of its own, at the URL yielded."""
    command = [sys.executable, "-m", "benchmarks.batch_responder", str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def mails(count: int) -> Iterator[Email]:
    """Yield so many mails, each built when it is asked for."""
    return (Email(**fields(number)) for number in range(count))


def _speed(rounds: int) -> None:
    found: dict[str, list[float]] = {PEER: [], OURS: []}
    with responder(SECONDS_A_REQUEST) as url, Client("token", base_url=url) as client:
        for _ in range(rounds):
            built = list(mails(MAILS))
            began = time.perf_counter()
            assert len(client.outbound.send_batch(built).accepted) == MAILS
            found[PEER].append(time.perf_counter() - began)
            began = time.perf_counter()
            assert client.outbound.send_many(built).wait().accepted == MAILS
            found[OURS].append(time.perf_counter() - began)
    medians = {name: sorted(samples)[len(samples) // 2] for name, samples in found.items()}
    report(f"{MAILS} mails", medians, [Budget(OURS, PEER, 1 / 3.5)], unit="s", scale=1)
    print(f"that is {medians[PEER] / medians[OURS]:.2f} x faster\n")


def _peak(url: str, count: int) -> float:
    """Return the most memory, in MB, that a process of its own takes for so many mails."""
    command = [sys.executable, "-m", "benchmarks.many", "--send", url, str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _send(url: str, count: int) -> None:
    with Client("token", base_url=url) as client:
        assert client.outbound.send_many(mails(count)).wait().accepted == count
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _memory() -> None:
    with responder(0) as url:
        peaks = {count: _peak(url, count) for count in (10_000, 100_000, 1_000_000)}
    for count, peak in peaks.items():
        print(f"{count:>9,} mails from a generator: {peak:.1f} MB at the most")
    worst = max(peaks.values())
    print(f"{'within' if worst < MEMORY_MB else 'OVER'} budget: {worst:.1f} MB, allowed {MEMORY_MB}")


def main() -> None:
    """Measure both."""
    if sys.argv[1:2] == ["--send"]:
        _send(sys.argv[2], int(sys.argv[3]))
        return
    _speed(rounds_asked(__doc__, 3))
    _memory()


if __name__ == "__main__":
    main()
