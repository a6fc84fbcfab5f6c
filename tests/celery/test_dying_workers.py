"""Emails whose workers die are found and given up; all others are sent."""

from __future__ import annotations

import pytest

from emailapi.celery import DeliveryGivenUp
from emailapi.queues import FileReference, to_payload

from .messages import Messages

pytestmark = pytest.mark.broker

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


class WorkerDies(BaseException):
    """Ends a run as a killed process does."""


def test_an_email_whose_workers_die_is_given_up_after_five_redeliveries(make_emails, redis, sandbox, retry, reports):
    def load(reference):
        raise WorkerDies

    emails = make_emails(load=load)
    messages = Messages(redis, emails)
    emails.send(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    message = messages.take()
    for _ in range(6):
        with pytest.raises(WorkerDies):
            messages.run(message)
        with pytest.raises(retry):
            messages.run(message, redelivered=True)
        message = messages.take()
    with pytest.raises(DeliveryGivenUp, match=r"<1 email, key k>: .* has died 6 times") as caught:
        messages.run(message)
    assert caught.value.keys == ("k",)
    assert [failure.key for failure in reports[-1].unknown] == ["k"]
    assert sandbox.messages() == []


def test_messages_that_only_wait_in_workers_that_die_are_never_given_up(emails, messages, sandbox, retry):
    emails.send(HELLO, key="k")
    for _ in range(20):
        with pytest.raises(retry):
            messages.run(messages.take(), redelivered=True)
    assert list(messages.run(messages.take())["accepted"]) == ["k"]


def test_many_emails_whose_worker_dies_twice_are_divided(make_emails, redis, sandbox, retry):
    def load(reference):
        raise WorkerDies

    emails = make_emails(load=load)
    messages = Messages(redis, emails)
    poison = to_payload(HELLO, key="poison", references=[FileReference(name="a.pdf", path="a.pdf")])
    payload = {"v": 1, "emails": [*poison["emails"], *poison["emails"]], "keys": ["poison", "other"]}
    emails.task.apply_async([payload])
    message = messages.take()
    for _ in range(2):
        with pytest.raises(WorkerDies):
            messages.run(message)
        with pytest.raises(retry):
            messages.run(message, redelivered=True)
        message = messages.take()
    with pytest.raises(retry):
        messages.run(message)
    singles = [messages.take(), messages.take()]
    assert [single["args"][0]["keys"] for single in singles] == [["poison"], ["other"]]
    assert len({message["id"], *(single["id"] for single in singles)}) == 3
