"""
The sandbox as a server: single sends, batches, the start, and its memory.

    python -m benchmarks.sandbox [--rounds 5]

The sandbox has a process of its own, and this process is its client. A data file is written as the sandbox writes it
(`synchronous=NORMAL`), and, for comparison, with `synchronous=FULL`. `benchmarks.searches` measures lists and searches.
Budgets are rates of a machine on which Flask's empty view takes 66 us of CPU, and compared with the CPU time of the
sandbox, since other programs slow the clock on the wall.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from .mails import payload
from .measure import beside_slowness, rounds_asked

SINGLE, BATCHES, BATCH = 1_000, 20, 500
BUDGETS = {
    ("single", "memory"): 1_200,
    ("single", "file"): 1_200,
    ("batch", "memory"): 18_000,
    ("batch", "file"): 15_000,
}
COLD_MS, AGAIN_MS = 250, 10
# A start is mostly imports, as that of any application of Flask.
FLASK_ALONE = "import time; began = time.process_time(); import flask; print((time.process_time() - began) * 1000)"
MEMORY_MESSAGES = 100_000


class Server:
    """
    A sandbox in a process of its own, and a persistent connection to it.

    Attributes:
        process: The process.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Connect to the sandbox of a process."""
        assert process.stdout is not None
        self.process = process
        url, self._token = process.stdout.readline().split()
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def post(self, path: str, body: bytes) -> None:
        """Send a request, and read the response."""
        headers = {
            "X-Postmark-Server-Token": self._token,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._connection.request("POST", path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        assert response.status == 200, content

    @property
    def cpu_seconds(self) -> float:
        """The CPU seconds of the process."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """The resident memory of the process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    """Run a sandbox."""
    command = [sys.executable, "-m", "benchmarks.sandbox_server", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.communicate()


def _rate(server: Server, run: Callable[[Server], None], emails: int) -> tuple[float, float, float]:
    """Return emails a second by the clock on the wall, the server's CPU microseconds for each, and these as scaled."""

    def sample() -> tuple[float, float]:
        cpu, began = server.cpu_seconds, time.perf_counter()
        run(server)
        return emails / (time.perf_counter() - began), (server.cpu_seconds - cpu) / emails * 1e6

    (rate, cost), factor = beside_slowness(sample)
    return rate, cost, cost / factor


def _singles(server: Server) -> None:
    body = json.dumps(payload(1)).encode()
    for _ in range(SINGLE):
        server.post("/email", body)


def _batches(server: Server) -> None:
    for number in range(BATCHES):
        rows = [payload(number * BATCH + place) for place in range(BATCH)]
        server.post("/email/batch", json.dumps(rows).encode())


def _verdict(within: bool) -> str:
    return "within budget" if within else "OVER BUDGET"


def _intake(rounds: int) -> None:
    places = {"memory": [], "file": ["NORMAL"], "file, FULL": ["FULL"]}
    for place, mode in places.items():
        with tempfile.TemporaryDirectory() as folder:
            found: dict[str, list[tuple[float, float, float]]] = {"single": [], "batch": []}
            for number in range(rounds):
                data = [str(Path(folder) / f"{number}.db"), *mode] if mode else []
                with serving(*data) as server:
                    server.post("/email", json.dumps(payload(0)).encode())
                    found["single"].append(_rate(server, _singles, SINGLE))
                    found["batch"].append(_rate(server, _batches, BATCHES * BATCH))
        for kind, samples in found.items():
            rate, cpu, scaled = (statistics.median(column) for column in zip(*samples, strict=True))
            possible = 1e6 / scaled
            budget = BUDGETS.get((kind, place))
            verdict = f": {_verdict(possible >= budget)}, {budget:,}/s" if budget else ""
            print(
                f"{f'{kind} sends, {place}':24} {rate:8,.0f}/s, {cpu:6.0f} us CPU each,"
                f" {possible:8,.0f}/s on the machine of the budgets{verdict}"
            )


def _start(rounds: int) -> None:
    command = [sys.executable, "-m", "benchmarks.sandbox_server", "--start"]
    raw, scaled, alone = [], [], []
    run = partial(subprocess.run, check=True, capture_output=True, text=True)
    for _ in range(rounds):
        done, factor = beside_slowness(partial(run, command))
        raw.append([float(took) for took in done.stdout.split()])
        scaled.append([took / factor for took in raw[-1]])
        alone.append(float(run([sys.executable, "-c", FLASK_ALONE]).stdout))
    # A start imports nothing that only some tests need; what the first email imports is shown, and has no budget.
    names = {"first start": COLD_MS, "first start and first email": None, "later start": AGAIN_MS}
    for place, (name, budget) in enumerate(names.items()):
        took, possible = (statistics.median(run[place] for run in runs) for runs in (raw, scaled))
        verdict = f": {_verdict(possible <= budget)}, {budget}" if budget else ""
        print(f"{name} {took:.1f} ms, {possible:.1f} on the machine of the budgets{verdict}")
    ratio = statistics.median(start[0] / flask for start, flask in zip(raw, alone, strict=True))
    print(f"first start {ratio:.2f} x import flask alone, {statistics.median(alone):.1f} ms")


def _memory() -> None:
    for place in ("file", "memory"):
        with tempfile.TemporaryDirectory() as folder:
            with serving(*([str(Path(folder) / "messages.db")] if place == "file" else [])) as server:
                _singles(server)
                sizes = [server.memory_mb]
                for number in range(MEMORY_MESSAGES // (BATCHES * BATCH)):
                    _batches(server)
                    if number in (0, 4):
                        sizes.append(server.memory_mb)
                time.sleep(2)  # lets the index of words catch up a little
                sizes.append(server.memory_mb)
            shown = ", ".join(f"{size:.0f}" for size in sizes)
            print(f"resident MB with 1,000, 11,000, 51,000 and {MEMORY_MESSAGES + SINGLE:,} messages, {place}: {shown}")


def main() -> None:
    """Measure."""
    rounds = rounds_asked(__doc__, 5)
    _start(rounds)
    _intake(rounds)
    _memory()


if __name__ == "__main__":
    main()
