"""The emails that tests send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emailapi import Email, RecipientResult

THREE = ["a@example.org", "b@example.org", "c@example.org"]
SAVED = [b"250 2.0.0 saved a", b"250 2.0.0 saved b", b"250 2.0.0 saved c"]
READY = b"From: me@example.com\r\nTo: you@example.org\r\nSubject: Hi\r\n\r\nHello\r\n"


def new_email(**fields: Any) -> Email:
    """Return an email that is whole."""
    return Email(**{"sender": "me@example.com", "to": "you@example.org", "text_body": "Hello", **fields})


def three(**fields: Any) -> Email:
    """Return an email to three recipients."""
    return new_email(to=THREE, **fields)


def codes(recipients: Iterable[RecipientResult]) -> list[tuple[str, bool, int | None]]:
    """Return what is said of recipients."""
    return [(one.email, one.accepted, one.code) for one in recipients]
