"""
How things are measured: side by side in one run, in interleaved rounds, by CPU time, as ratios of medians.

The machine drifts by a third within minutes; what ran beside something in the same round drifted with it.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """
    One thing to measure.

    Attributes:
        name: Its row in the table.
        run: Does it once; or measures itself and returns the CPU seconds, as an import in another process does.
    """

    name: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Budget:
    """
    What a case may cost, as a multiple of another's.

    Attributes:
        case: The name of the one that is bounded.
        peer: The name of the one it is measured by; empty if the limit is a cost, in the comparison's unit.
        limit: The largest ratio allowed, or the largest cost.
    """

    case: str
    peer: str
    limit: float


@dataclass(frozen=True)
class Comparison:
    """
    The costs of one piece of work, ours and those of its peers.

    Attributes:
        title: The work.
        costs: The cost of each case.
        budgets: What some of them may cost.
        unit: The unit that costs are shown in.
        scale: What a cost is multiplied by for that unit.
        missing: The peers that are not installed.
        printed: Instead of costs, what another command told about its budgets, and whether each is met.
    """

    title: str
    costs: Mapping[str, float]
    budgets: Sequence[Budget] = ()
    unit: str = "us"
    scale: float = 1e6
    missing: Sequence[str] = ()
    printed: Sequence[tuple[str, bool]] = ()

    def figure(self, budget: Budget) -> float | None:
        """Return what a budget bounds: a ratio or a cost; None if it was not measured."""
        if budget.case not in self.costs or (budget.peer and budget.peer not in self.costs):
            return None
        cost = self.costs[budget.case]
        return cost / self.costs[budget.peer] if budget.peer else cost * self.scale


Measure = Callable[[int], Iterable[Comparison]]


def cpu_seconds(run: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of one run, all threads of this process included."""
    gc.collect()
    started = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - started) / times


def slowness(rounds: int = 5) -> float:
    """Return how much longer Flask takes for an empty view than on the machine of the absolute budgets: 66 us."""
    from flask import Flask

    app = Flask("benchmark")
    app.add_url_rule("/", view_func=lambda: "")
    return min(cpu_seconds(request_of(app, "/"), 500) for _ in range(rounds)) / 66e-6


def request_of(app: WSGIApplication, path: str, host: str = "localhost") -> Callable[[], None]:
    """Return what asks a WSGI application for a page: Flask's test client takes longer than an empty view."""
    from werkzeug.test import EnvironBuilder

    environ = EnvironBuilder(path, base_url=f"http://{host}").get_environ()

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        if not status.startswith("200 "):
            raise RuntimeError(f"{path}: {status}")
        return lambda _: None

    def request() -> None:
        b"".join(app(dict(environ), start_response))

    return request


def beside_slowness(run: Callable[[], T]) -> tuple[T, float]:
    """
    Return what a function returns, and how slow the machine was before and after it.

    A machine shared with others is now twice as fast as a second later.
    """
    before = slowness(2)
    found = run()
    return found, (before + slowness(2)) / 2


def medians(cases: Sequence[Case], rounds: int, sample: Callable[[Case], float]) -> dict[str, float]:
    """
    Return the median of each case over interleaved rounds, each beginning with another case.

    A round before them is not counted: it fills caches and opens connections.
    """
    samples: dict[str, list[float]] = {case.name: [] for case in cases}
    for case in cases:
        sample(case)
    for number in range(rounds):
        first = number % len(cases)
        for case in [*cases[first:], *cases[:first]]:
            samples[case.name].append(sample(case))
    return {name: statistics.median(found) for name, found in samples.items()}


def report(title: str, found: Mapping[str, float], budgets: Sequence[Budget], *, unit: str, scale: float) -> None:
    """Print each case with its cost and its ratio to the peers that budgets are stated in, then the budgets."""
    show(Comparison(title, found, budgets, unit, scale))


def show(compared: Comparison) -> None:
    """Print a comparison as a table of its own."""
    title, found, budgets = compared.title, compared.costs, compared.budgets
    for line, _ in compared.printed:
        print(line)
    if compared.printed:
        return
    peers = list(dict.fromkeys(budget.peer for budget in budgets if budget.peer in found))
    width = max(len(name) for name in (title, *found))
    print(f"{title:{width}}  {compared.unit:>10}" + "".join(f"  {'x ' + peer:>{len(peer) + 2}}" for peer in peers))
    for name, cost in found.items():
        ratios = "".join(f"  {cost / found[peer]:{len(peer) + 2}.2f}" for peer in peers)
        print(f"{name:{width}}  {cost * compared.scale:10.2f}{ratios}")
    for budget in budgets:
        figure, what = compared.figure(budget), f" x {budget.peer}" if budget.peer else f" {compared.unit}"
        if figure is None:
            print(f"not measured: {budget.case} <= {budget.limit:g}{what}")
            continue
        word = "within" if figure <= budget.limit else "OVER"
        print(f"{word} budget: {budget.case} is {figure:.2f}{what}, allowed {budget.limit:g}")
    for name in compared.missing:
        print(f"not installed: {name}")


def process_seconds(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """
    Return the CPU seconds, user and system, of a Python process with these arguments.

    Raises:
        RuntimeError: It failed.
    """
    command = [sys.executable, *arguments]
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"failed: {command}")
    return used.ru_utime + used.ru_stime


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[int]:
    """Run a server of this package in a process of its own, on the port yielded."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def rounds_asked(description: str | None, rounds: int) -> int:
    """Return the number of rounds that the command line asks for."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"interleaved rounds, {rounds} if not said")
    asked: int = parser.parse_args().rounds
    return asked


def print_all(description: str | None, rounds: int, measure: Measure) -> None:
    """Measure with the rounds that the command line asks for, and print each comparison."""
    for compared in measure(rounds_asked(description, rounds)):
        show(compared)
        print()
