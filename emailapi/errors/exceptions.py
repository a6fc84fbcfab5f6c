"""The classes of the tree drawn in `emailapi.errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from .._records import Record
from .base import EmailAPIError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ConfigurationError(EmailAPIError):
    """A token is missing, an option is not valid, an extra is not installed, or a client is closed."""


class InvalidArgument(EmailAPIError, ValueError):
    """
    An argument of a call is not valid.

    Attributes:
        argument: Name of the argument.
    """

    argument: str | None

    def __init__(self, message: str, *, argument: str | None = None, **facts: Any) -> None:
        """Store the message and the name of the argument."""
        super().__init__(message, **facts)
        self.argument = argument


class InvalidEmail(InvalidArgument):
    """
    An email is not valid, or cannot be sent by the transport. Nothing was sent.

    An error of an attachment's file is also the `OSError` that caused it, such as a `FileNotFoundError`.

    Attributes:
        field: The field, such as `"to"`, `"metadata"` or `"attachments"`; the message names the item in it.
        index: The place of the email in its batch, from 0.
    """

    field: str
    index: int | None

    def __init__(self, message: str, *, field: str, index: int | None = None, **facts: Any) -> None:
        """Store the message, the field and the place of the email in its batch."""
        super().__init__(message, **{"argument": field, **facts})
        self.field = field
        self.index = index

    def at(self, index: int, idempotency_key: str | None = None) -> InvalidEmail:
        """
        Return the same error for an email of a batch.

        Args:
            index: The place of the email in the batch, from 0.
            idempotency_key: The key of the email.
        """
        message = f"email at index {index}: {self.message}"
        return self.replace(message=message, index=index, idempotency_key=idempotency_key).with_traceback(None)


class TransportError(EmailAPIError):
    """The service could not be reached, or its response could not be read."""

    retryable = True

    def _facts(self) -> list[str]:
        return [*super()._facts(), *([f"{self.attempts} attempts"] if self.attempts > 1 else [])]


class ConnectionFailed(TransportError, ConnectionError):
    """Nothing was sent: name resolution, connecting, the proxy's CONNECT or the TLS handshake failed."""


class DeliveryUnknown(TransportError):
    """
    The request may have been carried out: no response tells.

    `outbound.find` accepts this error, and searches for the email by its key in its stream.

    Attributes:
        idempotency_key: The key that the email carries; None if it carries none and cannot be looked up.
        message_stream: The message stream of the email; None if the request sends no email.
        recipients: By SMTP and LMTP, the results of recipients before the connection broke. The outcome for other
            recipients is unknown.
    """

    outcome = Outcome.UNKNOWN
    retryable = False
    idempotency_key: str | None
    message_stream: str | None = None
    recipients: tuple[RecipientResult, ...] = ()
    # Ids of messages that carry the key but are another email.
    _others: tuple[str, ...] = ()

    def __init__(
        self,
        message: str,
        *,
        idempotency_key: str | None = None,
        message_stream: str | None = None,
        recipients: Sequence[RecipientResult] = (),
        **facts: Any,
    ) -> None:
        """Store the key and the stream by which the email can be looked up."""
        super().__init__(message, **facts)
        self.idempotency_key = idempotency_key
        self.message_stream = message_stream
        self.recipients = tuple(recipients)


class DeadlineExceeded(TransportError, TimeoutError):
    """The deadline passed, and nothing was sent; raise `deadline`."""


class InvalidResponse(TransportError):
    """The response cannot be read."""


class APIError(EmailAPIError):
    """
    The service rejected the request.

    Attributes:
        errors: With code 11, the messages about each field, by its name.
    """

    errors: Mapping[str, Sequence[str]]

    def __init__(self, message: str, *, errors: Mapping[str, Sequence[str]] | None = None, **facts: Any) -> None:
        """Store the message and the messages about fields."""
        super().__init__(message, **facts)
        self.errors = errors or {}


class Unauthorized(APIError):
    """The token is missing, wrong, or of the wrong kind."""


class InvalidRequest(APIError):
    """The request is not valid for the service."""


class InactiveRecipient(APIError):
    """
    Every recipient is suppressed.

    Attributes:
        addresses: The suppressed addresses that the service named, in lower case.
    """

    addresses: tuple[str, ...]

    def __init__(self, message: str, *, addresses: Sequence[str] = (), **facts: Any) -> None:
        """Store the message and the addresses."""
        super().__init__(message, **facts)
        self.addresses = tuple(addresses)


class SenderNotAllowed(APIError):
    """The sender or the account is not allowed to send yet."""


class NotFound(APIError):
    """The requested object does not exist."""


class Conflict(APIError):
    """The object exists already, or is still in use."""


class LimitExceeded(APIError):
    """A limit of the plan, the server or the request is reached."""


class RateLimited(APIError):
    """
    Too many requests.

    Attributes:
        retry_after: Seconds to wait that the service requested, if any; a day at most.
    """

    retryable = True
    retry_after: float | None

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: Any) -> None:
        """Store the message and the seconds to wait."""
        super().__init__(message, **facts)
        self.retry_after = retry_after

    def _facts(self) -> list[str]:
        seconds = self.retry_after
        wait = [] if seconds is None else [f"retry after {seconds:.{3 if seconds < 1000 else 6}g} s"]
        return [*super()._facts(), *wait]


class ServiceUnavailable(APIError):
    """The service is down for maintenance, or requires another connection (HTTP 421, 425); nothing was accepted."""

    retryable = True


class ServerError(APIError):
    """The service failed to serve a read."""

    retryable = True


@attrs.frozen(kw_only=True)
class RecipientResult(Record):
    """
    The result of one recipient of an email, as reported by an SMTP or LMTP server.

    Attributes:
        email: The address, as it was sent.
        accepted: Whether the server accepted the recipient.
        code: The code of the reply, such as 250 or 550.
        enhanced_code: The enhanced code of the reply (RFC 3463), such as `"5.1.1"`, or None.
        message: The text of the reply.
    """

    email: str
    accepted: bool
    code: int | None = None
    enhanced_code: str | None = None
    message: str = ""

    @property
    def temporary(self) -> bool:
        """Whether the recipient was rejected for now, and may be accepted later."""
        return self.code is not None and 400 <= self.code < 500


class SMTPError(EmailAPIError):
    """
    An SMTP or LMTP server rejected the email, all its recipients, or the login.

    Attributes:
        code (int | None): The code of the reply, such as 550; codes from 400 to 499 are `retryable`.
        enhanced_code: The enhanced code of the reply (RFC 3463), such as `"5.7.1"`, or None.
        recipients: The results of the recipients, if there are any.
    """

    enhanced_code: str | None
    recipients: tuple[RecipientResult, ...]

    def __init__(
        self,
        message: str,
        *,
        enhanced_code: str | None = None,
        recipients: Sequence[RecipientResult] = (),
        **facts: Any,
    ) -> None:
        """Store the message and the parts of the reply."""
        code = facts.get("code")
        super().__init__(message, **{"retryable": None if code is None else 400 <= code < 500, **facts})
        self.enhanced_code = enhanced_code
        self.recipients = tuple(recipients)


class SESError(EmailAPIError):
    """
    Amazon SES rejected the email.

    Attributes:
        aws_code: SES's code of the error, such as `"MessageRejected"`.
    """

    aws_code: str | None

    def __init__(self, message: str, *, aws_code: str | None = None, **facts: Any) -> None:
        """Store the message and SES's code."""
        super().__init__(message, **{"retryable": False, **facts})
        self.aws_code = aws_code


class InvalidWebhook(EmailAPIError, ValueError):
    """The body of a webhook request is not a JSON object."""


class WaitTimeout(EmailAPIError, TimeoutError, AssertionError):
    """A test waited for an email, and none came that fits; also an `AssertionError`, so that the test fails."""
