"""Outboxes: the copies of sent messages that tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from flask import Flask, current_app, g, has_app_context, has_request_context, request, request_started

if TYPE_CHECKING:
    from .message import Message

# What a request carries to threads that `copy_current_request_context` starts.
_CARRIED = "emailapi.recordings"


class Recording:
    """
    What one `record_messages()` collects.

    Args:
        app: The application that the messages must come from.
        name: The name of its `Mail`.
    """

    def __init__(self, app: Flask, name: str | None) -> None:
        """Begin with nothing."""
        self.app, self.name = app, name
        self.messages: list[Message] = []
        self.active = True

    def wants(self, app: Flask, name: str | None) -> bool:
        """Return whether it collects now what an application sends."""
        return self.active and self.app is app and self.name == name


_HERE: ContextVar[tuple[Recording, ...]] = ContextVar("emailapi_recordings", default=())
_ALL: list[Recording] = []


def _known() -> tuple[Recording, ...]:
    """Return the recordings that this thread or context belongs to."""
    carried: tuple[Recording, ...] = request.environ.get(_CARRIED, ()) if has_request_context() else ()
    return tuple(dict.fromkeys((*_HERE.get(), *carried)))


@contextmanager
def recording(app: Flask, name: str | None) -> Iterator[list[Message]]:
    """Collect what an application sends, in this context and in threads that do not belong to another recording."""
    made = Recording(app, name)

    def carry(_: Flask, **_facts: object) -> None:
        request.environ[_CARRIED] = _known()

    token = _HERE.set((*_HERE.get(), made))
    _ALL.append(made)
    try:
        if has_request_context():
            carry(app)
        with request_started.connected_to(carry, sender=app):
            yield made.messages
    finally:
        made.active = False
        _ALL.remove(made)
        # A fixture may end in another context than it began in; that one is over then.
        with suppress(ValueError):
            _HERE.reset(token)


def record(app: Flask, name: str | None, message: Message) -> None:
    """Give a copy of a sent message to the recordings that it belongs to."""
    for each in _known() or tuple(_ALL):
        if each.wants(app, name):
            each.messages.append(message)


def keep_in_context(app: Flask, message: Message) -> None:
    """Put a copy of a sent message into `g.outbox`, where the context of the application is active."""
    if has_app_context() and current_app._get_current_object() is app:  # type: ignore[attr-defined]
        outbox = g.setdefault("outbox", [])
        if isinstance(outbox, list):
            outbox.append(message)
