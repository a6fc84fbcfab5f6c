"""
`emailapi.celery` at 50 ms a request: 10,000 emails through 4 workers beside single emails, and a worker's memory.

    python -m benchmarks.queue [rate | memory | crashes]

It needs redis-server. `crashes` runs the test that kills workers and the broker fifteen times while 400 emails are
sent, five times at each lag of the service's search.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from celery import Celery

from emailapi import Client
from emailapi.celery import CeleryQueue, register
from emailapi.webhooks import RedisSeenStore
from tests.ports import unused_port

from .mails import fields
from .many import SECONDS_A_REQUEST, responder

EMAILS, SINGLES, MEMORY_EMAILS = 10_000, 400, 100_000
RATIO, GROWTH_MB = 50, 5
CRASH_TESTS = ["tests/celery/test_crashes.py", "tests/celery/test_long_crashes.py"]


def project(broker: str) -> CeleryQueue:
    """Return the queue of the application, in this process and in workers."""
    app = Celery("benchmark", broker=broker, set_as_current=True)
    app.conf.update(worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True)
    client = {"base_url": os.environ.get("BASE_URL", "http://127.0.0.1:1"), "sender": "shop@example.com"}
    return register(app, lambda: Client("token", **client), store=RedisSeenStore(broker))  # type: ignore[arg-type]


if "BROKER" in os.environ:
    emails = project(os.environ["BROKER"])
    app = emails.app


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Run a Redis server without files, at the URL yielded."""
    port = unused_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert any("eady to accept" in line for line in server.stdout)
            yield f"redis://127.0.0.1:{port}/0"
            server.kill()


@contextlib.contextmanager
def worker(broker: str, url: str, processes: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker, which has begun to take messages."""
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.queue", "worker", "-c", str(processes), "-l", "ERROR"]
    with subprocess.Popen(command, env={**os.environ, "BROKER": broker, "BASE_URL": url}) as process:
        yield process
        process.terminate()


def wait_until_done(queue: CeleryQueue) -> None:
    """Wait until no message is left."""
    with queue.app.connection() as connection:
        client = connection.default_channel.client
        while client.llen("celery") + client.hlen("unacked"):
            time.sleep(0.01)


def rate(queue: CeleryQueue, count: int, max_emails: int) -> float:
    """Return how many emails a second were sent, from the first that was queued."""
    key = f"rate-{time.time_ns()}"
    began = time.perf_counter()
    many = (fields(number) for number in range(count))
    if max_emails > 1:
        queue.send_many(many, key=key, max_emails=max_emails)
    else:
        for number, email in enumerate(many):
            queue.send(email, key=f"{key}-{number}")
    wait_until_done(queue)
    return count / (time.perf_counter() - began)


def measure_rate() -> None:
    """Print the rates of single emails and of batches."""
    with redis() as broker, responder(SECONDS_A_REQUEST) as url, worker(broker, url, 4):
        queue = project(broker)
        rate(queue, 40, 1)
        single, many = rate(queue, SINGLES, 1), max(rate(queue, EMAILS, 500) for _ in range(3))
        print(f"single emails: {single:.0f} emails/s; send_many: {many:.0f} emails/s, {many / single:.0f} x")
        print("within budget" if many >= RATIO * single else "OVER budget", f"(at least {RATIO} x)")


def measure_memory() -> None:
    """Print the memory of a worker's process as it sends."""
    with redis() as broker, responder(0.0) as url, worker(broker, url, 1) as process:
        queue = project(broker)
        rate(queue, EMAILS, 500)
        child = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        sizes = [_megabytes(child)]
        for _ in range(MEMORY_EMAILS // EMAILS - 1):
            rate(queue, EMAILS, 500)
            sizes.append(_megabytes(child))
        print("MB after each 10,000 emails:", *(f"{size:.0f}" for size in sizes))
        is_flat = sizes[-1] - sizes[1] <= GROWTH_MB
        print("within budget" if is_flat else "OVER budget", f"(grows {GROWTH_MB} MB at most)")


def _megabytes(process: str) -> float:
    text = Path(f"/proc/{process}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def measure_crashes() -> None:
    """Run the crash tests five times, both at once, and print how many emails each run has lost and repeated."""
    failed = 0
    for seed in range(5):
        environment = {**os.environ, "CRASH_SEED": str(seed)}
        command = [sys.executable, "-m", "pytest", "-q", "-rP", "--exhaustive", "-k", "fifteen"]
        runs = [
            subprocess.Popen([*command, test], env=environment, stdout=subprocess.PIPE, text=True)
            for test in CRASH_TESTS
        ]
        for run in runs:
            output, _ = run.communicate()
            print(*(line for line in output.splitlines() if " accepted, " in line), sep="\n")
            failed += run.returncode != 0
    print("within budget" if not failed else f"OVER budget: {failed} of 10 runs failed", "(no email lost or repeated)")


if __name__ == "__main__":
    parts = {"rate": measure_rate, "memory": measure_memory, "crashes": measure_crashes}
    for name in sys.argv[1:] or parts:
        parts[name]()
