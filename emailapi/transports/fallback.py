"""Two ways out that look like one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from .._delivery import Deadline
from ..errors import InvalidArgument, InvalidEmail
from ..models.email import Email
from ..models.outbound import BatchItem, BatchResult, SendResult
from ..models.transport import Transport
from .given import EmailLike, as_mail, check_many
from .relief import ATTEMPTS, Relief, ask, at_once, check_way, within

if TYPE_CHECKING:
    from typing import Self

DEADLINE = 30.0


class Fallback:
    """
    A way out with another behind it, which takes what the first surely did not take and did not refuse.

    Whether the second could carry a mail is checked before the first is tried. The first has at most half of its
    deadline, and tries once more; after three failures running it is left alone for 30 seconds, then tried with one
    mail.

    Attributes:
        first: The way that is tried first.
        second: The way behind it.
        deadline: Seconds for one request: the first way's.
        at_once: How many mails are one request: as many as the first way takes.
    """

    def __init__(self, first: Transport, second: Transport, *, ignore: Iterable[str] = ()) -> None:
        """
        Join two ways.

        Args:
            first: Tried first.
            second: Serves when the first surely did not take a mail.
            ignore: Fields that may be left behind by the second, as in `{"tag", "metadata"}`.

        Raises:
            ConfigurationError: One is no transport, or a name no field that may be left behind.
        """
        self.first = check_way(first, "first")
        self.second = second
        self.deadline: float = getattr(first, "deadline", DEADLINE)
        self.at_once = at_once(first)
        self._relief = Relief(second, ignore)

    def __repr__(self) -> str:
        """Name both."""
        return f"Fallback({self.first!r}, {self.second!r})"

    def complete(self, email: Email, /) -> Email:
        """Return a mail with what the first way fills in."""
        fill = getattr(self.first, "complete", None)
        filled: Email = email if fill is None else fill(email)
        return filled

    def check(self, email: Email, /) -> None:
        """
        Return when both ways can carry a mail.

        Raises:
            InvalidEmail: One cannot; the error names the field.
        """
        check = getattr(self.first, "check", None)
        if check is not None:
            check(email)
        self._relief.check(email)

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Fallback:
        """Return the same two ways with a shorter deadline; what the first has been doing stays known."""
        bounded = Fallback(within(self.first, seconds, attempts), self.second)
        bounded.deadline = min(self.deadline, seconds)
        bounded._relief = self._relief
        return bounded

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Send one mail by the first way, or by the second.

        Raises:
            InvalidEmail: One of the ways could not carry it; nothing was sent.
            EmailAPIError: What the first way ended with, or the second after it.
        """
        mail = self.complete(as_mail(email, Email))
        self.check(mail)
        (item,) = self._deliver([mail])
        if isinstance(item, SendResult):
            return item
        raise item

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """
        Send many mails; those that the first way surely did not take go by the second.

        Raises:
            InvalidArgument: `emails` is empty, or one mail instead of many.
        """
        check_many(emails)
        items: dict[int, BatchItem] = {}
        mails: dict[int, Email] = {}
        for place, given in enumerate(emails):
            try:
                mail = self.complete(as_mail(given, Email))
                self.check(mail)
                mails[place] = mail
            except InvalidEmail as error:
                items[place] = error.at(place)
        if not items and not mails:
            raise InvalidArgument("emails is empty", argument="emails")
        places = list(mails)
        # The deadline is of one request, here as elsewhere.
        for start in range(0, len(places), self.at_once):
            some = places[start : start + self.at_once]
            items.update(zip(some, self._deliver([mails[place] for place in some]), strict=True))
        return BatchResult(tuple(items[place] for place in sorted(items)))

    def _deliver(self, mails: Sequence[Email]) -> list[BatchItem]:
        way = within(self.first, self.deadline / 2, ATTEMPTS)
        return self._relief.deliver(mails, lambda some: ask(way, mails[some]), Deadline.after(self.deadline))

    def close(self) -> None:
        """Close both, the second also when the first fails to."""
        try:
            self.first.close()
        finally:
            self.second.close()

    def __enter__(self) -> Self:
        """Return this way out."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close both."""
        self.close()
