"""The checks of a starting worker: it exits with a sentence if the settings lose or repeat emails."""

from __future__ import annotations

import pytest
from celery import Celery

from emailapi.celery.worker_checks import find_risks

from ..clock import wait_for

pytestmark = [pytest.mark.broker, pytest.mark.costly, pytest.mark.slow]


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"LOOKUP_DELAY": "4"}, "lookup_delay must be at least 5.1 seconds"),
        ({"STORE": "memory"}, "store must be shared by all workers, got a MemorySeenStore"),
        ({"TOKEN": ""}, "no token"),
        ({"ACCEPT": "msgpack"}, "accept_content of Celery must have json"),
        ({"DEADLINE": "no number"}, "client_factory failed: ValueError"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_worker_that_would_lose_or_repeat_emails_does_not_start(workers, settings, sentence):
    worker = workers.start("-c", "1", **settings)
    assert worker.wait(60) == 1
    last = workers.output.strip().splitlines()[-1]
    assert last.startswith("emailapi: ")
    assert sentence in last


def test_what_may_deliver_tasks_again_is_warned_of(workers):
    workers.start("-c", "1", "-l", "WARNING", PREFETCH="4", VISIBILITY_TIMEOUT="30")
    wait_for(lambda: "visibility timeout of 30 s" in workers.output)
    assert "worker_prefetch_multiplier is 4" in workers.output


@pytest.mark.parametrize("broker", ["amqp://localhost", "pyamqp://localhost", "amqps://a;amqps://b"])
def test_rabbitmq_that_confirms_nothing_is_warned_of(broker):
    app = Celery(broker=broker, set_as_current=False)
    assert any("confirm_publish" in risk for risk in find_risks(app, 90, 1))
    app.conf.broker_transport_options = {"confirm_publish": True}
    assert find_risks(app, 90, 1) == []
