"""
Erasing many messages of the sandbox, by the clock and by a reset.

    python -m benchmarks.erasing 10000 100000 1000000 [--unindexed]

For each of these numbers, so many messages are put into a data file by the sandbox's own intake, and indexed, which
takes most of the time; with `--unindexed` they are erased before the indexes of words and subjects have them. Erasing
by the clock must be linear, and leave the database to others meanwhile.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import attrs

from emailapi.sandbox import Sandbox
from emailapi.sandbox.clock import Clock

from .searches import fill, index


@attrs.frozen
class Erasure:
    """
    What erasing took.

    Attributes:
        wall: The seconds by the clock on the wall, and `cpu` those of CPU.
        longest_wait: The most milliseconds that a transaction had to wait meanwhile.
    """

    wall: float
    cpu: float
    longest_wait: float = 0.0


def _by_clock(sandbox: Sandbox) -> Erasure:
    """Erase all messages by the clock, while another thread uses the database."""
    waits, ended = [0.0], threading.Event()

    def write() -> None:
        while not ended.wait(0.01):
            began = time.perf_counter()
            with sandbox.store.transaction() as db:
                db.number("SELECT 1")
            waits.append((time.perf_counter() - began) * 1000)

    writing = threading.Thread(target=write)
    writing.start()
    began, cpu = time.perf_counter(), time.thread_time()
    sandbox.clock.advance(days=46)
    wall, used = time.perf_counter() - began, time.thread_time() - cpu
    ended.set()
    writing.join()
    return Erasure(wall, used, max(waits))


def _by_reset(sandbox: Sandbox) -> Erasure:
    began, cpu = time.perf_counter(), time.thread_time()
    sandbox.reset()
    return Erasure(time.perf_counter() - began, time.thread_time() - cpu)


def _fill(sandbox: Sandbox, count: int, indexed: bool) -> None:
    fill(sandbox, 0, count)
    if indexed:
        index(sandbox)


def _report(name: str, count: int, took: Erasure) -> None:
    each = f"{took.cpu / count * 1e6:.1f} us of CPU and {took.wall / count * 1e6:.1f} us each"
    waits = f", the longest wait for the database {took.longest_wait:.0f} ms" if took.longest_wait else ""
    print(f"{count:>9,} messages erased by {name}: {took.wall:.1f} s, {each}{waits}", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--unindexed", action="store_true")
    options = parser.parse_args()
    for count in options.counts:
        with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder) / "messages.db") as sandbox:
            sandbox.clock = Clock()
            _fill(sandbox, count, not options.unindexed)
            _report("the clock", count, _by_clock(sandbox))
            _fill(sandbox, count, not options.unindexed)
            _report("a reset", count, _by_reset(sandbox))


if __name__ == "__main__":
    main()
