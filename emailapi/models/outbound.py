"""What became of a send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, overload

import attrs

from ..errors import EmailAPIError, Outcome, RecipientResult
from ..wire import NOT_ON_WIRE, Wire

# The service has had several texts, before and behind the list (contract section 2.1).
_INACTIVE = re.compile(r"\binactive\s+address(?:es)?\s*:", re.IGNORECASE)
_BEHIND_A_NAME = re.compile(r"<([^<>\s]+@[^<>\s]+)>")


def inactive_addresses(message: str) -> tuple[str, ...]:
    """Return the suppressed addresses that a text of the service names, in lower case and in its order."""
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
class SendResult:
    """
    A mail that was accepted.

    Attributes:
        message_id: The service's id (by SMTP the queue id); `""` when the way out gives none.
        to: The addressees the service names.
        submitted_at: When it was accepted, with its zone.
        error_code: 0: accepted.
        message: The service's remark.
        via: The way it left: `"api"`, `"smtp"`, `"lmtp"`, `"ses"`, `"memory"` or `"console"`.
        idempotency_key: The mail's own key, or the one it was given; `find` knows it where the mail carried it.
        reconciled: Whether it was found by its key instead of being answered: after a lost answer, by `find`, or by
            `check_first`.
        inactive_recipients: Suppressed addresses that the mail is not delivered to.
        recipients: What was said of each recipient, where the way out tells (SMTP, LMTP).
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

    @property
    def refused(self) -> tuple[RecipientResult, ...]:
        """The recipients that were refused while others were taken, where the way out tells."""
        return tuple(one for one in self.recipients if not one.accepted)

    @property
    def outcome(self) -> Outcome:
        """`Outcome.ACCEPTED`: what was not accepted is an exception."""
        return Outcome.ACCEPTED


BatchItem = SendResult | EmailAPIError


@attrs.frozen
class BatchResult(Sequence[BatchItem]):
    """
    A batch, item by item, in the order of its mails.

    Attributes:
        items: For each mail its `SendResult`, or the exception it met.
    """

    items: tuple[BatchItem, ...]

    @overload
    def __getitem__(self, index: int) -> BatchItem: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[BatchItem, ...]: ...

    def __getitem__(self, index: int | slice) -> BatchItem | tuple[BatchItem, ...]:
        """Return what became of the mail at this place."""
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of mails."""
        return len(self.items)

    @property
    def accepted(self) -> tuple[SendResult, ...]:
        """The results of the mails that were accepted."""
        return tuple(item for item in self.items if isinstance(item, SendResult))

    @property
    def failed(self) -> tuple[EmailAPIError, ...]:
        """The exceptions of the mails that were not, or of which it is not known."""
        return tuple(item for item in self.items if isinstance(item, EmailAPIError))

    def raise_for_errors(self) -> None:
        """
        Return when every mail was accepted.

        Raises:
            BatchFailed: At least one was not; `BatchFailed.result` is this batch.
        """
        if self.failed:
            raise BatchFailed(self)


class BatchFailed(EmailAPIError):
    """
    At least one mail of a batch was not accepted.

    Attributes:
        result: The whole batch, accepted ones included.
    """

    result: BatchResult

    def __init__(self, result: BatchResult) -> None:
        """Count what failed; the batch itself has the details."""
        failed = result.failed
        first = f"; the first: {failed[0]}" if failed else ""
        super().__init__(
            f"{len(failed)} of {len(result)} mails were not accepted{first}",
            outcome=Outcome.UNKNOWN if any(error.may_have_been_sent for error in failed) else None,
            # Sending a batch again would send its accepted emails twice.
            retryable=not result.accepted and all(error.retryable for error in failed),
        )
        self.result = result
