"""
Instructions of one send, one batch and one page, beside `requests` and `json`, counted by callgrind.

    python -m benchmarks.instructions

A count hardly depends on the machine or on what else it does, unlike a time. One process does everything: it marks the
beginning and the end of each case by a call of `getloadavg`, which nothing else calls, and callgrind writes a count at
each mark. The system's own work is not counted. Needs valgrind.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .measure import Budget, Comparison, print_all, serving

ROUNDS = 1
SEND, BATCH, PAGE = "one send", "a batch of 100", "a page of 500 messages"
SESSION_SEND, SESSION_BATCH, LOADS = "requests.Session.post", "the same by requests and json", "json.loads"
# What is repeated how often.
REPEAT = {SESSION_SEND: 10, SEND: 10, SESSION_BATCH: 1, BATCH: 1, LOADS: 1, PAGE: 1}
BUDGETS = {SEND: (SESSION_SEND, 0.31), BATCH: (SESSION_BATCH, 4.0), PAGE: (LOADS, 3.4)}
EMAILS, ROWS = 100, 500
_TOTALS = re.compile(r"^totals: (\d+)", re.MULTILINE)


def _cases(url: str, closing: contextlib.ExitStack) -> Mapping[str, Callable[[], object]]:
    import requests

    from emailapi import Client, Email
    from emailapi.models.messages import MESSAGES
    from emailapi.wire import load_json, read_rows

    from .mails import fields, payload, row

    session = closing.enter_context(requests.Session())
    session.headers["X-Postmark-Server-Token"] = "token"
    client = closing.enter_context(Client("token", base_url=url))
    page = json.dumps({"TotalCount": ROWS, MESSAGES.key: [row(number) for number in range(ROWS)]}).encode()
    numbers = range(EMAILS)
    return {
        SESSION_SEND: lambda: session.post(f"{url}/email", json=payload(7), timeout=10).json(),
        SEND: lambda: client.outbound.send(Email(**fields(7))),
        SESSION_BATCH: lambda: session.post(f"{url}/email/batch", json=[*map(payload, numbers)], timeout=10).json(),
        BATCH: lambda: client.outbound.send_batch([Email(**fields(number)) for number in numbers]).raise_for_errors(),
        LOADS: lambda: json.loads(page),
        PAGE: lambda: read_rows(load_json(page)[MESSAGES.key], MESSAGES.record),
    }


def _run(url: str) -> None:
    """Run each case, with a mark before and behind it."""
    with contextlib.ExitStack() as closing:
        cases = _cases(url, closing)
        for run in cases.values():
            run()
        for name, run in cases.items():
            os.getloadavg()
            for _ in range(REPEAT[name]):
                run()
            os.getloadavg()


def count(interpreter: str = sys.executable) -> dict[str, float]:
    """
    Count the instructions of each case.

    Raises:
        subprocess.CalledProcessError: valgrind failed.
    """
    with tempfile.TemporaryDirectory() as folder, serving("batch_responder", "0") as port:
        counts = Path(folder, "counts")
        command = ["valgrind", "--tool=callgrind", "--dump-before=getloadavg", f"--callgrind-out-file={counts}"]
        run = [interpreter, "-m", "benchmarks.instructions", "--run", f"http://127.0.0.1:{port}"]
        # A fixed order of sets and dicts: the counts of two runs are then nearly the same.
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        subprocess.run([*command, *run], check=True, capture_output=True, env=environment)
        parts = [Path(f"{counts}.{number}") for number in range(1, 2 * len(REPEAT) + 1)]
        totals = [int(_TOTALS.findall(part.read_text())[0]) for part in parts]
    # What ends at a mark of an odd place is what was between two cases.
    return {name: total / REPEAT[name] for name, total in zip(REPEAT, totals[1::2], strict=True)}


def measure(_rounds: int) -> Iterator[Comparison]:
    """Count, once."""
    found = count() if shutil.which("valgrind") else {}
    for ours, (peer, limit) in BUDGETS.items():
        costs = {name: found[name] for name in (peer, ours) if name in found}
        title = f"{ours}, instructions"
        yield Comparison(title, costs, [Budget(ours, peer, limit)], "thousand", 1e-3, [] if found else ["valgrind"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2])
    else:
        print_all(__doc__, ROUNDS, measure)
