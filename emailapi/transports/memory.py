"""The transport that keeps emails in memory, for tests and dry runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Self

from .._delivery import CallContext, new_keys
from ..errors import ConfigurationError, InvalidEmail
from ..models.bulk import BulkEmail, BulkState, BulkStatus
from ..models.email import Email, TemplateEmail, check_complete
from ..models.outbound import BatchItem, SendResult
from .base import BaseTransport
from .batch import Batch


class MemoryTransport(BaseTransport[Any]):
    """
    Keeps emails in memory, for tests and dry runs.

    `Client(transport=MemoryTransport())` and `Client.in_memory()` also accept templated emails and bulk requests.
    Threads may share it.

    Attributes:
        sent: The emails in order: each an `Email`, or a `TemplateEmail` or `BulkEmail` that a client sent. It is always
            the same list object.
    """

    sent: list[Any]

    def __init__(self) -> None:
        """Create an empty transport."""
        self.sent = []
        self._closed = False

    def __repr__(self) -> str:
        """Return the number of emails."""
        return f"MemoryTransport({len(self.sent)} sent)"

    def clear(self) -> None:
        """Remove all emails from `sent`."""
        self.sent.clear()

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """Return this transport, whatever `seconds` and `attempts` are: keeping an email takes no time."""
        return self

    def close(self) -> None:
        """Accept no more emails; `sent` stays as it is."""
        self._closed = True

    def _for_templates(self) -> MemoryTransport:
        return self

    def _prepare(self, email: Email | TemplateEmail, batch: Batch[Any]) -> Email | TemplateEmail:
        if isinstance(email, Email):
            check_complete(email)
        else:
            _check_template(email)
        return email

    def _prepare_bulk(self, bulk: BulkEmail) -> BulkEmail:
        if bulk.sender is None:
            raise InvalidEmail("sender is missing", field="sender")
        if not bulk.messages:
            raise InvalidEmail("no recipients: messages is empty", field="messages")
        return bulk

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("the transport is closed")

    def _deliver(self, payloads: Sequence[Any], batch: Batch[Any], context: CallContext) -> list[BatchItem]:
        self._check_open()
        return [self._keep(email) for email in payloads]

    def _deliver_bulk(self, payload: BulkEmail, context: CallContext) -> BulkStatus:
        self._check_open()
        self.sent.append(payload)
        return BulkStatus(
            id=new_keys(1)[0],
            submitted_at=datetime.now(UTC),
            status=BulkState.ACCEPTED,
            total_messages=len(payload.messages),
            subject=payload.subject,
        )

    def _keep(self, email: Email | TemplateEmail) -> SendResult:
        self.sent.append(email)  # atomic, for threads
        return SendResult(
            message_id=new_keys(1)[0],
            to=", ".join(address.header for address in email.to),
            submitted_at=datetime.now(UTC),
            message="OK",
            via="memory",
            idempotency_key=email.idempotency_key,
        )


def _check_template(email: TemplateEmail) -> None:
    """
    Check that a templated email has the fields that every email needs.

    Raises:
        InvalidEmail: There is no sender, no recipient or no template.
    """
    if email.sender is None:
        raise InvalidEmail("sender is missing", field="sender")
    if not (email.to or email.cc or email.bcc):
        raise InvalidEmail("no recipients: to, cc and bcc are empty", field="to")
    if email.template_id is None and email.template_alias is None:
        raise InvalidEmail("a templated email needs template_id or template_alias", field="template_id")
