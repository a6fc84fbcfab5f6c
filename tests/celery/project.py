"""The application that the workers of these tests load."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from celery import Celery

from emailapi import Client, Retry
from emailapi.celery import register
from emailapi.queues import DeliveryReport
from emailapi.webhooks import MemorySeenStore, RedisSeenStore


def option(name: str, default: float) -> float:
    return float(os.environ.get(name, default))


BROKER = os.environ["BROKER"]
STORE = os.environ.get("STORE", BROKER)

app = Celery("project", broker=BROKER, backend=os.environ.get("BACKEND", BROKER))
app.conf.update(
    # By default the messages of killed workers are looked for each hundred seconds.
    broker_transport_options={
        "visibility_timeout": option("VISIBILITY_TIMEOUT", 3600),
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "confirm_publish": BROKER.startswith("amqp"),
    },
    broker_connection_retry_on_startup=True,
    task_default_queue_type=os.environ.get("QUEUE_TYPE", "classic"),
    # Publishing to a broker that is down ends at once.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1},
    worker_prefetch_multiplier=int(option("PREFETCH", 1)),
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_send_task_events=True,
    accept_content=os.environ.get("ACCEPT", "json").split(),
)


def client() -> Client:
    deadline = option("DEADLINE", 5)
    return Client(
        os.environ["TOKEN"],
        base_url=os.environ["BASE_URL"],
        sender="shop@example.com",
        deadline=deadline,
        timeout=deadline,
        retry=Retry(attempts=2, initial=0.1),
    )


def load(reference: dict[str, str]) -> bytes:
    """Read a file, or end as a process does by a fault in C, or hang in it."""
    if reference["path"] == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    if reference["path"] == "hang":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        time.sleep(600)
    if reference["path"] == "slow":
        time.sleep(600)
    return Path(reference["path"]).read_bytes()


def record(report: DeliveryReport) -> None:
    sys.stderr.write(f"REPORT {json.dumps(report.to_dict())}\n")


emails = register(
    app,
    client,
    store=MemorySeenStore() if STORE == "memory" else RedisSeenStore(STORE),
    queue=os.environ.get("QUEUE"),
    lookup_delay=option("LOOKUP_DELAY", 12),
    max_bytes=int(option("MAX_BYTES", 100_000)),
    max_attempts=int(option("MAX_ATTEMPTS", 100)),
    time_limit=option("TIME_LIMIT", 600),
    load=load,
    record=record,
)
