"""Failures of signal receivers, and of logging them."""

from __future__ import annotations

import logging

import pytest

from emailapi.flask import Mail, Message, email_dispatched


def test_a_failing_signal_receiver_does_not_raise(api, message, caplog):
    """Flask-Mail raises, so that the caller sends again."""

    def failing(app: object, message: Message) -> None:
        raise LookupError("no such order")

    heard = []
    mail = Mail(api())
    with (
        caplog.at_level(logging.ERROR, "emailapi"),
        email_dispatched.connected_to(failing),
        email_dispatched.connected_to(lambda app, message: heard.append(message)),
    ):
        assert mail.send(message).message_id
    assert heard == [message]
    assert "a receiver of email_dispatched failed; the email was sent" in caplog.text


def test_coroutine_functions_can_receive_signals(api, message):
    pytest.importorskip("asgiref")
    heard = []

    async def receiver(app: object, message: Message) -> None:
        heard.append(message)

    mail = Mail(api())
    with email_dispatched.connected_to(receiver):
        mail.send(message)
    assert heard == [message]


def test_a_muted_signal_has_no_receivers(mail, message):
    heard = []

    def receiver(app: object, message: Message) -> None:
        heard.append(message)

    with email_dispatched.connected_to(receiver):
        with email_dispatched.muted():
            mail.send(message)
        assert heard == []
        mail.send(message)
    assert heard == [message]


class FailingFilter(logging.Filter):
    def filter(self, record):
        raise RuntimeError("a filter of the user")


def test_a_failing_log_filter_does_not_raise(api, message):
    def failing(app: object, message: Message) -> None:
        raise LookupError("no such order")

    mail = Mail(api())
    logger = logging.getLogger("emailapi")
    added = FailingFilter()
    logger.addFilter(added)
    try:
        with email_dispatched.connected_to(failing):
            assert mail.send(message).message_id
    finally:
        logger.removeFilter(added)
