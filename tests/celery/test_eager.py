"""`task_always_eager`: what a worker does, at once and without a broker."""

from __future__ import annotations

import pytest
from celery import Celery

from emailapi import Client, Outcome, Retry
from emailapi.celery import DeliveryGivenUp, register
from emailapi.webhooks import MemorySeenStore

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


@pytest.fixture
def make_emails(sandbox):
    """Give `make_emails(**options)`, which registers the task with an application that runs tasks at once."""
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.update(task_always_eager=True)
    client = Client(sandbox.token, base_url=sandbox.url, sender="shop@example.com", retry=Retry(attempts=1))
    yield lambda **options: register(app, lambda: client, store=MemorySeenStore(), **options)
    client.close()


@pytest.mark.costly
def test_an_email_is_sent_at_once(make_emails, sandbox):
    result = make_emails().send(HELLO, key="k")
    assert list(result.get()["accepted"]) == ["k"]
    assert len(sandbox.messages()) == 1


@pytest.mark.costly
def test_attempts_follow_each_other_without_a_pause(make_emails, sandbox):
    emails = make_emails()
    with sandbox.faults.fail(status=503, code=100, message="Later", times=3, route="POST /email/batch"):
        assert list(emails.send(HELLO, key="k").get()["accepted"]) == ["k"]
    with sandbox.faults.cut_after_accept():
        report = emails.send(HELLO, key="other").get()
    assert [*report["accepted"], *report["already_sent"]] == ["other"]
    assert len(sandbox.messages()) == 2


@pytest.mark.parametrize("propagates", [False, True])
def test_an_email_is_given_up_as_in_production(make_emails, sandbox, propagates):
    reports = []
    emails = make_emails(max_attempts=3, record=reports.append)
    emails.app.conf.task_eager_propagates = propagates
    faults = sandbox.faults.fail(status=503, code=100, message="Later", times=99)
    with faults, pytest.raises(DeliveryGivenUp, match="3 attempts were not enough") as caught:
        emails.send(HELLO, key="k").get()
    assert caught.value.keys == ("k",)
    assert caught.value.outcome in (Outcome.NOT_SENT, Outcome.UNKNOWN)
    assert len(reports) == 4


def test_rejected_emails_are_reported(make_emails):
    report = make_emails().send({**HELLO, "message_stream": "none"}, key="k").get()
    assert list(report["rejected"]) == ["k"]
