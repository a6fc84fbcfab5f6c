"""A worker, one of its processes, and the broker are killed while emails are sent: each email is accepted once."""

from __future__ import annotations

import pytest

from .crashing import check_that_crashes_neither_lose_nor_repeat

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.costly]

VICTIMS = ["child", "child", "worker", "child", "broker"]


@pytest.mark.exhaustive
def test_a_killed_child_a_killed_worker_and_a_killed_broker_neither_lose_nor_repeat_emails(
    load_project, workers, redis, sandbox
):
    check_that_crashes_neither_lose_nor_repeat(
        load_project, workers, redis, sandbox, emails=60, victims=["child", "worker", "broker"]
    )


@pytest.mark.exhaustive
def test_fifteen_crashes_neither_lose_nor_repeat_emails(load_project, workers, redis, sandbox):
    check_that_crashes_neither_lose_nor_repeat(load_project, workers, redis, sandbox, emails=400, victims=VICTIMS * 3)
