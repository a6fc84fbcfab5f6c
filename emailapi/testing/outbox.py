"""The emails that a process sent during a test."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack, overload

from ..errors import InvalidArgument, WaitTimeout
from .criteria import Criteria, check_criteria, describe, matches
from .sent_email import SentEmail

# Failure messages list the newest emails, up to this number.
_LISTED = 20


class Outbox(Sequence[SentEmail]):
    """
    The emails that were sent, oldest first.

    An outbox can be used by several threads. Criteria select emails: `to`, `cc`, `bcc`, `sender`, `subject`, `tag`,
    `metadata`, `template_alias` and `message_stream` (see `Criteria`). Failure messages show each email in one
    line, with recipients, subject and tag, and without bodies.

    Every method with criteria raises `TypeError` for an unknown one.
    """

    def __init__(self) -> None:
        """Create an empty outbox."""
        self._emails: list[SentEmail] = []
        self._changed = threading.Condition()

    @overload
    def __getitem__(self, index: int) -> SentEmail: ...

    @overload
    def __getitem__(self, index: slice) -> list[SentEmail]: ...

    def __getitem__(self, index: int | slice) -> SentEmail | list[SentEmail]:
        """Return the email at an index, or the emails of a slice."""
        return self._emails[index]

    def __len__(self) -> int:
        """Return the number of emails."""
        return len(self._emails)

    def __repr__(self) -> str:
        """Show recipients, subject and tag of each email."""
        return f"<Outbox: {_listed([*self._emails])}>"

    def all(self, **criteria: Unpack[Criteria]) -> list[SentEmail]:
        """Return the emails that match the criteria, or all emails."""
        check_criteria(criteria)
        return [email for email in [*self._emails] if matches(email, criteria)]

    def one(self, **criteria: Unpack[Criteria]) -> SentEmail:
        """
        Return the only email that matches the criteria.

        Raises:
            AssertionError: No email matches, or several do.
        """
        found = self.all(**criteria)
        if len(found) == 1:
            return found[0]
        if found:
            raise AssertionError(f"{len(found)} emails{_asked(criteria)}, not one: {_listed(found)}")
        raise AssertionError(self._missing(criteria))

    def none(self, **criteria: Unpack[Criteria]) -> None:
        """
        Check that no email matches the criteria.

        Raises:
            AssertionError: An email matches.
        """
        found = self.all(**criteria)
        if found:
            verb = "was" if len(found) == 1 else "were"
            raise AssertionError(f"expected no email{_asked(criteria)}; {len(found)} {verb} sent: {_listed(found)}")

    def wait_for(self, timeout: float = 5, **criteria: Unpack[Criteria]) -> SentEmail:
        """
        Return the first email that matches the criteria. Wait for it if another thread has not sent it yet.

        Args:
            timeout: The longest time to wait, in seconds.
            **criteria: As of `one`.

        Raises:
            WaitTimeout: No email matched in time. The error is also an `AssertionError`.
            InvalidArgument: `timeout` is not a number of seconds.
        """
        check_criteria(criteria)
        # Threads would wait for ever for a time that is not a number.
        if not isinstance(timeout, (int, float)) or not 0 <= timeout <= threading.TIMEOUT_MAX:
            raise InvalidArgument(f"timeout must be a number of seconds, got {timeout!r}", argument="timeout")

        def first() -> SentEmail | None:
            return next((email for email in self._emails if matches(email, criteria)), None)

        with self._changed:
            found = self._changed.wait_for(first, timeout)
        if found is None:
            raise WaitTimeout(self._missing(criteria, f" within {timeout:g} s"))
        return found

    def clear(self) -> None:
        """Remove all emails."""
        with self._changed:
            self._emails.clear()

    def _add(self, emails: Iterable[SentEmail]) -> None:
        with self._changed:
            self._emails += emails
            self._changed.notify_all()

    def _missing(self, criteria: Mapping[str, Any], when: str = "") -> str:
        emails = [*self._emails]
        verb = "was" if len(emails) == 1 else "were"
        sent = f"{len(emails)} {verb} sent: {_listed(emails)}" if emails else "none was sent"
        return f"no email{_asked(criteria)}{when}; {sent}"


def _asked(criteria: Mapping[str, Any]) -> str:
    return f" {describe(criteria)}" if criteria else ""


def _listed(emails: Sequence[SentEmail]) -> str:
    lines = [email.summary for email in emails[-_LISTED:]]
    return "; ".join([f"{len(emails) - _LISTED} others", *lines] if len(emails) > _LISTED else lines)
