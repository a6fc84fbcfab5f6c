# Written by .ci/public_names.py from the table in __init__.py: change it there, not here.

from ._version import __version__
from .account_client import AccountClient
from .client import Client, InMemoryClient
from .errors import (
    ERROR_CODES,
    APIError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    EmailAPIError,
    ErrorCode,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    InvalidRequest,
    InvalidResponse,
    InvalidWebhook,
    LimitExceeded,
    NotFound,
    Outcome,
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
from .models.address import Address
from .models.attachment import Attachment
from .models.bounces import BOUNCE_KINDS, Bounce, BounceCount, BounceFilters, BounceKind, BounceType, DeliveryStats
from .models.bulk import BulkEmail, BulkMessage, BulkState, BulkStatus
from .models.data_removals import DataRemoval, DataRemovalStatus, NewDataRemoval
from .models.domains import Domain, DomainChanges, NewDomain, SpfCheck
from .models.email import Email, TemplateEmail
from .models.email_fields import AttachmentFields, BulkEmailFields, BulkMessageFields, EmailFields, TemplateEmailFields
from .models.fields import TrackLinks
from .models.header import Header
from .models.hook_event import HookEvent
from .models.inbound import (
    InboundAddress,
    InboundAttachment,
    InboundDetails,
    InboundFilters,
    InboundHeader,
    InboundMessage,
    InboundStatus,
)
from .models.inbound_rules import InboundRule
from .models.listing import Listing, Page
from .models.message_status import MessageState, MessageStatus, RecipientStatus
from .models.messages import EventType, Message, MessageDetails, MessageEvent, MessageFilters, OutboundStatus, Recipient
from .models.opens import Click, ClickLocation, Geo, Open, OpenFilters, Platform, Program
from .models.options import Hooks, Retry
from .models.outbound import BatchFailed, BatchResult, SendResult
from .models.servers import DeliveryType, NewServer, Server, ServerChanges, ServerColor, ServerFilters
from .models.signatures import NewSignature, Signature, SignatureChanges
from .models.stats import (
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    NamedStats,
    OpenPlatformStats,
    OpenStats,
    SendStats,
    SpamStats,
    StatsFilters,
    StatsOverview,
    TrackedStats,
)
from .models.streams import (
    NewStream,
    Stream,
    StreamArchival,
    StreamChanges,
    StreamFilters,
    StreamType,
    SubscriptionManagement,
    UnsubscribeHandling,
)
from .models.suppressions import (
    Suppression,
    SuppressionFilters,
    SuppressionOrigin,
    SuppressionReason,
    SuppressionResult,
    SuppressionStatus,
)
from .models.templates import (
    ContentValidation,
    NewTemplate,
    PushAction,
    PushedTemplate,
    Template,
    TemplateChanges,
    TemplateDetails,
    TemplateFault,
    TemplateFilters,
    TemplatePush,
    TemplateToValidate,
    TemplateType,
    TemplateValidation,
)
from .models.transport import Transport
from .models.webhooks import (
    ContentTrigger,
    HttpAuth,
    HttpHeader,
    NewWebhook,
    OpenTrigger,
    Trigger,
    TriggerCheck,
    Triggers,
    Webhook,
    WebhookChanges,
    WebhookFilters,
    WebhookStatus,
    WebhookVerification,
)
from .transports.api.transport import APITransport
from .transports.console import ConsoleTransport
from .transports.fallback import Fallback
from .transports.memory import MemoryTransport
from .transports.send_many import Sending, SendingCounts
from .transports.ses import SESTransport
from .transports.smtp import LMTPTransport, SMTPOptions, SMTPTransport

# fmt: off
__all__ = [
    "APIError", "APITransport", "AccountClient", "Address", "Attachment", "AttachmentFields", "BOUNCE_KINDS",
    "BatchFailed", "BatchResult", "Bounce", "BounceCount", "BounceFilters", "BounceKind", "BounceStats", "BounceType",
    "BulkEmail", "BulkEmailFields", "BulkMessage", "BulkMessageFields", "BulkState", "BulkStatus", "Click",
    "ClickLocation", "ClickLocationStats", "ClickPlatformStats", "ClickStats", "Client", "ConfigurationError",
    "Conflict", "ConnectionFailed", "ConsoleTransport", "ContentTrigger", "ContentValidation", "DataRemoval",
    "DataRemovalStatus", "DeadlineExceeded", "DeliveryStats", "DeliveryType", "DeliveryUnknown", "Domain",
    "DomainChanges", "ERROR_CODES", "Email", "EmailAPIError", "EmailFields", "ErrorCode", "EventType", "Fallback",
    "Geo", "Header", "HookEvent", "Hooks", "HttpAuth", "HttpHeader", "InMemoryClient", "InactiveRecipient",
    "InboundAddress", "InboundAttachment", "InboundDetails", "InboundFilters", "InboundHeader", "InboundMessage",
    "InboundRule", "InboundStatus", "InvalidArgument", "InvalidEmail", "InvalidRequest", "InvalidResponse",
    "InvalidWebhook", "LMTPTransport", "LimitExceeded", "Listing", "MemoryTransport", "Message", "MessageDetails",
    "MessageEvent", "MessageFilters", "MessageState", "MessageStatus", "NamedStats", "NewDataRemoval", "NewDomain",
    "NewServer", "NewSignature", "NewStream", "NewTemplate", "NewWebhook", "NotFound", "Open", "OpenFilters",
    "OpenPlatformStats", "OpenStats", "OpenTrigger", "OutboundStatus", "Outcome", "Page", "Platform", "Program",
    "PushAction", "PushedTemplate", "RateLimited", "Recipient", "RecipientResult", "RecipientStatus", "Retry",
    "SESError", "SESTransport", "SMTPError", "SMTPOptions", "SMTPTransport", "SendResult", "SendStats",
    "SenderNotAllowed", "Sending", "SendingCounts", "Server", "ServerChanges", "ServerColor", "ServerError",
    "ServerFilters", "ServiceUnavailable", "Signature", "SignatureChanges", "SpamStats", "SpfCheck", "StatsFilters",
    "StatsOverview", "Stream", "StreamArchival", "StreamChanges", "StreamFilters", "StreamType",
    "SubscriptionManagement", "Suppression", "SuppressionFilters", "SuppressionOrigin", "SuppressionReason",
    "SuppressionResult", "SuppressionStatus", "Template", "TemplateChanges", "TemplateDetails", "TemplateEmail",
    "TemplateEmailFields", "TemplateFault", "TemplateFilters", "TemplatePush", "TemplateToValidate", "TemplateType",
    "TemplateValidation", "TrackLinks", "TrackedStats", "Transport", "TransportError", "Trigger", "TriggerCheck",
    "Triggers", "Unauthorized", "UnsubscribeHandling", "WaitTimeout", "Webhook", "WebhookChanges", "WebhookFilters",
    "WebhookStatus", "WebhookVerification", "__version__",
]
# fmt: on
