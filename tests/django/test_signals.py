"""The signals before and after an email is sent."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.mail import EmailMessage

from emailapi import InvalidEmail
from emailapi.django import CancelSend, EmailBackend, post_send, pre_send


def message(subject: str = "Hi") -> EmailMessage:
    return EmailMessage(subject, "Hello", to=["ada@example.com", "bob@example.com"])


@contextmanager
def connected(signal, *receivers):
    for receiver in receivers:
        signal.connect(receiver)
    try:
        yield
    finally:
        for receiver in receivers:
            signal.disconnect(receiver)


def test_pre_send_may_change_the_email(outbox):
    sent = outbox()

    def change(sender, message, email, using, **kwargs):
        assert sender is EmailBackend
        return email.replace(tag=f"tag of {message.subject}")

    with connected(pre_send, change, lambda **kwargs: None):
        message().send()
    assert sent[0].tag == "tag of Hi"


def test_the_recipient_guard_applies_to_a_changed_email(outbox):
    sent = outbox(allow_recipients=["@example.com"])

    def change(email, **kwargs):
        return email.replace(to="eve@x.org")

    with connected(pre_send, change), pytest.raises(InvalidEmail, match="allow_recipients"):
        message().send()
    assert sent == []


def test_cancel_send_counts_as_not_sent_and_raises_nothing(outbox):
    sent = outbox()

    def stop(**kwargs):
        raise CancelSend

    with connected(pre_send, stop):
        assert message().send() == 0
    assert sent == []


def test_one_email_of_a_merge_can_be_cancelled(outbox):
    sent = outbox()

    def stop(email, **kwargs):
        if email.to[0].email.startswith("ada"):
            raise CancelSend

    one = message()
    one.merge_data = {}
    with connected(pre_send, stop):
        assert one.send() == 1
    assert [email.to[0].email for email in sent] == ["bob@example.com"]
    assert [*one.emailapi_status] == ["bob@example.com"]


def test_errors_of_pre_send_propagate(outbox):
    sent = outbox(fail_silently=True)

    def fail(**kwargs):
        raise ZeroDivisionError

    with connected(pre_send, fail), pytest.raises(ZeroDivisionError):
        message().send()
    assert sent == []


@pytest.mark.parametrize("number", [1, 2])
def test_pre_send_must_return_one_email(outbox, number):
    outbox()

    def first(email, **kwargs):
        return email if number == 2 else "text"

    def second(email, **kwargs):
        return email if number == 2 else None

    with connected(pre_send, first, second), pytest.raises(TypeError, match="return"):
        message().send()


def test_post_send_has_the_result(outbox):
    outbox()
    seen = []

    def after(sender, message, email, using, result, **kwargs):
        seen.append((sender, message, email.subject, using, result.message_id))

    one = message()
    with connected(post_send, after):
        one.send()
    assert [entry[:3] for entry in seen] == [(EmailBackend, one, "Hi")]
    assert seen[0][4] == one.emailapi_result.message_id


def test_an_error_of_post_send_is_logged_and_the_message_counts(outbox, caplog):
    outbox()

    def fail(**kwargs):
        raise ZeroDivisionError

    with connected(post_send, fail):
        assert message().send() == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_receiver_may_send_another_message(outbox):
    sent = outbox()

    def after(message, **kwargs):
        if message.subject == "Hi":
            EmailMessage("Copy", "Hello", to=["log@example.com"]).send()

    with connected(post_send, after):
        message().send()
    assert [email.subject for email in sent] == ["Hi", "Copy"]


def test_a_receiver_that_sends_for_each_message_does_not_recurse_forever(outbox):
    sent = outbox()

    def after(**kwargs):
        EmailMessage("Again", "Hello", to=["log@example.com"]).send()

    with connected(post_send, after):
        message().send()
    assert len(sent) == 3
