"""Sending emails that an earlier call may have sent: each must have a key to search for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from ..errors import InvalidEmail
from ..models.outbound import BatchResult
from .api.transport import checked_key
from .base import EVERY_EMAIL, BaseTransport
from .inputs import EmailLike, as_list

__all__ = ["EVERY_EMAIL", "check_findable", "send_all", "with_keys"]


def check_findable(transport: BaseTransport[Any], email: Any) -> None:
    """Check that an email can be looked up before it is sent."""
    transport._check_looks_up()
    checked_key(email)


def send_all(transport: BaseTransport[Any], emails: Iterable[Any], check_first: bool) -> BatchResult:
    """Send emails in batches, after a search for each if `check_first`."""
    given = as_list(emails)
    if not check_first:
        return transport._send_batch(given)
    transport._check_looks_up()
    return transport._send_batch([*with_keys(transport, given, EVERY_EMAIL)], check_first=EVERY_EMAIL)


def with_keys(transport: BaseTransport[Any], emails: Iterable[EmailLike], first: int) -> Iterable[EmailLike]:
    """Return emails of which the first so many must have keys."""
    if not first:
        return emails
    return (_checked(email, transport) if place < first else email for place, email in enumerate(emails))


def _checked(given: EmailLike, transport: BaseTransport[Any]) -> EmailLike:
    """Check that an email has a key to search for; an email that is wrong in another way is an item's error."""
    with suppress(InvalidEmail):
        checked_key(transport._to_email(given))
    return given
