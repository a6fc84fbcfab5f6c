"""
The signals of `emailapi.django`, and the exception by which a receiver stops an email.

| signal | sent with | when |
|---|---|---|
| `pre_send` | `sender` (the backend's class), `message`, `email`, `using` | before an email is sent |
| `post_send` | the same, and `result` | when its result is known: a `SendResult`, or the exception |
| `tracking` | `sender` (the event's class), `event` | a webhook reported an event |
| `inbound` | the same | a webhook delivered an email |
"""

from __future__ import annotations

import threading
from typing import Any

from django.dispatch import Signal

from .merges import AnyEmail

pre_send = Signal()
post_send = Signal()
tracking = Signal()
inbound = Signal()

_current = threading.local()


class CancelSend(Exception):
    """Raised by a receiver of `pre_send`: the email is not sent, and no error is raised."""


def before_send(sender: type, message: object, email: AnyEmail, using: str | None) -> AnyEmail | None:
    """
    Call the receivers of `pre_send`, and return the email that is to be sent; None when one of them stops it.

    Raises:
        TypeError: A receiver returned something else than an email, or two of them returned one.
    """
    try:
        results = pre_send.send(sender=sender, message=message, email=email, using=using)
    except CancelSend:
        return None
    changed = [(receiver, result) for receiver, result in results if result is not None]
    for receiver, result in changed:
        if not isinstance(result, AnyEmail):
            raise TypeError(f"{receiver!r} returned {type(result).__name__}: return an email, or None")
    if len(changed) > 1:
        raise TypeError(f"{changed[1][0]!r} and another receiver of pre_send both returned an email: one may")
    return changed[0][1] if changed else email


def after_send(sender: type, message: object, email: AnyEmail, using: str | None, result: Any) -> None:
    """Call the receivers of `post_send`; an exception is logged, because the result stands."""
    if getattr(_current, "depth", 0) > 1:
        # A receiver that fails is logged; the log may go by email to admins, whose receivers fail again.
        return
    _current.depth = getattr(_current, "depth", 0) + 1
    try:
        post_send.send_robust(sender=sender, message=message, email=email, using=using, result=result)
    finally:
        _current.depth -= 1
