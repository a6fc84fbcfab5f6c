"""The transport that keeps what it is given, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

from .._delivery import CallContext, new_keys
from ..errors import ConfigurationError
from ..models.email import Email, check_whole
from ..models.outbound import BatchItem, SendResult
from .base import BaseTransport
from .batch import Batch


class MemoryTransport(BaseTransport[Email]):
    """
    Keeps the emails that it is given, for tests and for a dry run.

    Attributes:
        sent: The emails, in the order they were sent.
    """

    sent: list[Email]

    def __init__(self) -> None:
        """Begin with nothing."""
        self.sent = []
        self._closed = False

    def __repr__(self) -> str:
        """Count the emails."""
        return f"MemoryTransport({len(self.sent)} sent)"

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """Return this transport: keeping an email takes no time."""
        return self

    def close(self) -> None:
        """Accept no more; what was sent stays."""
        self._closed = True

    def _prepare(self, email: Email, batch: Batch[Email]) -> Email:
        check_whole(email)
        return email

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("the transport is closed")

    def _deliver(self, payloads: Sequence[Email], batch: Batch[Email], context: CallContext) -> list[BatchItem]:
        self._check_open()
        return [self._keep(email) for email in payloads]

    def _keep(self, email: Email) -> SendResult:
        self.sent.append(email)  # whole at once, in any thread
        return SendResult(
            message_id=new_keys(1)[0],
            to=", ".join(address.header for address in email.to),
            submitted_at=datetime.now(UTC),
            message="OK",
            via="memory",
            idempotency_key=email.idempotency_key,
        )
