"""Workers and the broker are killed while emails are sent: each email is accepted once."""

from __future__ import annotations

import os

import pytest

from .crashing import SETTINGS, Crashes, email

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.processes]

EMAILS = 400


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
