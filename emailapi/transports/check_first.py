"""Sending emails that an earlier call may have sent: each must have a key to search for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sized
from contextlib import suppress
from typing import Any

from .._http import POOL_SIZE, Session
from ..errors import InvalidArgument, InvalidEmail
from ..models.outbound import BatchResult
from .api.transport import checked_key
from .base import EVERY_EMAIL, BaseTransport
from .batch import BATCH_LIMIT
from .inputs import EmailLike, as_list, check_many
from .send_many import Progress, Sending


def check_key(transport: BaseTransport[Any], email: Any) -> None:
    """Check that an email can be searched for before it is sent."""
    transport._check_looks_up()
    checked_key(email)


def send_all(transport: BaseTransport[Any], emails: Iterable[Any], check_first: bool) -> BatchResult:
    """Send emails in batches, after a search for each if `check_first`."""
    given = as_list(emails)
    if not check_first:
        return transport._send_batch(given)
    transport._check_looks_up()
    return transport._send_batch([*with_keys(transport, given, EVERY_EMAIL)], check_first=EVERY_EMAIL)


def start(
    session: Session,
    transport: BaseTransport[Any],
    emails: Iterable[Any],
    workers: int,
    chunk_size: int,
    first: int,
    progress: Progress | None,
) -> Sending:
    """Start a sending, after a search for the first so many emails."""
    check_many(emails)
    _check_number("workers", workers, 1, POOL_SIZE)
    _check_number("chunk_size", chunk_size, 1, BATCH_LIMIT)
    session.check_open()
    if first:
        transport._check_looks_up()
    in_flight: set[str] = set()
    return Sending(
        transport,
        transport._batches(with_keys(transport, emails, first), chunk_size, in_flight=in_flight),
        progress,
        len(emails) if isinstance(emails, Sized) else None,
        workers=workers,
        chunk_size=chunk_size,
        check_first=first,
        in_flight=in_flight,
    )


def how_many_first(check_first: bool, limit: int | None) -> int:
    """Return the number of emails to search for, by the arguments of `send_many`."""
    if limit is None:
        return EVERY_EMAIL if check_first else 0
    _check_number("check_first_limit", limit, 0, sys.maxsize)
    return limit


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        limits = f"from {least} to {most}" if most < sys.maxsize else f"of at least {least}"
        raise InvalidArgument(f"{name} must be a whole number {limits}, got {value!r}", argument=name)


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
