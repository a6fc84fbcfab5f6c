"""
The command line: CPU time of `--help` and of `send` as whole processes, and the memory of a batch.

    python -m benchmarks.commandline [--rounds 25]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .many import responder
from .measure import Budget, Case, medians, report, rounds_asked

HELP, ARGPARSE = "emailapi --help", "import argparse"
SEND, SCRIPT = "emailapi send", "the same send in a script"
SEND_LIMIT_MS = 30
ROWS = (10_000, 100_000)
# How much more memory ten times as many rows may take: a byte or two of each row, and what the allocator keeps.
MEMORY_MB = 4

_EMAIL = ("--from", "shop@example.com", "--to", "ada@example.com", "--subject", "Hi", "--text", "Hello")
_SCRIPT = """
from emailapi import Client, Email
with Client() as client:
    email = Email(sender="shop@example.com", to="ada@example.com", subject="Hi", text_body="Hello")
    print(client.outbound.send(email))
"""


def _used(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a Python process, and return its CPU seconds and the most memory in MB."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _times(rounds: int, environment: dict[str, str]) -> None:
    commands = {
        ARGPARSE: ["-c", "import argparse"],
        HELP: ["-m", "emailapi", "--help"],
        SCRIPT: ["-c", _SCRIPT],
        SEND: ["-m", "emailapi", "send", *_EMAIL],
    }
    cases = [Case(name, lambda: None) for name in commands]
    found = medians(cases, rounds, lambda case: _used(commands[case.name], environment)[0])
    report("CPU of a process", found, [Budget(HELP, ARGPARSE, 2.5)], unit="ms", scale=1e3)
    more = (found[SEND] - found[SCRIPT]) * 1e3
    word = "within" if more <= SEND_LIMIT_MS else "OVER"
    print(f"{word} budget: {SEND} takes {more:.1f} ms more than {SCRIPT}, allowed {SEND_LIMIT_MS}\n")


def _peak(folder: Path, rows: int, environment: dict[str, str]) -> float:
    """Return the most memory, in MB, of a batch of so many rows with a journal."""
    path = folder / f"{rows}.csv"
    with path.open("w") as file:
        file.write("to,name\n")
        file.writelines(f"u{number}@example.com,Ada {number}\n" for number in range(rows))
    options = ["--from", "shop@example.com", "--subject", "News for {{name}}", "--text", "Hello {{name}}"]
    journal = str(folder / f"{rows}.jsonl")
    return _used(["-m", "emailapi", "batch", str(path), *options, "--resume", journal], environment)[1]


def _memory(environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        peaks = {rows: _peak(Path(folder), rows, environment) for rows in ROWS}
    for rows, most in peaks.items():
        print(f"{rows:>9,} rows with a journal: {most:.1f} MB at the most")
    more = peaks[ROWS[1]] - peaks[ROWS[0]]
    word = "within" if more <= MEMORY_MB else "OVER"
    print(f"{word} budget: {more:+.1f} MB for ten times as many rows, allowed {MEMORY_MB}")


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 25)
    with responder(0) as url:
        environment = {"EMAILAPI_BASE_URL": url, "EMAILAPI_SERVER_TOKEN": "token", "PYTHONDONTWRITEBYTECODE": ""}
        _times(rounds, environment)
        _memory(environment)


if __name__ == "__main__":
    main()
