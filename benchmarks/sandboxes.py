"""
The benchmarks of the sandbox, whose budgets are rates and milliseconds: run as commands, and read from what they print.

    python -m benchmarks.sandboxes [--rounds 3]
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

from .measure import Comparison, print_all

ROUNDS = 3
# By work: the command.
COMMANDS: dict[str, tuple[str, ...]] = {
    "sandbox: intake and start": ("sandbox", "--rounds", "{rounds}"),
    "sandbox: lists and searches": ("searches", "--messages", "{messages}"),
    "sandbox: templates": ("templates",),
}
_VERDICT = re.compile(r"within budget|OVER budget|OVER BUDGET|\d+ over budget")


def verdicts(printed: str) -> Iterator[tuple[str, bool]]:
    """Yield each line that tells whether a budget is met, and whether it is."""
    for line in printed.splitlines():
        found = _VERDICT.search(line)
        if found:
            yield line.strip(), found[0].startswith(("within", "0 "))


def measure(rounds: int) -> Iterator[Comparison]:
    """Run the commands."""
    values = {"rounds": str(rounds), "messages": "100000" if rounds >= ROUNDS else "20000"}
    for title, (module, *arguments) in COMMANDS.items():
        command = [sys.executable, "-m", f"benchmarks.{module}", *(text.format_map(values) for text in arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        lines = tuple(verdicts(done.stdout)) or ((f"failed: {done.stderr.strip()[-200:]}", False),)
        yield Comparison(title, {}, printed=lines)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
