"""The emails that a process sent while a test ran, and the questions that tests ask of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack, overload

from ..errors import WaitTimeout
from .criteria import Criteria, check, described, fits
from .sent_email import SentEmail

# A failure lists so many emails, the newest.
_LISTED = 20


class Outbox(Sequence[SentEmail]):
    """
    The emails that were sent, oldest first.

    Threads may send and wait at the same time. Criteria choose emails: `to`, `cc`, `bcc`, `sender`, `subject`, `tag`,
    `metadata`, `template_alias` and `message_stream` (see `Criteria`). Failures name each email in one line, with
    recipients, subject and tag, and show no body.

    Every method with criteria raises `TypeError` for an unknown one.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._emails: list[SentEmail] = []
        self._changed = threading.Condition()

    @overload
    def __getitem__(self, index: int) -> SentEmail: ...

    @overload
    def __getitem__(self, index: slice) -> list[SentEmail]: ...

    def __getitem__(self, index: int | slice) -> SentEmail | list[SentEmail]:
        """Return the email at a place, or those of a slice."""
        return self._emails[index]

    def __len__(self) -> int:
        """Return how many emails there are."""
        return len(self._emails)

    def __repr__(self) -> str:
        """List the emails, each by recipients, subject and tag."""
        return f"<Outbox: {_listed([*self._emails])}>"

    def all(self, **criteria: Unpack[Criteria]) -> list[SentEmail]:
        """Return the emails that meet the criteria, or all."""
        check(criteria)
        return [email for email in [*self._emails] if fits(email, criteria)]

    def one(self, **criteria: Unpack[Criteria]) -> SentEmail:
        """
        Return the one email that meets the criteria.

        Raises:
            AssertionError: There is no such email, or there are several.
        """
        found = self.all(**criteria)
        if len(found) == 1:
            return found[0]
        if found:
            raise AssertionError(f"{len(found)} emails{_asked(criteria)}, not one: {_listed(found)}")
        raise AssertionError(self._missing(criteria))

    def none(self, **criteria: Unpack[Criteria]) -> None:
        """
        Check that no email meets the criteria.

        Raises:
            AssertionError: There is one.
        """
        found = self.all(**criteria)
        if found:
            verb = "was" if len(found) == 1 else "were"
            raise AssertionError(f"expected no email{_asked(criteria)}; {len(found)} {verb} sent: {_listed(found)}")

    def wait_for(self, timeout: float = 5, **criteria: Unpack[Criteria]) -> SentEmail:
        """
        Return the first email that meets the criteria; wait for it where there is none yet, as from another thread.

        Args:
            timeout: Seconds to wait.
            **criteria: As of `one`.

        Raises:
            WaitTimeout: None came in time; it is an `AssertionError`, too.
        """
        check(criteria)

        def first() -> SentEmail | None:
            return next((email for email in self._emails if fits(email, criteria)), None)

        with self._changed:
            found = self._changed.wait_for(first, timeout)
        if found is None:
            raise WaitTimeout(self._missing(criteria, f" within {timeout:g} s"))
        return found

    def clear(self) -> None:
        """Forget the emails."""
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
    return f" {described(criteria)}" if criteria else ""


def _listed(emails: Sequence[SentEmail]) -> str:
    lines = [email.summary for email in emails[-_LISTED:]]
    return "; ".join([f"{len(emails) - _LISTED} others", *lines] if len(emails) > _LISTED else lines)
