"""What is checked when a worker starts, while nothing is lost yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from celery import Celery, signals

from .._log import logger
from ..errors import EmailAPIError

if TYPE_CHECKING:
    from .task import Worker

# How long a broker waits for the acknowledgement of a message, unless it is told otherwise: Redis (by kombu), and
# RabbitMQ (its consumer_timeout).
VISIBILITY_TIMEOUT = 3600.0
CONSUMER_TIMEOUT = 1800.0
# A message that waits for a look-up must not be delivered again meanwhile.
LEAST_DELAYS = 4


def visibility_timeout(app: Celery) -> float:
    """Return after how many seconds the broker delivers a message again that was not acknowledged."""
    chosen = (app.conf.broker_transport_options or {}).get("visibility_timeout")
    if chosen is not None:
        return float(chosen)
    is_amqp = str(app.conf.broker_url or "amqp").startswith(("amqp", "pyamqp"))
    return CONSUMER_TIMEOUT if is_amqp else VISIBILITY_TIMEOUT


def check_at_start(app: Celery, worker: Worker) -> None:
    """Check the settings whenever a worker of this application starts."""

    def check(sender: Any = None, **_: object) -> None:
        if getattr(sender, "app", app) is not app:
            return
        try:
            delay = worker.lookup_delay()
        except EmailAPIError as error:
            sys.exit(f"emailapi: {error}")
        finally:
            worker.close()
        for warning in warnings(app, delay):
            logger.warning(warning)

    signals.worker_init.connect(check, weak=False)
    signals.worker_process_shutdown.connect(lambda **_: worker.close(), weak=False)


def warnings(app: Celery, lookup_delay: float) -> list[str]:
    """Return what is dangerous in the settings of an application."""
    found = []
    if app.conf.worker_prefetch_multiplier != 1:
        found.append(
            f"worker_prefetch_multiplier is {app.conf.worker_prefetch_multiplier}: tasks that wait in a worker may be "
            "delivered again; set it to 1"
        )
    visible = visibility_timeout(app)
    if visible < LEAST_DELAYS * lookup_delay:
        found.append(
            f"the visibility timeout of {visible:g} s is less than four times the lookup_delay of {lookup_delay:g} s: "
            "tasks that wait may be delivered again; raise visibility_timeout in broker_transport_options"
        )
    return found
