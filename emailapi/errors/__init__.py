"""
Every error this package raises.

    EmailAPIError
      ConfigurationError
      InvalidArgument (ValueError)
        InvalidEmail
      TransportError
        ConnectionFailed (ConnectionError)
        DeliveryUnknown
        DeadlineExceeded (TimeoutError)
        InvalidResponse
      APIError
        Unauthorized  InvalidRequest  InactiveRecipient  SenderNotAllowed  NotFound  Conflict
        LimitExceeded  RateLimited  ServiceUnavailable  ServerError
      SMTPError
      SESError
      InvalidWebhook (ValueError)
      WaitTimeout (TimeoutError, AssertionError)
      BatchFailed (in `models.outbound`, with the `BatchResult` that it holds)

Each has `.outcome`, `.retryable` and `.may_have_been_sent`, carries the request it is about, and pickles whole.
`ERROR_CODES` is the one table of the service's codes: the client raises from it, the sandbox refuses by it, and the
docs list it.
"""

from .base import EmailAPIError, Outcome
from .codes import ERROR_CODES, ErrorCode, error_class
from .exceptions import (
    APIError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    InvalidRequest,
    InvalidResponse,
    InvalidWebhook,
    LimitExceeded,
    NotFound,
    RateLimited,
    RecipientResult,
    SenderNotAllowed,
    ServerError,
    ServiceUnavailable,
    SESError,
    SMTPError,
    TransportError,
    Unauthorized,
    WaitTimeout,
)

__all__ = [
    "ERROR_CODES",
    "APIError",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DeliveryUnknown",
    "EmailAPIError",
    "ErrorCode",
    "InactiveRecipient",
    "InvalidArgument",
    "InvalidEmail",
    "InvalidRequest",
    "InvalidResponse",
    "InvalidWebhook",
    "LimitExceeded",
    "NotFound",
    "Outcome",
    "RateLimited",
    "RecipientResult",
    "SESError",
    "SMTPError",
    "SenderNotAllowed",
    "ServerError",
    "ServiceUnavailable",
    "TransportError",
    "Unauthorized",
    "WaitTimeout",
    "error_class",
]
