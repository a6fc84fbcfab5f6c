"""The methods that all transports offer: check, send, within, close."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Self, TypeVar

from .._closing import Closing
from ..errors import ConfigurationError
from ..models.outbound import BatchResult, SendResult
from ..settings import as_deadline
from .batch import send_each
from .engine import Engine
from .inputs import EmailLike, as_list

P = TypeVar("P")


def is_ours(transport: object, *names: str) -> bool:
    """Return whether these methods are this package's own, not overridden by a user's class or replaced by a test."""
    kind, own = type(transport), vars(transport)
    for name in names:
        found = getattr(getattr(kind, name), "__globals__", own)
        if name in own or not str(found.get("__name__")).startswith("emailapi."):
            return False
    return True


class BaseTransport(Closing, Engine[P]):
    """
    Sends emails, in batches if possible; a transport implements `_prepare` and `_deliver`.

    Attributes:
        deadline: Seconds for one request, with its retries and look-ups.
        at_once: Number of emails that are sent in one request, and share a deadline.
    """

    def check(self, email: EmailLike, /) -> None:
        """
        Check that this transport can carry an email, without contacting a server.

        Raises:
            InvalidEmail: The transport cannot carry the email; the error names the field.
        """
        self._prepare(self._to_email(email), self._new_batch(single=True))

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Send one email.

        Raises:
            EmailAPIError: The email was not sent, or may have been; see the error's `outcome`.
        """
        preparing_checks = is_ours(self, "check")
        converted = self._to_email(email)
        if not preparing_checks:
            self.check(converted)
        return self._send(converted)

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """
        Send many emails; each item of the result is an email's `SendResult`, or the exception that it failed with.

        Raises:
            InvalidArgument: `emails` is a single email instead of many.
        """
        given = as_list(emails)
        return self._send_batch(given) if is_ours(self, "send", "check") else send_each(self.send, given)

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """
        Return a copy of the transport with a shorter deadline, and at most so many attempts.

        Raises:
            ConfigurationError: A number is out of its range.
        """
        if attempts is not None and (isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1):
            raise ConfigurationError(f"attempts must be a whole number of at least 1, got {attempts!r}")
        other = copy(self)
        other.deadline = min(self.deadline, as_deadline(seconds))
        other._max_attempts = min((n for n in (attempts, self._max_attempts) if n is not None), default=None)
        return other
