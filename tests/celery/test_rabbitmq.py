"""Workers are killed while emails are sent by RabbitMQ: each email is accepted once."""

from __future__ import annotations

import pytest

from emailapi import ConnectionFailed

from .crashing import Crashes, email, settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.costly, pytest.mark.exhaustive]


@pytest.fixture
def check_queues_of_type(load_project, workers, redis, rabbitmq, sandbox):
    """Give `check_queues_of_type(type)`, which sends 100 emails while workers are killed."""

    def check(queue_type):
        variables = {"BROKER": rabbitmq.url, "BACKEND": redis.url, "STORE": redis.url, "QUEUE_TYPE": queue_type}
        other = load_project(**settings(3), **variables, QUEUE="of another kind")
        with other.app.connection() as connection:
            connection.default_channel.queue_declare("of another kind", durable=False, auto_delete=False)
        with pytest.raises(ConnectionFailed, match="<1 email, key k> is not in the queue: .*PRECONDITION_FAILED"):
            other.emails.send(email(0), key="k")
        other.app.close()
        emails = load_project(QUEUE="celery").emails
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
        assert "confirm_publish" not in workers.output

    return check


def test_killed_workers_neither_lose_nor_repeat_emails_on_classic_queues(check_queues_of_type):
    check_queues_of_type("classic")


def test_killed_workers_neither_lose_nor_repeat_emails_on_quorum_queues(check_queues_of_type):
    check_queues_of_type("quorum")
