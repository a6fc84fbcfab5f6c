"""One run of the task: it sends, looks up, waits, divides, or gives up."""

from __future__ import annotations

import pickle
import traceback
from datetime import UTC, datetime

import pytest

from emailapi import Client, EmailAPIError, InvalidArgument, Outcome
from emailapi.celery import DeliveryGivenUp
from emailapi.queues import FileReference, deliver, to_payload

from .messages import Messages

pytestmark = pytest.mark.broker

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


def sent(sandbox):
    return sorted(message.subject for message in sandbox.messages())


def countdown(message):
    return (datetime.fromisoformat(message["eta"]) - datetime.now(UTC)).total_seconds()


def test_a_first_run_sends_without_a_look_up(emails, messages, sandbox):
    emails.send(HELLO, key="k")
    with sandbox.faults.fail(status=500, times=99, route="GET /messages/outbound"):
        report = messages.run(messages.take())
    assert list(report["accepted"]) == ["k"]
    assert sent(sandbox) == ["Hi"]
    assert len(messages) == 0


def test_a_message_that_is_delivered_again_waits_before_the_look_up(emails, messages, sandbox, retry):
    emails.send(HELLO, key="k")
    first = messages.take()
    messages.run(first)
    with pytest.raises(retry):
        messages.run(first, redelivered=True)
    again = messages.take()
    assert 50 < countdown(again) <= 150
    assert again["id"] == first["id"]
    assert again["argsrepr"] == "<1 email, key k>"
    assert list(messages.run(again)["already_sent"]) == ["k"]
    assert sent(sandbox) == ["Hi"]


def test_a_message_that_was_published_twice_is_looked_up(emails, messages, sandbox, retry):
    emails.send(HELLO, key="k")
    first = messages.take()
    messages.run(first)
    with pytest.raises(retry):
        messages.run(first)
    assert list(messages.run(messages.take())["already_sent"]) == ["k"]


def test_an_email_that_is_queued_twice_is_sent_once(emails, messages, sandbox, retry):
    for _ in range(2):
        emails.send(HELLO, key="k")
    messages.run(messages.take())
    with pytest.raises(retry):
        messages.run(messages.take())
    assert list(messages.run(messages.take())["already_sent"]) == ["k"]
    assert sent(sandbox) == ["Hi"]


def test_two_look_ups_of_one_email_never_meet(emails, messages, sandbox, retry):
    """The second message finds the email claimed, though the first one is done: its email is not found yet."""
    emails.send(HELLO, key="k")
    first = messages.take()
    for _ in range(2):
        with pytest.raises(retry):
            messages.run(first, redelivered=True)
    one, two = messages.take(), messages.take()
    with sandbox.faults.index_delay(60):
        assert list(messages.run(one)["accepted"]) == ["k"]
        with pytest.raises(retry):
            messages.run(two)
    assert sent(sandbox) == ["Hi"]
    assert len(messages) == 1


def test_check_first_looks_up_at_once(emails, messages, sandbox):
    emails.send(HELLO, key="k")
    messages.run(messages.take())
    emails.send(HELLO, key="k", check_first=True)
    assert list(messages.run(messages.take())["already_sent"]) == ["k"]


def test_emails_that_were_not_sent_are_tried_again_soon(emails, messages, sandbox, retry):
    emails.send(HELLO, key="k")
    with sandbox.faults.fail(status=503, code=100, message="Later", times=2, route="POST /email/batch"):
        for _ in range(2):
            with pytest.raises(retry):
                messages.run(message := messages.take())
    again = messages.take()
    assert again["args"][1:] == [3, True]
    assert again["id"] == message["id"]
    assert countdown(again) <= 10
    assert list(messages.run(again)["accepted"]) == ["k"]


@pytest.mark.exhaustive
def test_only_emails_that_are_left_are_published_again(emails, messages, sandbox, retry):
    emails.send_many([HELLO, {**HELLO, "sender": "nobody@unknown.invalid"}], key="m")
    with sandbox.faults.cut_after_accept(), sandbox.faults.index_delay(600), pytest.raises(retry):
        messages.run(messages.take())
    again = messages.take()
    assert again["args"][0]["keys"] in (["m/0"], ["m/0", "m/1"])


def test_a_countdown_is_shorter_than_the_visibility_timeout(emails, messages, sandbox, retry):
    emails.task.app.conf.broker_transport_options = {"visibility_timeout": 1000}
    emails.send(HELLO, key="k")
    with sandbox.faults.rate_limit(retry_after=3000, times=5), pytest.raises(retry):
        messages.run(messages.take())
    assert 400 < countdown(messages.take()) <= 500


def test_a_body_is_in_no_frame_of_an_error(make_emails, redis, sandbox):
    emails = make_emails(max_attempts=1)
    messages = Messages(redis, emails)
    emails.send({**HELLO, "text_body": "secret words"}, key="k")
    with sandbox.faults.fail(status=503, code=100, message="Later"), pytest.raises(DeliveryGivenUp) as caught:
        messages.run(messages.take())
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    ours = [frame for frame in frames if str(frame.f_globals["__name__"]).startswith("emailapi.")]
    assert len(ours) >= 3
    assert "secret words" not in "".join(repr(frame.f_locals) for frame in ours)


def test_attempts_are_counted_and_given_up(make_emails, redis, sandbox, retry, reports):
    emails = make_emails(max_attempts=2)
    messages = Messages(redis, emails)
    emails.send(HELLO, key="k")
    with sandbox.faults.fail(status=503, code=100, message="Later", times=9):
        with pytest.raises(retry):
            messages.run(messages.take())
        with pytest.raises(DeliveryGivenUp, match="<1 email, key k>: 2 attempts were not enough") as caught:
            messages.run(messages.take())
    assert (caught.value.keys, caught.value.outcome) == (("k",), Outcome.NOT_SENT)
    assert [failure.key for report in reports for failure in report.not_sent] == ["k", "k"]


def test_an_error_of_the_application_delays_the_emails(make_emails, redis, sandbox, retry):
    """Such as a store or a configuration that is away: emails are not lost by it."""
    emails = make_emails()
    messages = Messages(redis, emails)
    emails.send(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    with pytest.raises(retry):
        messages.run(messages.take())
    again = messages.take()
    assert again["args"][1:] == [2, True]


def test_a_report_that_cannot_be_recorded_loses_nothing(make_emails, redis, sandbox, caplog):
    def record(report):
        raise OSError("the disk is full")

    emails = make_emails(record=record)
    messages = Messages(redis, emails)
    emails.send(HELLO, key="k")
    assert list(messages.run(messages.take())["accepted"]) == ["k"]
    assert "record failed" in caplog.text


def test_a_message_stays_when_its_successor_cannot_be_published(emails, messages, redis, sandbox):
    from celery.exceptions import Reject

    emails.send(HELLO, key="k")
    message = messages.take()
    emails.app.conf.task_publish_retry_policy = {"max_retries": 0}
    redis.stop()
    with pytest.raises(Reject) as caught:
        messages.run(message, redelivered=True)
    assert caught.value.requeue
    redis.start()


def test_loading_that_takes_long_is_followed_by_a_look_up(make_emails, redis, sandbox, monkeypatch):
    """Meanwhile the message may have been delivered again, and its emails sent."""
    now = [1000.0]
    monkeypatch.setattr("emailapi.queues.delivering.time.monotonic", lambda: now[0])

    def load(reference):
        now[0] += 10
        with Client(sandbox.token, base_url=sandbox.url, sender="shop@example.com") as other:
            deliver(other, to_payload(HELLO, key="k"))
        return b"%PDF"

    emails = make_emails(load=load)
    messages = Messages(redis, emails)
    emails.send(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    assert list(messages.run(messages.take())["already_sent"]) == ["k"]
    assert sent(sandbox) == ["Hi"]


def test_a_retry_keeps_the_queue_of_its_message(emails, redis, sandbox, retry):
    emails.task.apply_async([to_payload(HELLO, key="k")], queue="slow")
    messages = Messages(redis, emails, "slow")
    with pytest.raises(retry):
        messages.run(messages.take(), redelivered=True)
    assert len(messages) == 1


def test_an_invalid_payload_is_named(messages, emails):
    for payload in ({"v": 9}, [], None):
        with pytest.raises(InvalidArgument, match="payload"):
            emails.task.apply([payload], throw=True)


def test_given_up_emails_can_be_pickled():
    error = DeliveryGivenUp("two emails", keys=("a", "b"), outcome=Outcome.UNKNOWN)
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), copied.keys, copied.outcome, str(copied)) == (
        DeliveryGivenUp,
        ("a", "b"),
        Outcome.UNKNOWN,
        str(error),
    )
    assert isinstance(copied, EmailAPIError)
    assert copied.replace(outcome=Outcome.NOT_SENT).keys == ("a", "b")
