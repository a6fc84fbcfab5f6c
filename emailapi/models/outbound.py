"""The results of sends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, overload

import attrs

from .._records import Immutable, Record
from ..errors import EmailAPIError, Outcome, RecipientResult
from ..wire import NOT_ON_WIRE, Wire

# The service has used several texts before and after the list (contract section 2.1).
_INACTIVE = re.compile(r"\binactive\s+address(?:es)?\s*:", re.IGNORECASE)
_BEHIND_A_NAME = re.compile(r"<([^<>\s]+@[^<>\s]+)>")


def inactive_addresses(message: str) -> tuple[str, ...]:
    """Return the suppressed addresses that a message of the service names, in lower case and in its order."""
    start = _INACTIVE.search(message) if "inactive" in message.lower() else None
    found: list[str] = []
    for item in re.split("[,;]", message[start.end() :]) if start else ():
        named = _BEHIND_A_NAME.search(item)
        words = [named[1]] if named else item.split()
        if not words:
            continue
        if "@" not in words[0]:
            break
        found.append(words[0].rstrip(".:").lower())
        if len(words) > 1:  # the list has ended, and the text goes on
            break
    return tuple(found)


@attrs.frozen(kw_only=True)
class SendResult(Record):
    """
    The result of an email that was accepted.

    Attributes:
        message_id: The service's id of the message (by SMTP the queue id); `""` if the transport has none.
        to: The recipients that the service names.
        submitted_at: When the email was accepted, with a time zone.
        error_code: Always 0: accepted.
        message: The text of the response.
        via: The transport: `"api"`, `"smtp"`, `"lmtp"`, `"ses"`, `"memory"` or `"console"`.
        idempotency_key: The email's own key, or else its generated key; `find` searches for it if the email carries it.
        reconciled: Whether the result was found by the key, not in a response: after a lost response, by `find`, or by
            `check_first`.
        inactive_recipients: Suppressed addresses, which the email is not delivered to.
        recipients: The result of each recipient, if the transport reports it (SMTP, LMTP).
        request_id: The id of the request at the service or at Amazon SES, for questions to their support; None if there
            is none, as by SMTP.
    """

    message_id: Annotated[str, Wire("MessageID")] = ""
    to: str = ""
    submitted_at: datetime | None = None
    error_code: int = 0
    message: str = ""
    via: Annotated[str, NOT_ON_WIRE] = "api"
    idempotency_key: Annotated[str | None, NOT_ON_WIRE] = None
    reconciled: Annotated[bool, NOT_ON_WIRE] = False
    inactive_recipients: Annotated[tuple[str, ...], NOT_ON_WIRE] = ()
    recipients: Annotated[tuple[RecipientResult, ...], NOT_ON_WIRE] = ()
    request_id: Annotated[str | None, NOT_ON_WIRE] = None

    @property
    def refused(self) -> tuple[RecipientResult, ...]:
        """The recipients that were rejected while others were accepted, if the transport reports them."""
        return tuple(one for one in self.recipients if not one.accepted)

    @property
    def outcome(self) -> Outcome:
        """Always `Outcome.ACCEPTED`; an email that was not accepted has an exception."""
        return Outcome.ACCEPTED


BatchItem = SendResult | EmailAPIError


@attrs.frozen
class BatchResult(Immutable, Sequence[BatchItem]):
    """
    The results of a batch, in the order of its emails.

    Attributes:
        items: Each email's `SendResult`, or the exception that it failed with.
    """

    items: tuple[BatchItem, ...]

    @overload
    def __getitem__(self, index: int) -> BatchItem: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[BatchItem, ...]: ...

    def __getitem__(self, index: int | slice) -> BatchItem | tuple[BatchItem, ...]:
        """Return the result or exception of the email at this place."""
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of emails."""
        return len(self.items)

    @property
    def accepted(self) -> tuple[SendResult, ...]:
        """The results of the emails that were accepted."""
        return tuple([item for item in self.items if isinstance(item, SendResult)])

    @property
    def failed(self) -> tuple[EmailAPIError, ...]:
        """The exceptions of the emails that were not accepted, or whose outcome is unknown."""
        return tuple([item for item in self.items if not isinstance(item, SendResult)])

    def raise_for_errors(self) -> None:
        """
        Check that every email was accepted.

        Raises:
            BatchFailed: At least one email was not accepted; `BatchFailed.result` is this batch.
        """
        if self.failed:
            raise BatchFailed(self)


class BatchFailed(EmailAPIError):
    """
    At least one email of a batch was not accepted.

    Attributes:
        result: The whole batch, including accepted emails.
    """

    __module__ = "emailapi"

    result: BatchResult

    def __init__(self, result: BatchResult) -> None:
        """Count the failed emails; `result` has the details."""
        failed = result.failed
        first = f"; the first: {failed[0]}" if failed else ""
        super().__init__(
            f"{len(failed)} of {len(result)} emails were not accepted{first}",
            outcome=Outcome.UNKNOWN if any(error.may_have_been_sent for error in failed) else None,
            # Sending a batch again would send its accepted emails twice.
            retryable=not result.accepted and all(error.retryable for error in failed),
        )
        self.result = result
