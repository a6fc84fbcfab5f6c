"""Starting a sending of any number of emails: its arguments are checked before the first email is read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sized
from typing import Any

from .._http import POOL_SIZE, Session
from ..errors import InvalidArgument
from .base import BaseTransport
from .batch import BATCH_LIMIT
from .check_first import EVERY_EMAIL, with_keys
from .inputs import check_many
from .send_many import Progress, Sending


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
    if progress is not None and not callable(progress):
        raise InvalidArgument(f"progress must be a function, got {type(progress).__name__}", argument="progress")
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
