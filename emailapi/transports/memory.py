"""The way out that goes nowhere: what is sent is kept, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from .._delivery import new_keys
from ..errors import ConfigurationError
from ..models.email import Email
from ..models.outbound import BatchResult, SendResult
from ..models.whole import check_whole
from .given import EmailLike, as_mail, one_by_one


class MemoryTransport:
    """
    Keeps the mails that it is given, for tests and for a dry run.

    Attributes:
        sent: The mails, in the order they were sent.
    """

    sent: list[Email]

    def __init__(self) -> None:
        """Begin with nothing."""
        self.sent = []
        self._closed = False

    def __repr__(self) -> str:
        """Count the mails."""
        return f"MemoryTransport({len(self.sent)} sent)"

    def check(self, email: Email, /) -> None:
        """
        Return when a mail is whole; every field can be kept.

        Raises:
            InvalidEmail: It has no sender, recipient or body.
        """
        check_whole(email)

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Keep one mail.

        Raises:
            InvalidEmail: It has no sender, recipient or body.
            ConfigurationError: The transport is closed.
        """
        if self._closed:
            raise ConfigurationError("the transport is closed")
        mail = as_mail(email, Email)
        self.check(mail)
        self.sent.append(mail)  # whole at once, in any thread
        return SendResult(
            message_id=new_keys(1)[0],
            to=", ".join(address.header for address in mail.to),
            submitted_at=datetime.now(UTC),
            message="OK",
            via="memory",
            idempotency_key=mail.idempotency_key,
        )

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """Keep many mails; one that is not whole is its item's error."""
        return one_by_one(self.send, emails)

    def close(self) -> None:
        """Take no more; what was sent stays."""
        self._closed = True
