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


def is_ours(transport: object, *names: str) -> bool:
    """Whether these methods are this package's, and not a subclass's of the user's or what a test put there."""
    if vars(transport).keys() & {*names}:
        return False
    found = (getattr(getattr(type(transport), name), "__globals__", {}) for name in names)
    return all(str(namespace.get("__name__")).startswith("emailapi.") for namespace in found)
