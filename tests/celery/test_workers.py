"""Workers of each pool, their time limits, and what they show."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from emailapi.queues import FileReference, to_payload

from ..clock import wait_for

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.costly]

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Secret words"}


def reports(workers):
    """Return what workers have reported."""
    return [json.loads(line.partition("REPORT ")[2]) for line in workers.output.splitlines() if "REPORT " in line]


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "gevent"])
def test_each_pool_sends_and_looks_up(load_project, workers, sandbox, pool):
    emails = load_project().emails
    emails.send(HELLO, key="one")
    emails.send_many([HELLO, HELLO], key="many")
    emails.send(HELLO, key="one", check_first=True)
    workers.start("-P", pool, "-c", "1")
    wait_for(lambda: len(reports(workers)) == 3 or "Traceback" in workers.output)
    assert len(sandbox.messages()) == 3
    assert "Traceback" not in workers.output


def test_neither_logs_nor_events_show_bodies(load_project, workers, redis):
    project = load_project()
    events: list[dict] = []
    with redis.client() as client, client.pubsub() as subscription:
        subscription.psubscribe("*celeryev*")
        workers.start("-c", "1", "-E", "-l", "INFO")
        project.emails.send(HELLO, key="k")
        project.emails.task.apply_async([{**to_payload(HELLO, key="other"), "v": 9}], argsrepr="<not ours>")

        def ended():
            message = subscription.get_message(ignore_subscribe_messages=True, timeout=1)
            if message is not None:
                body = json.loads(base64.b64decode(json.loads(message["data"])["body"]))
                events.extend(body if isinstance(body, list) else [body])
            return {"task-succeeded", "task-failed"} <= {event["type"] for event in events}

        wait_for(ended)
    shown = workers.output + json.dumps(events)
    assert "<1 email, key k>" in shown
    assert "payload has version 9" in shown
    assert "Secret" not in shown
    assert "jane@" not in shown


@pytest.mark.exhaustive(cases=0)
@pytest.mark.parametrize("path, warning", [("slow", "Soft time limit"), ("hang", "Hard time limit")])
def test_a_task_that_exceeds_its_time_limit_is_run_again(load_project, workers, sandbox, path, warning, tmp_path):
    """A hard time limit kills the process; by Celery's default the message would be lost with it."""
    payload = to_payload(HELLO, key="k", references=[FileReference(name="a.pdf", path=path)])
    load_project().emails.task.apply_async([payload], soft_time_limit=1, time_limit=3)
    workers.start("-c", "1", "-l", "INFO", DEADLINE="1", LOOKUP_DELAY="2")
    wait_for(lambda: workers.output.count(f"{warning} (") >= 2)
    assert sandbox.messages() == []


def test_an_email_is_sent_at_its_time(load_project, workers, sandbox):
    at = datetime.now(UTC) + timedelta(seconds=5)
    load_project().emails.send_at(HELLO, at, key="k")
    workers.start("-c", "1")
    wait_for(sandbox.messages)
    assert sandbox.messages()[0].received_at >= at.replace(microsecond=0)


def test_a_queue_of_its_own_is_consumed_by_name(load_project, workers, sandbox):
    load_project(QUEUE="email").emails.send(HELLO, key="k")
    workers.start("-c", "1", "-Q", "email")
    wait_for(sandbox.messages)
