"""Emails that leave in one request, and the errors of those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from typing import Any, Generic, TypeVar

import attrs

from ..errors import EmailAPIError, InvalidEmail
from ..models.outbound import BatchItem, BatchResult, SendResult

P = TypeVar("P")

# How many emails the service takes in one request.
BATCH_LIMIT = 500


@attrs.define
class Batch(Generic[P]):
    """
    Emails that leave in one request, and the errors of those beside them that are not valid.

    Attributes:
        single: Whether it is the one email of a `send`, and no batch of one.
        key: The metadata value that all of them carry, if the transport looks batches up by one.
        supply: New keys for its emails, where the transport needs any.
        payloads: The encoded emails, by their place in the input.
        emails: The emails before they were encoded, by their place; kept only while somebody records what leaves.
        invalid: The errors of emails that cannot be sent, by their place in the input.
        size: Bytes of the request.
        keys: The keys that users gave its emails.
        unreachable: Whether no connection could be opened: the emails behind it would each wait for as long.
    """

    single: bool = False
    key: str | None = None
    supply: Iterator[str] | None = attrs.field(default=None, repr=False)
    payloads: dict[int, P] = attrs.field(factory=dict, repr=False)
    emails: dict[int, object] | None = attrs.field(default=None, repr=False)
    invalid: dict[int, BatchItem] = attrs.field(factory=dict, repr=False)
    size: int = 0
    keys: set[str] = attrs.field(factory=set, repr=False)
    unreachable: bool = False

    @property
    def count(self) -> int:
        """How many emails of the input it stands for."""
        return len(self.payloads) + len(self.invalid)

    def keep(self, at: int, email: object) -> None:
        """Keep an email for whoever records what leaves."""
        if self.emails is None:
            self.emails = {}
        self.emails[at] = email

    def email(self, at: int) -> object:
        """Return the email that was kept; None where nobody recorded yet when it was encoded."""
        return None if self.emails is None else self.emails.get(at)

    def claim(self, key: str, taken: set[str]) -> None:
        """
        Take note of the key of an email.

        Raises:
            InvalidEmail: It is among the keys that are taken.
        """
        if key in taken:
            why = f"idempotency_key {key!r} is that of another email of this call: give each email a key of its own"
            raise InvalidEmail(why, field="idempotency_key")
        taken.add(key)
        self.keys.add(key)

    def items(self, known: Mapping[int, BatchItem], error: EmailAPIError) -> list[BatchItem]:
        """Return each email's result or error in the order of the input; `error` is that of all others."""
        known = {**self.invalid, **known}
        return [known[at] if at in known else copy(error) for at in sorted([*self.invalid, *self.payloads])]


def not_started() -> EmailAPIError:
    """Return the error of an email that was taken from the input and then not sent."""
    return EmailAPIError("not sent: the sending was ended before its turn", retryable=True)


def one_by_one(send: Callable[[Any], SendResult], emails: Iterable[Any]) -> BatchResult:
    """Send emails by a user's own `send`; each item is an email's result, or the error it met."""
    items: list[BatchItem] = []
    for at, email in enumerate(emails):
        try:
            items.append(send(email))
        except EmailAPIError as error:
            items.append(error.at(at) if isinstance(error, InvalidEmail) else error)
    return BatchResult(tuple(items))
