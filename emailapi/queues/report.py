"""The result of a job for each of its emails, and the exception that asks for another attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ..errors import EmailAPIError
from ..models.outbound import SendResult


@attrs.frozen
class EmailFailure:
    """
    An email of a job that was not accepted, or whose outcome is unknown.

    Attributes:
        key: Its idempotency key.
        error: The exception, with `code`, `outcome` and `retryable`.
    """

    key: str
    error: EmailAPIError

    @property
    def code(self) -> int | None:
        """The service's error code (`ERROR_CODES`), or None if the service did not respond."""
        return self.error.code


@attrs.frozen(kw_only=True)
class DeliveryReport:
    """
    The emails of a job, by the result of one attempt.

    `accepted`, `already_sent` and `rejected` are final. Emails in `unknown` and `not_sent` need another attempt.

    Attributes:
        accepted: The results of the emails that were accepted now.
        already_sent: The results of the emails that an earlier attempt has sent, found by their keys.
        rejected: The emails that no attempt can send.
        unknown: The emails that may have been sent. Another attempt looks them up.
        not_sent: The emails that were surely not sent now, and may be accepted later.
        retry_after: The seconds before the next attempt; None if no attempt is needed.
    """

    accepted: tuple[SendResult, ...] = ()
    already_sent: tuple[SendResult, ...] = ()
    rejected: tuple[EmailFailure, ...] = ()
    unknown: tuple[EmailFailure, ...] = ()
    not_sent: tuple[EmailFailure, ...] = ()
    retry_after: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether every email was accepted or rejected."""
        return not (self.unknown or self.not_sent)

    def to_dict(self) -> dict[str, Any]:
        """
        Return JSON values for logs and result backends: ids of messages by key, and codes and messages of failures.

        No address, subject or body is among them, unless the service's message quotes an address.
        """
        return {
            "accepted": {str(result.idempotency_key): result.message_id for result in self.accepted},
            "already_sent": {str(result.idempotency_key): result.message_id for result in self.already_sent},
            "rejected": _to_json(self.rejected),
            "unknown": _to_json(self.unknown),
            "not_sent": _to_json(self.not_sent),
            "retry_after": self.retry_after,
        }


def _to_json(failures: tuple[EmailFailure, ...]) -> dict[str, dict[str, Any]]:
    return {
        one.key: {"error": type(one.error).__qualname__, "code": one.code, "message": one.error.message}
        for one in failures
    }


class RetryLater(Exception):
    """
    Asks the engine to run a job again: some emails were not sent, or their outcome is unknown.

    Attributes:
        seconds: How long to wait before the next attempt, in seconds.
        payload: The payload of the next attempt, without the emails that are done.
        report: The result of this attempt for each email.
    """

    __module__ = "emailapi.queues"

    def __init__(self, seconds: float, payload: Mapping[str, Any], report: DeliveryReport) -> None:
        """Store when to try again, and with what."""
        super().__init__(seconds, payload, report)
        self.seconds = seconds
        self.payload = payload
        self.report = report

    def __str__(self) -> str:
        """Return how many emails wait, and why the first one does."""
        waiting = (*self.report.unknown, *self.report.not_sent)
        first = f"; the first: {waiting[0].error}" if waiting else ""
        count = "1 email is" if len(waiting) == 1 else f"{len(waiting)} emails are"
        return f"{count} to be tried again in {self.seconds:.0f} s{first}"

    def __repr__(self) -> str:
        """Return the waiting time and numbers, without the payload: it has the emails' bodies."""
        return f"RetryLater({self.seconds!r}, <{len(self.payload['keys'])} emails>)"
