"""The mails that tests send."""

from __future__ import annotations

from typing import Any

from emailapi import Email

READY = b"From: me@example.com\r\nTo: you@example.org\r\nSubject: Hi\r\n\r\nHello\r\n"


def mail(**fields: Any) -> Email:
    """Return a mail that is whole."""
    return Email(**{"sender": "me@example.com", "to": "you@example.org", "text_body": "Hello", **fields})
