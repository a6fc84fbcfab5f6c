"""
All speed budgets in one table, each beside its peers.

    python -m benchmarks [--only NAME ...] [--quick] [--markdown]

A row is a command of its own, too: `python -m benchmarks.send`. The table is printed as it is measured; the exit status
is always 0, since a busy machine is no failure. `--quick` measures with fewer rounds.
"""

from __future__ import annotations

import argparse
import importlib
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

from .measure import Comparison

MODULES = (
    "instructions",
    "send",
    "tls",
    "cold",
    "imports",
    "batch",
    "codec",
    "many",
    "memory",
    "mime",
    "smtp",
    "threads",
    "growth",
    "sandboxes",
)


@dataclass(frozen=True)
class Row:
    """
    A line of the table.

    Attributes:
        case: What was measured.
        cost: Its cost, with a unit.
        ratio: Its ratio to a peer.
        budget: The largest ratio or cost allowed.
        mark: `ok`, `over`, or empty without a budget.
    """

    case: str
    cost: str
    ratio: str = ""
    budget: str = ""
    mark: str = ""


def _cost(compared: Comparison, name: str) -> str:
    value = compared.costs[name] * compared.scale
    shown = f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}" if value >= 1 else f"{value:.2f}"
    return f"{shown} {compared.unit}".strip()


def rows(compared: Comparison) -> Iterator[Row]:
    """Yield the lines of a comparison: one for each peer, and one for each budget."""
    for text, within in compared.printed:
        yield Row(text, "", "", "", "ok" if within else "over")
    bounded = {budget.case for budget in compared.budgets}
    for name in compared.costs:
        if name not in bounded:
            yield Row(name, _cost(compared, name))
    for budget in compared.budgets:
        figure = compared.figure(budget)
        limit = f"<= {budget.limit:.3g}" + ("" if budget.peer else f" {compared.unit}".rstrip())
        if figure is None:
            yield Row(budget.case, "not measured", f"x {budget.peer}" if budget.peer else "", limit)
            continue
        ratio = f"{figure:.2f} x {budget.peer}" if budget.peer else ""
        mark = "ok" if figure <= budget.limit else "over"
        yield Row(budget.case, _cost(compared, budget.case), ratio, limit, mark)
    for name in compared.missing:
        yield Row(name, "not installed")


def _print_text(compared: Comparison) -> None:
    print(compared.title)
    for row in rows(compared):
        print(f"  {row.case:44} {row.cost:>16}  {row.ratio:38} {row.budget:14} {row.mark}".rstrip())
    sys.stdout.flush()


def _print_markdown(compared: Comparison) -> None:
    for row in rows(compared):
        cells = (compared.title, row.case, row.cost, row.ratio, row.budget, row.mark)
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=MODULES, metavar="NAME", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a look")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args()


def main() -> None:
    """Measure all that is asked for, and print the table."""
    asked = _arguments()
    show = _print_markdown if asked.markdown else _print_text
    now = datetime.now(UTC)
    print(f"{now:%Y-%m-%d}, Python {platform.python_version()}, {platform.system()} on {platform.machine()}")
    if asked.markdown:
        print("\n| work | case | cost | ratio | budget | |\n|---|---|---|---|---|---|")
    over = 0
    for name in asked.only or MODULES:
        module: ModuleType = importlib.import_module(f"benchmarks.{name}")
        rounds = max(1, module.ROUNDS // 5) if asked.quick else module.ROUNDS
        for compared in module.measure(rounds):
            show(compared)
            over += sum(row.mark == "over" for row in rows(compared))
    print(f"\n{over} over budget" if over else "\nall within budget")


if __name__ == "__main__":
    main()
