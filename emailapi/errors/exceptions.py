"""The classes of the tree drawn in `emailapi.errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from .base import EmailAPIError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ConfigurationError(EmailAPIError):
    """No token, an option that cannot be, or an extra that is not installed."""


class InvalidArgument(EmailAPIError, ValueError):
    """
    An argument of a call cannot be right.

    Attributes:
        argument: The argument's name.
    """

    argument: str | None

    def __init__(self, message: str, *, argument: str | None = None, **facts: Any) -> None:
        """Keep the argument's name beside the sentence."""
        super().__init__(message, **facts)
        self.argument = argument


class InvalidEmail(InvalidArgument):
    """
    A mail that was refused before a byte left.

    Attributes:
        field: The field at fault, as in `"to"`, `"metadata"` or `"attachments"`; the sentence names the item in it.
        index: The mail's place in its batch, from 0.
    """

    field: str
    index: int | None

    def __init__(self, message: str, *, field: str, index: int | None = None, **facts: Any) -> None:
        """Keep the field's name and the mail's place in its batch."""
        super().__init__(message, **{"argument": field, **facts})
        self.field = field
        self.index = index

    def at(self, index: int) -> InvalidEmail:
        """Return the same error, naming the mail's place in its batch."""
        return type(self)(f"mail {index}: {self.message}", field=self.field, index=index)


class TransportError(EmailAPIError):
    """The service could not be reached, or gave no answer that can be read."""

    retryable = True


class ConnectionFailed(TransportError, ConnectionError):
    """Surely not sent: name, connect, proxy CONNECT or TLS handshake failed."""


class DeliveryUnknown(TransportError):
    """
    The request may have been carried out, and no response says whether it was.

    `outbound.find` takes this error, and searches for the email by its key in its stream.

    Attributes:
        idempotency_key: The key that the email carries; None when it carries none and cannot be looked up.
        message_stream: The message stream that the email was sent through; None where the request sends no email.
        recipients: By SMTP and LMTP, what the server said of recipients before the connection broke. Of the others
            nothing is known.
    """

    outcome = Outcome.UNKNOWN
    retryable = False
    idempotency_key: str | None
    message_stream: str | None = None
    recipients: tuple[RecipientResult, ...] = ()
    # Ids of messages that carry the key and are another email.
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
        """Keep the key, and the stream, that the email can be looked up by."""
        super().__init__(message, **facts)
        self.idempotency_key = idempotency_key
        self.message_stream = message_stream
        self.recipients = tuple(recipients)


class DeadlineExceeded(TransportError, TimeoutError):
    """Out of time, and nothing was sent."""


class InvalidResponse(TransportError):
    """An answer that cannot be read."""


class APIError(EmailAPIError):
    """
    The service answered, and refused.

    Attributes:
        errors: With code 11, field name to the sentences about it.
    """

    errors: Mapping[str, Sequence[str]]

    def __init__(self, message: str, *, errors: Mapping[str, Sequence[str]] | None = None, **facts: Any) -> None:
        """Keep what the service said of each field."""
        super().__init__(message, **facts)
        self.errors = errors or {}


class Unauthorized(APIError):
    """The token is missing, wrong, or of the wrong kind."""


class InvalidRequest(APIError):
    """The service found the request invalid."""


class InactiveRecipient(APIError):
    """
    Every recipient is suppressed.

    Attributes:
        addresses: The suppressed addresses the service named, in lower case.
    """

    addresses: tuple[str, ...]

    def __init__(self, message: str, *, addresses: Sequence[str] = (), **facts: Any) -> None:
        """Keep the addresses that the service named."""
        super().__init__(message, **facts)
        self.addresses = tuple(addresses)


class SenderNotAllowed(APIError):
    """This sender, or this account, may not send yet."""


class NotFound(APIError):
    """The service does not know the thing asked for."""


class Conflict(APIError):
    """The thing exists already, or something still uses it."""


class LimitExceeded(APIError):
    """A limit of the plan, the server or the call is reached."""


class RateLimited(APIError):
    """
    Too many requests.

    Attributes:
        retry_after: Seconds the service asks to wait, when it says so.
    """

    retryable = True
    retry_after: float | None

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: Any) -> None:
        """Keep how long the service asks to wait."""
        super().__init__(message, **facts)
        self.retry_after = retry_after


class ServiceUnavailable(APIError):
    """The service is down for maintenance, or wants another connection (HTTP 421, 425), and took nothing."""

    retryable = True


class ServerError(APIError):
    """The service failed while it answered."""

    retryable = True


@attrs.frozen(kw_only=True)
class RecipientResult:
    """
    What a server said of one recipient of a mail.

    Attributes:
        email: The address, as it travelled.
        accepted: Whether it was taken.
        code: The reply's code, as in 250 or 550.
        enhanced_code: The reply's enhanced code (RFC 3463), as in `"5.1.1"`, when it has one.
        message: The reply's text.
    """

    email: str
    accepted: bool
    code: int | None = None
    enhanced_code: str | None = None
    message: str = ""

    @property
    def temporary(self) -> bool:
        """Whether it was refused for now, and may be taken later."""
        return self.code is not None and 400 <= self.code < 500


class SMTPError(EmailAPIError):
    """
    What an SMTP server refused.

    Attributes:
        code: The reply's code, as in 550; one of 400 to 499 is `retryable`.
        enhanced_code: The reply's enhanced code (RFC 3463), as in `"5.7.1"`, when it has one.
        recipients: What was said of each recipient, when it came to that.
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
        """Keep what the server said."""
        code = facts.get("code")
        super().__init__(message, **{"retryable": None if code is None else 400 <= code < 500, **facts})
        self.enhanced_code = enhanced_code
        self.recipients = tuple(recipients)


class SESError(EmailAPIError):
    """
    What Amazon SES refused.

    Attributes:
        aws_code: SES's own name for what is wrong, as in `"MessageRejected"`.
    """

    aws_code: str | None

    def __init__(self, message: str, *, aws_code: str | None = None, **facts: Any) -> None:
        """Keep what SES called it."""
        super().__init__(message, **{"retryable": False, **facts})
        self.aws_code = aws_code


class InvalidWebhook(EmailAPIError, ValueError):
    """The body of a webhook request is not a JSON object."""


class WaitTimeout(EmailAPIError, TimeoutError, AssertionError):
    """A test waited for an email, and none came that fits; also an `AssertionError`, so that the test fails."""
