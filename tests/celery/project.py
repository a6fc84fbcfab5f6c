"""The application that the workers of these tests load."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from celery import Celery

from emailapi import Client, Retry
from emailapi.celery import register
from emailapi.webhooks import RedisSeenStore

BROKER = os.environ["BROKER"]
VISIBILITY_TIMEOUT = float(os.environ.get("VISIBILITY_TIMEOUT", "60"))

app = Celery("project", broker=BROKER, backend=BROKER)
app.conf.update(
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT},
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
)


def client() -> Client:
    return Client(
        os.environ["TOKEN"],
        base_url=os.environ["BASE_URL"],
        sender="shop@example.com",
        deadline=2,
        timeout=1,
        retry=Retry(attempts=2, initial=0.1),
    )


def load(reference: dict[str, str]) -> bytes:
    """Read a file, or die of it as a process does by a fault in C."""
    if reference["path"] == "poison":
        os.kill(os.getpid(), 9)
    return Path(reference["path"]).read_bytes()


emails = register(
    app,
    client,
    store=RedisSeenStore(os.environ.get("STORE", BROKER)),
    lookup_delay=float(os.environ.get("LOOKUP_DELAY", "6")),
    max_bytes=100_000,
    max_attempts=100,
    load=load,
    record=lambda report: print("REPORT", report.to_dict(), file=sys.stderr, flush=True),
)
