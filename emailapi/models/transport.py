"""The interface of transports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeGuard, runtime_checkable

from .email import Email
from .outbound import BatchResult, SendResult


@runtime_checkable
class Transport(Protocol):
    """
    Sends emails: by the API, SMTP or Amazon SES, or by code of your own.

    A transport rejects a field that it cannot carry (`InvalidEmail` names the field), and never drops one.
    """

    def send(self, email: Email, /) -> SendResult:
        """
        Send one email, and return its result when it was accepted.

        Raises:
            EmailAPIError: The email was not accepted; the error's `outcome` tells whether it may have been sent.
        """

    def send_batch(self, emails: Iterable[Email], /) -> BatchResult:
        """
        Send many emails; each item of the result is an email's `SendResult`, or the exception it failed with.

        Raises:
            EmailAPIError: The error of all emails; that of one email is an item.
        """

    def close(self) -> None:
        """Close the connections."""


def is_transport(value: object) -> TypeGuard[Transport]:
    """
    Return whether an object has the methods of a transport.

    A mock or a proxy has them, too. From Python 3.12 on, `isinstance` does not see these, as it calls no `__getattr__`.
    """
    return not isinstance(value, type) and all(
        callable(getattr(value, name, None)) for name in ("send", "send_batch", "close")
    )
