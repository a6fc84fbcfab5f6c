"""
How things are measured: side by side in one run, in interleaved rounds, by CPU time, as ratios of medians.

The machine drifts by a third within minutes; what ran beside something in the same round drifted with it.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


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
        peer: The name of the one it is measured by.
        limit: The largest ratio allowed.
    """

    case: str
    peer: str
    limit: float


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
    from werkzeug.test import EnvironBuilder

    app = Flask("benchmark")
    app.add_url_rule("/", view_func=lambda: "")
    environ = EnvironBuilder("/").get_environ()

    def request() -> None:
        # Without Flask's test client, which takes longer than the view.
        response = app(dict(environ), lambda *_: lambda _: None)
        b"".join(response)

    return min(cpu_seconds(request, 500) for _ in range(rounds)) / 66e-6


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
    peers = list(dict.fromkeys(budget.peer for budget in budgets if budget.peer in found))
    width = max(len(name) for name in (title, *found))
    print(f"{title:{width}}  {unit:>8}" + "".join(f"  {'x ' + peer:>{len(peer) + 2}}" for peer in peers))
    for name, seconds in found.items():
        ratios = "".join(f"  {seconds / found[peer]:{len(peer) + 2}.2f}" for peer in peers)
        print(f"{name:{width}}  {seconds * scale:8.2f}{ratios}")
    for budget in budgets:
        if budget.case not in found or budget.peer not in found:
            print(f"not measured: {budget.case} <= {budget.limit:g} x {budget.peer}")
            continue
        ratio = found[budget.case] / found[budget.peer]
        word = "within" if ratio <= budget.limit else "OVER"
        print(f"{word} budget: {budget.case} is {ratio:.2f} x {budget.peer}, allowed {budget.limit:g}")


def rounds_asked(description: str | None, rounds: int) -> int:
    """Return the number of rounds that the command line asks for."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"interleaved rounds, {rounds} if not said")
    asked: int = parser.parse_args().rounds
    return asked
