"""The checks of `register`, and the tasks that are published."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from emailapi import ConfigurationError, ConnectionFailed, Email, InvalidArgument, InvalidEmail
from emailapi.queues import to_payload
from emailapi.webhooks import MemorySeenStore

from ..ports import unused_port

pytestmark = pytest.mark.broker

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Secret words"}


@pytest.fixture
def project(load_project):
    return load_project()


@pytest.fixture
def published(redis):
    """Give `published()`, which returns the messages of a queue."""

    def published(queue: str = "celery"):
        with redis.client() as client:
            return [json.loads(text) for text in reversed(client.lrange(queue, 0, -1))]

    return published


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_attempts": 0},
        {"max_redeliveries": True},
        {"max_bytes": 1.5},
        {"lookup_delay": -1},
        {"lookup_delay": "5"},
        {"time_limit": float("inf")},
        {"client_factory": None},
        {"record": "print"},
        {"load": 7},
        {"store": "redis://localhost"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_argument_is_named_at_registration(wrong):
    from celery import Celery

    from emailapi.celery import register

    arguments = {"client_factory": print, "store": MemorySeenStore(), **wrong}
    with pytest.raises(InvalidArgument, match=next(iter(wrong))):
        register(Celery("shop"), **arguments)


def test_the_task_survives_its_worker(project):
    task = project.emails.task
    assert (task.acks_late, task.reject_on_worker_lost, task.acks_on_failure) == (True, True, True)
    # A task that is killed by its time limit is delivered again.
    assert task.acks_on_timeout is False
    assert (task.soft_time_limit, task.time_limit) == (600, 660)
    assert task.serializer == "json"


def test_an_email_is_published_as_json_and_shown_by_its_key(project, published):
    project.emails.send(HELLO, key="receipt-7")
    (message,) = published()
    assert message["content-type"] == "application/json"
    assert message["headers"]["argsrepr"] == "<1 email, key receipt-7>"
    assert "Secret" not in json.dumps({name: value for name, value in message.items() if name != "body"})


@pytest.mark.parametrize("queue", ["celery", "email"])
@pytest.mark.parametrize(
    "publish",
    [
        lambda task, payload: task.delay(payload),
        lambda task, payload: task.apply_async(kwargs={"payload": payload}),
        lambda task, payload: task.s(payload).apply_async(),
        lambda task, payload: task.apply_async((payload,), task_id="its own"),
    ],
    ids=["delay", "by name", "signature", "own id"],
)
def test_celerys_own_methods_hide_bodies_and_use_the_queue_too(load_project, published, publish, queue):
    project = load_project(QUEUE=queue)
    publish(project.emails.task, json.loads(json.dumps(to_payload(HELLO, key="receipt-7"))))
    (message,) = published(queue)
    assert "<1 email, key receipt-7>" in message["headers"]["argsrepr"] + message["headers"]["kwargsrepr"]
    assert "Secret" not in json.dumps(message["headers"])


def test_a_queue_can_be_chosen_for_one_message(load_project, published):
    load_project(QUEUE="email").emails.task.apply_async([to_payload(HELLO, key="k")], queue="urgent")
    assert len(published("urgent")) == 1


def test_many_emails_are_published_in_tasks(project, published):
    results = project.emails.send_many((HELLO for _ in range(5)), key="may", max_emails=2)
    shown = [message["headers"]["argsrepr"] for message in published()]
    assert shown == [
        "<2 emails, keys may/0 ... may/1>",
        "<2 emails, keys may/2 ... may/3>",
        "<1 email, key may/4>",
    ]
    assert [message["headers"]["id"] for message in published()] == [result.id for result in results]


def test_an_invalid_email_is_rejected_before_it_is_queued(project, published):
    with pytest.raises(InvalidEmail, match="joe@"):
        project.emails.send({**HELLO, "to": "joe@"}, key="k")
    with pytest.raises(InvalidArgument, match="key"):
        project.emails.send(HELLO, key="")
    assert published() == []


@pytest.mark.parametrize("load_options, queue", [({}, "celery"), ({"QUEUE": "email"}, "email")])
def test_the_queue_is_the_default_one_or_the_chosen_one(load_project, published, load_options, queue):
    load_project(**load_options).emails.send(HELLO, key="k")
    assert len(published(queue)) == 1


def test_objects_and_pickle_are_rejected(project, published):
    from kombu.exceptions import EncodeError

    with pytest.raises(EncodeError, match="Email"):
        project.emails.task.delay(Email(**HELLO))
    with pytest.raises(InvalidArgument, match="no pickle"):
        project.emails.task.apply([b"\x80\x04"], throw=True)
    assert published() == []


def test_an_application_that_does_not_accept_json_is_named(load_project, published):
    project = load_project(ACCEPT="pickle")
    with pytest.raises(ConfigurationError, match=r"accept_content .* must have json, got \['pickle'\]"):
        project.emails.send(HELLO, key="k")
    assert published() == []


@pytest.mark.parametrize("part", ["BROKER", "BACKEND"])
def test_a_broker_that_is_down_is_an_error_of_its_own(load_project, redis, part):
    project = load_project(**{"BACKEND": redis.url, part: f"redis://127.0.0.1:{unused_port()}/0"})
    project.app.conf.result_backend_transport_options = {"retry_policy": {"max_retries": 1, "interval_start": 0}}
    with pytest.raises(ConnectionFailed, match="<1 email, key k> is not in the queue") as caught:
        project.emails.send(HELLO, key="k")
    assert "Secret" not in str(caught.value)


def test_an_email_is_sent_at_a_time_within_half_the_visibility_timeout(project, published):
    at = datetime.now(UTC) + timedelta(minutes=29)
    project.emails.send_at(HELLO, at, key="reminder-7")
    (message,) = published()
    assert datetime.fromisoformat(message["headers"]["eta"]) == at


@pytest.mark.parametrize(
    "at, problem",
    [
        (datetime.now(UTC) + timedelta(hours=2), "1800 seconds .* beat"),
        (datetime(2026, 1, 1), "time zone"),
        ("tomorrow", "time zone"),
    ],
    ids=["late", "naive", "text"],
)
def test_a_time_that_the_broker_would_not_keep_is_rejected(project, published, at, problem):
    with pytest.raises(InvalidArgument, match=problem):
        project.emails.send_at(HELLO, at, key="k")
    assert published() == []


@pytest.mark.parametrize(
    "broker, seconds",
    [("redis://localhost/0", 3600), ("amqp://localhost", 1800), ("sqs://", 1800), ("amqps://a;amqps://b", 1800)],
)
def test_each_broker_has_its_timeout(broker, seconds):
    from celery import Celery

    from emailapi.celery.worker import visibility_timeout

    assert visibility_timeout(Celery(broker=broker)) == seconds
