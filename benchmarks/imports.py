"""
CPU time of imports, each in a fresh interpreter, less the interpreter's own start; and of the command's help.

    python -m benchmarks.imports [--rounds 25]
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .measure import Budget, Case, Comparison, medians, print_all, process_seconds

ROUNDS = 25
BARE = "pass"
FRONT_DOOR = "import emailapi"
NAMES = "from emailapi import Client, Email"
PEER = "import requests"
STATEMENTS = (PEER, "import attrs", "import postmark.sync", "import postmarker.core", "import resend", "import boto3")
BUDGETS = (Budget(FRONT_DOOR, PEER, 0.15), Budget(NAMES, PEER, 0.6))
HELP, ARGPARSE = "emailapi --help", "import argparse"
COMMANDS = {ARGPARSE: ["-c", ARGPARSE], HELP: ["-m", "emailapi", "--help"]}


def _can_run(statement: str) -> bool:
    with contextlib.suppress(RuntimeError):
        return process_seconds(["-c", statement]) > 0
    return False


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    peers = {statement: _can_run(statement) for statement in STATEMENTS}
    statements = [BARE, *(peer for peer, there in peers.items() if there), FRONT_DOOR, NAMES]
    cases = [Case(statement, lambda: None) for statement in statements]
    found = medians(cases, rounds, lambda case: process_seconds(["-c", case.name]))
    bare = found.pop(BARE)
    costs = {name: cost - bare for name, cost in found.items()}
    absent = [peer for peer, there in peers.items() if not there]
    yield Comparison("import, CPU without the interpreter's start", costs, BUDGETS, "ms", 1e3, absent)
    cases = [Case(name, lambda: None) for name in COMMANDS]
    found = medians(cases, rounds, lambda case: process_seconds(COMMANDS[case.name]))
    yield Comparison("help of the command, CPU of the process", found, [Budget(HELP, ARGPARSE, 2.5)], "ms", 1e3)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
