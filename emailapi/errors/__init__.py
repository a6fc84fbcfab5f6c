"""
All errors that this package raises.

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

Each error has `.outcome`, `.retryable` and `.may_have_been_sent`, describes the request, and can be pickled.
`ERROR_CODES` is the one table of the service's codes: the client raises errors by it, the sandbox rejects requests by
it, and the documentation lists it.
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
from .files import unreadable_file

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
    "unreadable_file",
]

# Tracebacks name the exceptions as users import them, and pickles refer to them by these names.
for _name in __all__:
    _public = globals()[_name]
    if isinstance(_public, type) and issubclass(_public, EmailAPIError):
        _public.__module__ = "emailapi"
