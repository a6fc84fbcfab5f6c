"""A worker process: its settings, its client, and how long it waits before a look-up."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import attrs
from celery import Celery

from .._log import logger
from ..client import Client
from ..errors import ConfigurationError
from ..queues import DeliveryReport, compute_lookup_delay
from ..queues.content import Loader
from ..webhooks import SeenStore

# Seconds before a look-up when the client that tells them cannot be made.
DEFAULT_DELAY = 120.0
# A task that does not end by the soft time limit is killed so many seconds later.
SPARE_SECONDS = 60.0
# How long brokers wait for the acknowledgement of a message, unless they are told otherwise: RabbitMQ by its
# consumer_timeout, the others by kombu's visibility timeouts.
RABBITMQ = ("amqp", "pyamqp", "amqps")
ACKNOWLEDGEMENT_SECONDS = {**dict.fromkeys(RABBITMQ, 1800.0), "sqs": 1800.0}
VISIBILITY_TIMEOUT = 3600.0


@attrs.frozen(kw_only=True)
class Settings:
    """The arguments of `register`."""

    client_factory: Callable[[], Client] = attrs.field(repr=False)
    store: SeenStore
    lookup_delay: float | None
    max_attempts: int
    max_redeliveries: int
    max_bytes: int
    time_limit: float
    record: Callable[[DeliveryReport], None] | None
    load: Loader | None


class Worker:
    """A worker process. Its client is made after the fork, by the first task."""

    def __init__(self, settings: Settings) -> None:
        """Store the settings; nothing is opened."""
        self.settings = settings
        self._clients: dict[int, Client] = {}
        self._lock = threading.Lock()

    def client(self) -> Client:
        """Return the client of this process, which all its threads share."""
        process = os.getpid()
        with self._lock:
            if process not in self._clients:
                self._clients[process] = self.settings.client_factory()
            return self._clients[process]

    def close(self) -> None:
        """Close the client of this process, if there is one."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()

    def lookup_delay(self) -> float:
        """
        Return how long to wait before a look-up, in seconds.

        Raises:
            ConfigurationError: The chosen delay is shorter than the longest delivery of one task.
        """
        longest = compute_lookup_delay(self.client(), max_bytes=self.settings.max_bytes, index_lag=0)
        given = self.settings.lookup_delay
        if given is not None and given < longest:
            raise ConfigurationError(
                f"lookup_delay must be at least {longest:g} seconds, the longest delivery of one task (the client's "
                f"deadline, and a second for each MB of max_bytes), got {given:g}: a look-up before this time may miss "
                "emails that another worker is still sending"
            )
        return compute_lookup_delay(self.client(), max_bytes=self.settings.max_bytes) if given is None else given

    def safe_delay(self) -> float:
        """Return how long to wait before a look-up if no client can be made, in seconds."""
        try:
            return self.lookup_delay()
        except Exception:
            return self.settings.lookup_delay or DEFAULT_DELAY

    def longest_look_up(self, emails: int) -> float:
        """Return after how many seconds a run that looks so many emails up has ended, and all of it can be found."""
        bound = self.lookup_delay() + emails * self.client()._options.deadline
        return min(bound, self.settings.time_limit + SPARE_SECONDS)

    def tell(self, report: DeliveryReport) -> None:
        """Give a report to the application; its own errors are logged, for the emails are done."""
        if self.settings.record is not None:
            try:
                self.settings.record(report)
            except Exception:
                logger.exception("record failed for the report of a task")


def visibility_timeout(app: Celery) -> float:
    """Return after how many seconds the broker delivers a message again that was not acknowledged."""
    chosen: Any = (app.conf.broker_transport_options or {}).get("visibility_timeout")
    if chosen is not None:
        return float(chosen)
    return ACKNOWLEDGEMENT_SECONDS.get(broker_scheme(app), VISIBILITY_TIMEOUT)


def broker_scheme(app: Celery) -> str:
    """Return the scheme of the broker's URL, such as `redis`; of several brokers, that of the first."""
    url = app.conf.broker_read_url or app.conf.broker_url or "amqp"
    first: str = url if isinstance(url, str) else next(iter(url))
    return first.partition(":")[0].partition("+")[0]
