"""Failures of signal receivers, and of logging them."""

from __future__ import annotations

import logging

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
