"""Emails that are sent in one request, and the errors of invalid ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from typing import Any, Generic, TypeVar

import attrs

from ..errors import DeliveryUnknown, EmailAPIError, InvalidEmail
from ..models.outbound import BatchItem, BatchResult, SendResult

P = TypeVar("P")

# The service accepts this many emails in one request.
BATCH_LIMIT = 500


@attrs.define(eq=False)
class Batch(Generic[P]):
    """
    Emails that are sent in one request, and the errors of the invalid emails among them.

    Attributes:
        single: Whether the batch is the one email of a `send`.
        key: The metadata value that all its emails carry, if the transport looks batches up by a key.
        supply: New keys for its emails, if the transport needs them.
        payloads: The encoded emails, by their place in the input.
        emails: The emails before they were encoded, by their place; kept only for recorders.
        invalid: The errors of emails that cannot be sent, by their place in the input.
        size: Bytes of the request.
        keys: The keys that users gave to its emails.
        unreachable: Whether no connection could be opened; the next emails would each wait as long in vain.
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
        """Number of emails of the input in this batch, invalid ones included."""
        return len(self.payloads) + len(self.invalid)

    def keep(self, at: int, email: object) -> None:
        """Keep an email for the recorders."""
        if self.emails is None:
            self.emails = {}
        self.emails[at] = email

    def email(self, at: int) -> object:
        """Return the email that was kept, or None if there was no recorder when it was encoded."""
        return None if self.emails is None else self.emails.get(at)

    def claim(self, key: str, taken: set[str]) -> None:
        """
        Record the idempotency key of an email.

        Raises:
            InvalidEmail: The key is among the taken ones.
        """
        if key in taken:
            why = f"idempotency_key {key!r} belongs to another email of this batch: give each email its own key"
            raise InvalidEmail(why, field="idempotency_key")
        taken.add(key)
        self.keys.add(key)

    def items(self, known: Mapping[int, BatchItem], error: EmailAPIError) -> list[BatchItem]:
        """Return the result or error of each email in the order of the input; `error` is that of all unknown places."""
        known = {**self.invalid, **known}
        places = sorted([*self.invalid, *self.payloads])
        found = [known[at] if at in known else copy(error) for at in places]
        # Without a call for each email that was accepted.
        return [
            item if isinstance(item, SendResult) else self._placed(at, item)
            for at, item in zip(places, found, strict=True)
        ]

    def _placed(self, at: int, item: EmailAPIError) -> EmailAPIError:
        """Return an error with the place and the key of its email."""
        if self.single:
            return item
        if item.idempotency_key is not None or isinstance(item, DeliveryUnknown):
            return item if item.index == at else item.replace(index=at)
        key = getattr(self.payloads.get(at), "idempotency_key", None)
        return item.replace(index=at, idempotency_key=key)


def not_started() -> EmailAPIError:
    """Return the error of an email that was taken from the input but not sent."""
    return EmailAPIError("not sent: the sending was stopped before this email", retryable=True)


def send_each(send: Callable[[Any], SendResult], emails: Iterable[Any]) -> BatchResult:
    """Send emails by a user's own `send`; each item is an email's result, or the error that it failed with."""
    items: list[BatchItem] = []
    for at, email in enumerate(emails):
        try:
            items.append(send(email))
        except EmailAPIError as error:
            items.append(error.at(at) if isinstance(error, InvalidEmail) else error.replace(index=at))
    return BatchResult(tuple(items))
