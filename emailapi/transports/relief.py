"""When a mail that the first way out did not take may leave by the second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from time import monotonic
from typing import Any

import attrs

from .._delivery import Deadline, ProcessLocal, raised_by_signal
from .._log import logger
from ..errors import (
    ConfigurationError,
    ConnectionFailed,
    DeliveryUnknown,
    EmailAPIError,
    InvalidEmail,
    Outcome,
    RateLimited,
    ServiceUnavailable,
    SESError,
    SMTPError,
    TransportError,
)
from ..models.email import Email
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from ..models.whole import check_whole
from .limits import BATCH_LIMIT

# After so many failures running the first way is left alone for so many seconds, and then tried with one call.
FAILURES = 3
PAUSE = 30.0
ATTEMPTS = 2
# What may be left behind: what a mail is to its reader, and whom it goes to, may not.
_NEEDED = {"sender", "to", "cc", "bcc", "subject", "text_body", "html_body", "idempotency_key"}
_DEFAULTS = {field.name: field.default for field in attrs.fields(Email) if field.name not in _NEEDED}


def may_relieve(error: EmailAPIError) -> bool:
    """
    Whether the second way may take what the first ended with.

    Only what was surely not sent, and not refused either: SMTP must not get round a suppression.
    """
    if error.outcome is not Outcome.NOT_SENT:
        return False
    if isinstance(error, (SMTPError, SESError)):
        return error.retryable
    return isinstance(error, (TransportError, RateLimited, ServiceUnavailable))


def check_ignore(given: Iterable[str]) -> frozenset[str]:
    """
    Return the names of the fields that the second way may leave behind.

    Raises:
        ConfigurationError: A name is no such field.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigurationError(f"ignore must be a set of field names, not {given!r}")
    names = frozenset(given)
    for name in names:
        if name not in _DEFAULTS:
            raise ConfigurationError(f"ignore: {name!r} cannot be left behind, only {', '.join(sorted(_DEFAULTS))}")
    return names


def join(fallback: Transport | None, ignore: Iterable[str]) -> Relief | None:
    """Return what stands behind a client's API, if anything does."""
    names = check_ignore(ignore)
    return None if fallback is None else Relief(fallback, names)


class _Breaker:
    """Counts failures of the first way, and says when to leave it alone; all threads of a process share it."""

    def __init__(self) -> None:
        # One that its own thread may take again: a signal handler that sends may interrupt whoever holds it.
        self._lock = threading.RLock()
        self._failures = 0
        self._closed_until = 0.0

    def let_through(self, count: int) -> int:
        """Return how many of so many mails the first way is to be tried with; after a pause it is one mail alone."""
        if self._failures < FAILURES or not count:
            return count
        with self._lock:
            now = monotonic()
            if now < self._closed_until:
                return 0
            self._closed_until = now + PAUSE
            return 1

    def tell(self, worked: bool | None) -> None:
        """Take note of how the first way went; None says nothing."""
        if worked is None:
            return
        with self._lock:
            self._failures = 0 if worked else self._failures + 1
            if self._failures >= FAILURES:
                self._closed_until = monotonic() + PAUSE


class Relief:
    """The second way out, and what the first has been doing."""

    def __init__(self, second: Transport, ignore: Iterable[str] = ()) -> None:
        """Check that it is a way out."""
        self.second = check_way(second, "fallback")
        self.ignore = check_ignore(ignore)
        self._breakers = ProcessLocal(_Breaker)  # a fork begins anew

    def __repr__(self) -> str:
        """Name the way."""
        return repr(self.second)

    def check(self, email: Email) -> None:
        """
        Return when the second way could carry a mail: an outage is no time to find out.

        Raises:
            InvalidEmail: It could not; the error names the field.
        """
        check = getattr(self.second, "check", check_whole)
        try:
            check(self._reduced(email))
        except InvalidEmail as error:
            hint = " (leave it out, or let the fallback ignore it)" if error.field in _DEFAULTS else ""
            why = f"the fallback could not carry the mail: {error.message}{hint}"
            raise InvalidEmail(why, field=error.field) from None

    def _reduced(self, email: Email) -> Email:
        given: dict[str, Any] = {name: _DEFAULTS[name] for name in self.ignore if getattr(email, name)}
        return attrs.evolve(email, **given) if given else email

    def deliver(
        self, emails: Sequence[Email], first: Callable[[slice], Sequence[BatchItem]], deadline: Deadline
    ) -> list[BatchItem]:
        """
        Send mails by the first way, and those by the second that it surely did not take.

        Args:
            emails: The mails, with all that the first way would fill in.
            first: Sends those of a slice, and returns what became of each; an error of the whole is each one's.
            deadline: When both must be over.
        """
        items: list[BatchItem] = []
        breaker = self._breakers.get()
        while count := breaker.let_through(len(emails) - len(items)):
            some = first(slice(len(items), len(items) + count))
            breaker.tell(_worked(some))
            items += some
        places = [at for at, item in enumerate(items) if isinstance(item, EmailAPIError) and may_relieve(item)]
        tried = len(items)
        places += range(tried, len(emails))
        items += [_skipped() for _ in emails[tried:]]
        if not places or not deadline.may_send():
            return items
        name = type(self.second).__name__
        logger.warning("%d of %d mails leave by %s: the first way did not take them", len(places), len(emails), name)
        sent = self._send([self._reduced(emails[at]) for at in places], deadline)
        for at, item in zip(places, sent, strict=False):
            items[at] = _after(items[at], item) if at < tried else item
        return items

    def _send(self, emails: Sequence[Email], deadline: Deadline) -> list[BatchItem]:
        """Send as many as there is time for; one that cannot be reached again and again is left alone, too."""
        step = at_once(self.second)
        items: list[BatchItem] = []
        for start in range(0, len(emails), step):
            left = deadline.left()
            if left <= 0 or not deadline.may_send() or _are_lost(items[-FAILURES:]):
                break
            items += ask(within(self.second, left), emails[start : start + step])
        return items


def at_once(way: Transport) -> int:
    """Return how many mails share a deadline of a way out."""
    return max(1, min(getattr(way, "at_once", BATCH_LIMIT), BATCH_LIMIT))


def _are_lost(items: Sequence[BatchItem]) -> bool:
    return len(items) == FAILURES and all(isinstance(item, ConnectionFailed) for item in items)


def check_way(given: Transport, name: str) -> Transport:
    """
    Return a way out.

    Raises:
        ConfigurationError: It is none: something else, or a class that somebody forgot to call.
    """
    if isinstance(given, type) or not isinstance(given, Transport):
        found = f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__
        raise ConfigurationError(f"{name} must be a transport, not {found}")
    return given


def ask(way: Transport, emails: Sequence[Email]) -> list[BatchItem]:
    """
    Send mails by one way, and return what became of each, whatever it raises or answers.

    One that somebody else wrote may fail in any way and at any moment: its mails may have been sent then.
    """
    failure = None
    try:
        items: list[object] = [way.send(emails[0])] if len(emails) == 1 else [*way.send_batch(emails)]
    except EmailAPIError as error:
        return [error, *(copy(error) for _ in emails[1:])]
    except Exception as error:
        if raised_by_signal(error):
            raise
        failure, why = error, f"{type(way).__name__} raised {type(error).__name__}"
    else:
        if len(items) == len(emails):
            return [item if isinstance(item, (SendResult, EmailAPIError)) else _no_item(way, item) for item in items]
        why = f"{type(way).__name__} answered {len(items)} items to {len(emails)} mails"
    lost: list[BatchItem] = [DeliveryUnknown(f"{why}; the mail may have been sent") for _ in emails]
    for item in lost:
        item.__cause__ = failure  # type: ignore[union-attr]
    return lost


def _no_item(way: Transport, item: object) -> DeliveryUnknown:
    what = f"{type(way).__name__} answered {type(item).__name__} in place of a result"
    return DeliveryUnknown(f"{what}; the mail may have been sent")


def within(way: Transport, seconds: float, attempts: int | None = None) -> Transport:
    """Return a way out that takes no longer than this, where it can be told so."""
    bounded = getattr(way, "within", None)
    found: Transport = way if bounded is None else bounded(seconds, attempts=attempts)
    return found


def _worked(items: Sequence[BatchItem]) -> bool | None:
    """Return whether the first way answered; an unknown outcome says neither."""
    errors = [item for item in items if isinstance(item, EmailAPIError)]
    if any(may_relieve(error) for error in errors):
        return False
    return None if any(error.may_have_been_sent for error in errors) else True


def _after(before: BatchItem, item: BatchItem) -> BatchItem:
    """Return what the second way says of a mail, and why it was asked."""
    if isinstance(item, EmailAPIError) and isinstance(before, EmailAPIError):
        item.__cause__ = item.__cause__ or before
        if item.outcome is Outcome.NOT_SENT and before.retryable:
            item.retryable = True
    return item


def _skipped() -> EmailAPIError:
    return TransportError(
        "nothing was sent: the first way is left alone after its failures, and the second took nothing in time"
    )
