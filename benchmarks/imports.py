"""
CPU time of imports, each in a fresh interpreter, less the interpreter's own start.

    python -m benchmarks.imports [--rounds 25]
"""

from __future__ import annotations

import os
import subprocess
import sys

from .measure import Budget, Case, medians, report, rounds_asked

BARE = "pass"
FRONT_DOOR = "import emailapi"
NAMES = "from emailapi import Client, Email"
PEER = "import requests"
STATEMENTS = (BARE, FRONT_DOOR, NAMES, PEER, "import attrs", "import postmark")
BUDGETS = (Budget(FRONT_DOOR, PEER, 0.5), Budget(NAMES, PEER, 0.8))


def _interpreter(statement: str) -> float:
    """Return the CPU seconds, user and system, of an interpreter that runs one statement."""
    process = subprocess.Popen([sys.executable, "-c", statement], stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ImportError(statement)
    return used.ru_utime + used.ru_stime


def _is_there(statement: str) -> bool:
    try:
        _interpreter(statement)
    except ImportError:
        return False
    return True


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 25)
    cases = [Case(statement, lambda: None) for statement in STATEMENTS if _is_there(statement)]
    found = medians(cases, rounds, lambda case: _interpreter(case.name))
    bare = found.pop(BARE)
    print(f"the bare interpreter: {bare * 1000:.1f} ms, taken off below")
    report("import", {name: cost - bare for name, cost in found.items()}, BUDGETS, unit="ms", scale=1e3)


if __name__ == "__main__":
    main()
