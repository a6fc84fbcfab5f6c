"""Parts that the tests of many emails share."""

from __future__ import annotations

import threading

from ..faults.calls import new_email
from ..faults.modes import Mode, respond_with


def new_emails(count, taken=None):
    """Yield so many emails, and note how many were taken."""
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield new_email(f"m{number}")


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("emailapi-send")]


def held(event: threading.Event) -> Mode:
    """Respond well as soon as an event is set."""
    return Mode("held", "fine", lambda exchange: event.wait(60) and respond_with(exchange.value)(exchange))
