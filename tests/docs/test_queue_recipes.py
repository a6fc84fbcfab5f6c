"""The recipes for queues: emails that are queued twice, or left after a fault, are sent once by each engine."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ..celery.broker import RedisBroker
from ..clock import wait_for

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "queue-recipes.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


@pytest.fixture
def recipe(monkeypatch):
    """Give `recipe(engine)`: a module with the body, and one engine's recipe."""
    module = ModuleType("recipe")
    monkeypatch.setitem(sys.modules, "recipe", module)

    def run(engine=None):
        for code in BLOCKS:
            if "def send_or_wait" in code or "def hide_arguments" in code or f"def {engine}_send" in code:
                exec(code, module.__dict__)
        return module

    yield run
    module.client.close()
    module.sandbox.close()


def test_a_job_that_is_run_twice_is_looked_up_later(recipe):
    page = recipe()
    payload = page.to_payload(HELLO, key="k")
    later = []
    for _ in range(2):
        page.send_or_wait(payload, 1, lambda *job: later.append(job))
    ((again, attempt, seconds),) = later
    assert (again, attempt) == (payload, 2)
    assert seconds == page.compute_lookup_delay(page.client)
    report = page.send_or_wait(again, attempt, None)
    assert len(report.already_sent) == 1
    assert len(page.sandbox.messages()) == 1


@pytest.mark.costly
def test_an_email_that_is_left_is_sent_by_the_next_attempt(recipe):
    page = recipe()
    later = []
    with page.sandbox.faults.fail(status=503, code=100, message="Later", times=9):
        page.send_or_wait(page.to_payload(HELLO, key="k"), 1, lambda *job: later.append(job))
    payload, attempt, _ = later[0]
    assert len(page.send_or_wait(payload, attempt, None).accepted) == 1
    with pytest.raises(RuntimeError, match=r"given up: \['k'\]"):
        page.send_or_wait(payload, 9, None)


def test_an_email_outlives_an_error_of_the_store(recipe, monkeypatch, caplog):
    page = recipe()
    later = []
    monkeypatch.setattr(page.store, "claim", lambda key, seconds: 1 / 0)
    page.send_or_wait(page.to_payload(HELLO, key="k"), 1, lambda *job: later.append(job))
    monkeypatch.undo()
    ((payload, attempt, _),) = later
    assert "attempt 1 of ['k'] has failed" in caplog.text
    assert len(page.send_or_wait(payload, attempt, None).accepted) == 1


@pytest.fixture
def log(caplog):
    """Give `log(page)`, which collects the log as the handler of the page does."""
    filters = [*caplog.handler.filters]

    def collect(page):
        caplog.set_level("INFO")
        caplog.handler.addFilter(page.hide_arguments)
        return caplog

    yield collect
    caplog.handler.filters[:] = filters


@pytest.mark.costly
def test_dramatiq_shows_no_body_of_a_job_that_fails(recipe, log):
    import dramatiq

    page = recipe("dramatiq")
    shown = log(page)
    page.dramatiq_send.send(page.to_payload(HELLO, key="k"), 9)
    worker = dramatiq.Worker(page.broker, worker_timeout=100)
    worker.start()
    wait_for(lambda: "given up" in shown.text)
    worker.stop()
    assert "Failed to process message dramatiq_send(...)" in shown.text
    assert "'text_body'" not in shown.text


@pytest.mark.costly
def test_procrastinate_shows_no_body(recipe, log):
    page = recipe("procrastinate")
    shown = log(page)
    # As PostgreSQL gives it back; the connector for tests keeps the object.
    page.procrastinate_send.defer(payload=json.loads(json.dumps(page.to_payload(HELLO, key="k"))))
    asyncio.run(page.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False))
    assert "Starting job recipe.procrastinate_send[2](...)" in shown.text
    assert "'text_body'" not in shown.text


def test_dramatiq_runs_the_next_attempt(recipe):
    import dramatiq

    page = recipe("dramatiq")
    page.dramatiq_later(page.to_payload(HELLO, key="k"), 2, 0.05)
    worker = dramatiq.Worker(page.broker, worker_timeout=100)
    worker.start()
    wait_for(lambda: len(page.sandbox.messages()) == 2)
    worker.stop()


@pytest.mark.costly
def test_huey_schedules_the_next_attempt(recipe):
    page = recipe("huey")
    page.huey_later(page.to_payload(HELLO, key="k"), 2, 300)
    assert page.huey.scheduled_count() == 1


@pytest.mark.slow
def test_taskiq_sends_the_next_attempt_to_its_broker(recipe):
    """The broker in memory knows no delay: it runs the next attempt at once."""
    page = recipe("taskiq")

    async def run():
        with page.sandbox.faults.fail(status=503, code=100, message="Later", times=4, route="POST /email/batch"):
            await page.taskiq_send.kiq(page.to_payload(HELLO, key="k"))
            await asyncio.to_thread(wait_for, lambda: len(page.sandbox.messages()) == 2)
            await page.taskiq_broker.wait_all()

    asyncio.run(run())
    assert len(page.sandbox.messages()) == 2


@pytest.mark.costly
def test_procrastinate_schedules_the_next_attempt(recipe):
    page = recipe("procrastinate")
    page.procrastinate_later(page.to_payload(HELLO, key="k"), 2, 300)
    *_, job = page.app.connector.jobs.values()
    assert job["args"]["attempt"] == 2
    assert job["scheduled_at"] is not None


@pytest.fixture
def kept_signals():
    """Undo what a worker of RQ does to the handlers of signals."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.broker
@pytest.mark.usefixtures("kept_signals")
def test_rq_carries_json_and_schedules_the_next_attempt(recipe, tmp_path, needs):
    needs("redis", shutil.which("redis-server"), "no redis-server (Debian: apt-get install redis-server)")
    from redis import Redis
    from rq import Queue, SimpleWorker
    from rq.exceptions import DuplicateJobError
    from rq.serializers import JSONSerializer

    server = RedisBroker(tmp_path)
    page = recipe("rq")
    with Redis.from_url(server.url) as connection:
        page.queue = Queue("email", connection=connection, serializer=JSONSerializer)
        page.rq_queue(page.to_payload(HELLO, key="receipt-7"))
        assert page.queue.jobs[0].description == "receipt-7"
        with pytest.raises(DuplicateJobError):
            page.rq_queue(page.to_payload(HELLO, key="receipt-7"))
        with page.sandbox.faults.fail(status=503, code=100, message="Later", times=9):
            SimpleWorker([page.queue], connection=connection, serializer=JSONSerializer).work(burst=True)
        (scheduled,) = page.queue.scheduled_job_registry.get_job_ids()
        job = page.queue.fetch_job(scheduled)
        assert (job.args[1], job.description) == (2, "['receipt-7'], attempt 2")
    server.stop()
