"""The signals: an email was sent, an event was received."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import blinker

from .._log import report

if TYPE_CHECKING:
    from flask import Flask

    from .message import Message

signals: blinker.Namespace = blinker.Namespace()
email_dispatched: blinker.NamedSignal = signals.signal(
    "email-dispatched", doc="Sent with the application and `message` after an email was accepted, or suppressed."
)
event_received: blinker.NamedSignal = signals.signal(
    "event-received", doc="Sent with the application and `event` for each event that a webhook blueprint receives."
)


def notify_dispatched(app: Flask, message: Message) -> None:
    """Call the receivers of `email_dispatched`; their exceptions are logged, because the email has been sent."""
    if email_dispatched.is_muted:
        return
    for receiver in email_dispatched.receivers_for(app):
        try:
            # Coroutine functions require the extra flask[async], and raise RuntimeError without it.
            app.ensure_sync(receiver)(app, message=message)
        except Exception as error:
            report(logging.ERROR, "a receiver of email_dispatched failed; the email was sent", error=error)
