"""Messages that are not sent because `MAIL_SUPPRESS_SEND` or `TESTING` is true."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ..models.outbound import BatchItem, SendResult
from ..transports.capture import RECORDINGS, through_recorders
from ..transports.memory import MemoryTransport
from .conversion import to_email, to_template_email
from .message import Message


def suppressed(message: Message, *, recorded: bool = True) -> SendResult:
    """
    Validate a message without a transport, and return the result of a successful send.

    Args:
        message: The message.
        recorded: Whether recorders of sent emails, such as `emailapi_outbox`, see the message.

    Raises:
        EmailAPIError: The message is not valid.
    """
    if message.template_alias is not None:
        email: Any = to_template_email(message)
    else:
        email = to_email(message, lenient=True)
    result = SendResult(
        message_id=str(uuid4()),
        to=", ".join(address.header for address in email.to),
        submitted_at=datetime.now(UTC),
        message="suppressed",
        via="memory",
        idempotency_key=email.idempotency_key,
    )
    if not (recorded and RECORDINGS):
        return result
    kept: list[BatchItem] = [result]
    (item,) = through_recorders("deliver", MemoryTransport(), [email], [email], lambda: kept)
    if isinstance(item, SendResult):
        return item
    raise item
