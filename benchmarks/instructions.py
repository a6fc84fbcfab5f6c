"""
Instructions of sends, batches, pages and their parts, beside those of their peers, counted by callgrind.

    python -m benchmarks.instructions

A count hardly depends on the machine or on what else it does, unlike a time. One process does everything: it marks the
beginning and the end of each case by a call of `getloadavg`, which nothing else calls, and callgrind writes a count at
each mark. The system's own work is not counted. Needs valgrind.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .measure import Budget, Comparison, print_all, serving
from .peers import VENDOR, is_installed

ROUNDS = 1
SEND, BATCH, PAGE = "one send", "a batch of 500", "a page of 500 messages"
SESSION_SEND, SESSION_BATCH, LOADS = "requests.Session.post", "the same by requests with dicts", "json.loads"
MAPPINGS, VENDOR_BATCH = "a batch of 500 mappings", f"the same by {VENDOR}"
DUMPS, ENCODE = "json.dumps", "500 built emails to bytes"
SMTPLIB, SMTP = "smtplib sendmail", "SMTP, ready bytes"
# Ours, the peer, and the largest ratio. A peer that has no budget is the measure of the gate in CI.
BUDGETS = (
    Budget(SEND, SESSION_SEND, 0.31),
    Budget(BATCH, VENDOR_BATCH, 1.1),
    Budget(MAPPINGS, VENDOR_BATCH, 1.3),
    Budget(ENCODE, DUMPS, 3.2),
    Budget(PAGE, LOADS, 3.4),
    Budget(SMTP, SMTPLIB, 1.2),
)
# What is done more than once.
REPEAT = {SESSION_SEND: 10, SEND: 10, SMTPLIB: 10, SMTP: 10}
EVERYTHING = (
    *(SESSION_SEND, SEND, SESSION_BATCH, VENDOR_BATCH, BATCH, MAPPINGS, DUMPS, ENCODE, LOADS, PAGE, SMTPLIB, SMTP),
)
ROWS = range(500)
# Everything is slower by a factor of fifty, or of more on a busy machine.
PATIENCE = 600
_TOTALS = re.compile(r"^totals: (\d+)", re.MULTILINE)


def _by_api(url: str, closing: contextlib.ExitStack) -> Mapping[str, Callable[[], object]]:
    import requests

    from emailapi import Client, Email

    from .mails import fields, payload

    session = closing.enter_context(requests.Session())
    session.headers["X-Postmark-Server-Token"] = "token"
    client = closing.enter_context(Client("token", base_url=url, timeout=PATIENCE, deadline=PATIENCE))
    send_batch = client.outbound.send_batch
    return {
        SESSION_SEND: lambda: session.post(f"{url}/email", json=payload(7), timeout=PATIENCE).json(),
        SEND: lambda: client.outbound.send(Email(**fields(7))),
        SESSION_BATCH: lambda: session.post(f"{url}/email/batch", json=[*map(payload, ROWS)], timeout=PATIENCE).json(),
        BATCH: lambda: send_batch([Email(**fields(number)) for number in ROWS]).raise_for_errors(),
        MAPPINGS: lambda: send_batch([fields(number) for number in ROWS]).raise_for_errors(),
    }


def _by_vendor(url: str, closing: contextlib.ExitStack) -> Mapping[str, Callable[[], object]]:
    from postmark import sync

    from .mails import fields

    vendor = closing.enter_context(sync.ServerClient("token", base_url=url, timeout=PATIENCE))
    return {VENDOR_BATCH: lambda: vendor.outbound.send_batch([fields(number) for number in ROWS])}


def _codec() -> Mapping[str, Callable[[], object]]:
    from emailapi.models.messages import MESSAGES
    from emailapi.wire import load_json, read_rows

    from .codec import writing
    from .mails import payload, row

    page = json.dumps({"TotalCount": len(ROWS), MESSAGES.key: [row(number) for number in ROWS]}).encode()
    payloads = [payload(number) for number in ROWS]
    return {
        DUMPS: lambda: json.dumps(payloads).encode(),
        ENCODE: writing(),
        LOADS: lambda: json.loads(page),
        PAGE: lambda: read_rows(load_json(page)[MESSAGES.key], MESSAGES.record),
    }


def _by_smtp(port: int, closing: contextlib.ExitStack) -> Mapping[str, Callable[[], object]]:
    from emailapi import SMTPTransport
    from emailapi.mime import to_bytes

    from .smtp import RECIPIENT, SENDER, build_ours

    plain = closing.enter_context(smtplib.SMTP("127.0.0.1", port, local_hostname="here", timeout=PATIENCE))
    ours, ready = (
        closing.enter_context(SMTPTransport("127.0.0.1", port, timeout=PATIENCE, deadline=PATIENCE)),
        to_bytes(build_ours()),
    )
    return {
        SMTPLIB: lambda: plain.sendmail(SENDER, [RECIPIENT], ready),
        SMTP: lambda: ours.send_message(ready, sender=SENDER, recipients=RECIPIENT),
    }


def _run(http: int, smtp: int, names: Sequence[str]) -> None:
    """Run each case, with a mark before and behind it."""
    url = f"http://127.0.0.1:{http}"
    with contextlib.ExitStack() as closing:
        cases = {**_by_api(url, closing), **_codec()}
        if VENDOR_BATCH in names:
            cases |= _by_vendor(url, closing)
        if SMTP in names:
            cases |= _by_smtp(smtp, closing)
        for name in names:
            # Python adapts a function to its arguments during the first calls.
            for _ in range(2 * REPEAT.get(name, 1)):
                cases[name]()
        for name in names:
            gc.collect()  # otherwise a case may pay for what those before it left
            os.getloadavg()
            for _ in range(REPEAT.get(name, 1)):
                cases[name]()
            os.getloadavg()


def count(names: Sequence[str] = EVERYTHING) -> dict[str, float]:
    """
    Count the instructions of these cases.

    Raises:
        subprocess.CalledProcessError: valgrind failed.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as closing:
        http = closing.enter_context(serving("batch_responder", "0"))
        smtp = closing.enter_context(serving("smtp_responder"))
        counts = Path(folder, "counts")
        command = [
            "valgrind",
            "--quiet",
            "--tool=callgrind",
            "--dump-before=getloadavg",
            f"--callgrind-out-file={counts}",
        ]
        run = [sys.executable, "-m", "benchmarks.instructions", "--run", str(http), str(smtp), *names]
        # With the same order of sets in each run, the counts of two runs are nearly the same.
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        subprocess.run([*command, *run], check=True, stdout=subprocess.DEVNULL, env=environment)
        parts = [Path(f"{counts}.{number}") for number in range(1, 2 * len(names) + 1)]
        totals = [int(_TOTALS.findall(part.read_text())[0]) for part in parts]
    # Every other count is that of the time between two cases.
    return {name: total / REPEAT.get(name, 1) for name, total in zip(names, totals[1::2], strict=True)}


def measure(_rounds: int) -> Iterator[Comparison]:
    """Count, once."""
    names = [name for name in EVERYTHING if name != VENDOR_BATCH or is_installed(VENDOR)]
    found = count(names) if shutil.which("valgrind") else {}
    for budget in BUDGETS:
        costs = {name: found[name] for name in (budget.peer, budget.case) if name in found}
        missing = [] if found else ["valgrind"]
        yield Comparison(f"{budget.case}, instructions", costs, [budget], "thousand", 1e-3, missing)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        print_all(__doc__, ROUNDS, measure)
