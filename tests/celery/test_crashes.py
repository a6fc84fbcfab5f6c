"""Workers and the broker are killed while emails are sent: each email is accepted once."""

from __future__ import annotations

import os

import pytest

from emailapi.queues import FileReference

from .crashing import Crashes

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.processes]

EMAILS = 400
# Redis delivers a message of a killed worker again after so many seconds, and looks for such messages each 100 polls.
SETTINGS = {"VISIBILITY_TIMEOUT": "25", "LOOKUP_DELAY": "9"}


def email(number):
    return {"to": f"user{number}@example.com", "subject": f"Email {number}", "text_body": "Hello"}


@pytest.mark.parametrize("lag", [0, 3])
def test_killed_workers_and_a_killed_broker_neither_lose_nor_repeat_emails(load_project, workers, redis, sandbox, lag):
    emails = load_project(**SETTINGS).emails
    sandbox.faults.delay(0.15)
    if lag:
        sandbox.faults.index_delay(lag)
    for number in range(EMAILS // 2):
        emails.send(email(number), key=f"single-{number}")
    emails.send_many(map(email, range(EMAILS // 2, EMAILS)), key="many", max_emails=20)
    crashes = Crashes(workers, redis, sandbox, seed=10 * int(os.environ.get("CRASH_SEED", "0")) + lag)
    for step, crash in enumerate(
        [crashes.kill_child, crashes.kill_child, crashes.kill_parent, crashes.kill_child, redis.restart] * 3, 1
    ):
        crashes.wait_for(step * 12)
        crash()
    crashes.wait_for(EMAILS)
    crashes.wait_until_empty()
    counts = crashes.counts()
    assert len(counts) == EMAILS
    assert {subject: count for subject, count in counts.items() if count > 1} == {}
    assert crashes.deaths >= 9


def test_an_email_that_kills_its_workers_is_given_up_by_name_and_all_others_are_sent(
    load_project, workers, redis, sandbox
):
    emails = load_project(**SETTINGS).emails
    poison = FileReference(name="terms.pdf", path="poison")
    emails.send({**email("poison"), "to": "jane@example.com"}, key="poison", references=[poison])
    emails.send_many(map(email, range(40)), key="many", max_emails=5)
    crashes = Crashes(workers, redis, sandbox, seed=7)
    crashes.wait_for(40)
    crashes.wait_until_empty()
    assert sorted(crashes.counts().items()) == sorted((f"Email {number}", 1) for number in range(40))
    given_up = [line for line in workers.output.splitlines() if "DeliveryGivenUp" in line]
    assert any("<1 email, key poison>" in line and "has died 6 times" in line for line in given_up)
    assert '"unknown": {"poison"' in workers.output


def test_killed_workers_neither_lose_nor_repeat_emails_on_rabbitmq(load_project, workers, redis, rabbitmq, sandbox):
    emails = load_project(**SETTINGS, BROKER=rabbitmq.url, BACKEND=redis.url, STORE=redis.url).emails
    sandbox.faults.delay(0.15)
    sandbox.faults.index_delay(3)
    for number in range(40):
        emails.send(email(number), key=f"single-{number}")
    emails.send_many(map(email, range(40, 100)), key="many", max_emails=20)
    crashes = Crashes(workers, rabbitmq, sandbox, seed=1)
    for step, crash in enumerate([crashes.kill_child, crashes.kill_parent, crashes.kill_child], 1):
        crashes.wait_for(step * 8)
        crash()
    crashes.wait_for(100)
    crashes.wait_until_empty()
    assert sorted(crashes.counts().items()) == sorted((f"Email {number}", 1) for number in range(100))
