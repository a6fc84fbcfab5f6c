"""Exceptions that interrupt a send from outside: time limits of queues, Ctrl-C, greenlets that are stopped."""

from __future__ import annotations

import traceback


def annotate(error: BaseException, place: str, *, may_have_been_sent: bool, key: str | None = None) -> None:
    """
    Prepare an exception that passes through a send: say what may have become of the email, and show nothing of it.

    Args:
        error: The exception.
        place: The transport, and its server.
        may_have_been_sent: Whether the server may have accepted the email.
        key: The idempotency key that the email can be looked up by.
    """
    # Tools that print the local variables of a traceback would show the email.
    traceback.clear_frames(error.__traceback__)
    if may_have_been_sent:
        lookup = f"; idempotency_key={key!r}" if key else ""
        error.add_note(f"emailapi: the email may have been sent by {place}{lookup}")
