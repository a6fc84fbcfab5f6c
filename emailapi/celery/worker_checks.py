"""The checks of a starting worker: wrong settings end it before it takes a task."""

from __future__ import annotations

import sys
from typing import Any

from celery import Celery, signals

from .._log import logger
from ..errors import ConfigurationError, EmailAPIError
from ..webhooks import MemorySeenStore
from .worker import RABBITMQ, Worker, broker_scheme, visibility_timeout

# A message that waits for a look-up must not be delivered again meanwhile.
LEAST_DELAYS = 4


def check_at_start(app: Celery, worker: Worker) -> None:
    """Check the settings whenever a worker of this application starts: it exits with a sentence if they lose emails."""

    def check(sender: Any = None, **_: object) -> None:
        if getattr(sender, "app", app) is not app:
            return
        try:
            check_accepts_json(app)
            _check_store(worker)
            worker.lookup_delay()
        except EmailAPIError as error:
            sys.exit(f"emailapi: {error}")
        except Exception as error:
            sys.exit(f"emailapi: client_factory failed: {type(error).__name__}: {error}")
        finally:
            worker.close()

    def warn(instance: Any, **_: object) -> None:
        if instance.app is app:
            for warning in find_risks(app, worker.lookup_delay(), instance.prefetch_multiplier):
                logger.warning(warning)
            worker.close()

    def close(**_: object) -> None:
        worker.close()

    signals.worker_init.connect(check, weak=False)
    # Logging is set up then.
    signals.celeryd_after_setup.connect(warn, weak=False)
    signals.worker_process_shutdown.connect(close, weak=False)
    signals.worker_shutdown.connect(close, weak=False)


def check_accepts_json(app: Celery) -> None:
    """
    Check that tasks of JSON are accepted.

    Raises:
        ConfigurationError: `accept_content` lacks JSON.
    """
    if not {"json", "application/json"} & {*app.conf.accept_content}:
        raise ConfigurationError(
            f"accept_content of Celery must have json, got {[*app.conf.accept_content]!r}: emails are sent as JSON only"
        )


def _check_store(worker: Worker) -> None:
    if isinstance(worker.settings.store, MemorySeenStore):
        raise ConfigurationError(
            "store must be shared by all workers, got a MemorySeenStore, which dies with its process: use a "
            "RedisSeenStore"
        )


def find_risks(app: Celery, lookup_delay: float, multiplier: int) -> list[str]:
    """Return a sentence for each setting by which tasks may be lost, or delivered again while they wait."""
    found = []
    if multiplier != 1:
        found.append(
            f"worker_prefetch_multiplier is {multiplier}: tasks that wait in a worker may be delivered again; set it "
            "to 1"
        )
    visible = visibility_timeout(app)
    if visible < LEAST_DELAYS * lookup_delay:
        found.append(
            f"the visibility timeout of {visible:g} s is less than four times the lookup_delay of {lookup_delay:g} s: "
            "tasks that wait may be delivered again; raise visibility_timeout in broker_transport_options"
        )
    if broker_scheme(app) in RABBITMQ and not (app.conf.broker_transport_options or {}).get("confirm_publish"):
        found.append(
            "broker_transport_options has no confirm_publish: Celery does not wait until RabbitMQ has a message, and "
            "tasks may be lost when it ends; set it to True, also in the programs that queue emails"
        )
    return found
