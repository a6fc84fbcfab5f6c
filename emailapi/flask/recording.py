"""Recording of sent messages, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from flask import Flask, current_app, g, has_app_context, has_request_context, request, request_started

if TYPE_CHECKING:
    from .message import Message

# The WSGI environ key that hands recordings to threads started with `copy_current_request_context`.
_ENVIRON_KEY = "emailapi.recordings"


class Recording:
    """
    The messages of one `record_messages()` block.

    Args:
        app: The application whose messages are recorded.
        name: The name of its `Mail`.
    """

    def __init__(self, app: Flask, name: str | None) -> None:
        """Start recording."""
        self.app, self.name = app, name
        self.messages: list[Message] = []
        self.active = True

    def accepts(self, app: Flask, name: str | None) -> bool:
        """Return whether messages of an application are recorded here."""
        return self.active and self.app is app and self.name == name


_IN_CONTEXT: ContextVar[tuple[Recording, ...]] = ContextVar("emailapi_recordings", default=())
_ALL: list[Recording] = []


def _current_recordings() -> tuple[Recording, ...]:
    """Return the recordings of the current context or request."""
    attached: tuple[Recording, ...] = request.environ.get(_ENVIRON_KEY, ()) if has_request_context() else ()
    return tuple(dict.fromkeys((*_IN_CONTEXT.get(), *attached)))


@contextmanager
def recording(app: Flask, name: str | None) -> Iterator[list[Message]]:
    """Record the messages of an application in this context, and in threads without recordings of their own."""
    made = Recording(app, name)

    def attach_to_request(_: Flask, **_facts: object) -> None:
        request.environ[_ENVIRON_KEY] = _current_recordings()

    token = _IN_CONTEXT.set((*_IN_CONTEXT.get(), made))
    _ALL.append(made)
    try:
        if has_request_context():
            attach_to_request(app)
        with request_started.connected_to(attach_to_request, sender=app):
            yield made.messages
    finally:
        made.active = False
        _ALL.remove(made)
        # A fixture may be torn down in another context than it was set up in; the first no longer exists then.
        with suppress(ValueError):
            _IN_CONTEXT.reset(token)


def record(app: Flask, name: str | None, message: Message) -> None:
    """Add a copy of a sent message to the active recordings."""
    for each in _current_recordings() or tuple(_ALL):
        if each.accepts(app, name):
            each.messages.append(message)


def append_to_context_outbox(app: Flask, message: Message) -> None:
    """Append a copy of a sent message to `g.outbox`, if the application context is active."""
    if has_app_context() and current_app._get_current_object() is app:  # type: ignore[attr-defined]
        outbox = g.setdefault("outbox", [])
        if isinstance(outbox, list):
            outbox.append(message)
