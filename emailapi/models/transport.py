"""What every way out can do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from .email import Email
from .outbound import BatchResult, SendResult


@runtime_checkable
class Transport(Protocol):
    """
    A way out for mail: the API, SMTP, Amazon SES, or one of your own.

    What it cannot carry of a mail it refuses by the field's name (`InvalidEmail`), and never drops.
    """

    def send(self, email: Email, /) -> SendResult:
        """
        Send one mail, and return when the other side took it.

        Raises:
            EmailAPIError: It did not; the error's outcome says whether it may have been sent all the same.
        """

    def send_batch(self, emails: Iterable[Email], /) -> BatchResult:
        """Send many mails; each item of the result is that mail's `SendResult`, or the exception it met."""

    def close(self) -> None:
        """Close the connections."""
