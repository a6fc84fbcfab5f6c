"""The crash test where the service finds emails late, and an email that kills each worker that sends it."""

from __future__ import annotations

import pytest

from emailapi.queues import FileReference

from .crashing import Crashes, check_that_crashes_neither_lose_nor_repeat, email, settings
from .test_crashes import VICTIMS

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.costly, pytest.mark.exhaustive]


def test_fifteen_crashes_neither_lose_nor_repeat_emails_that_are_found_three_seconds_later(
    load_project, workers, redis, sandbox
):
    check_that_crashes_neither_lose_nor_repeat(
        load_project, workers, redis, sandbox, emails=400, victims=VICTIMS * 3, lag=3
    )


def test_an_email_that_kills_its_workers_is_given_up_by_name_and_all_others_are_sent(
    load_project, workers, redis, sandbox
):
    emails = load_project(**settings()).emails
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
