"""
A synchronous, typed SDK for a Postmark-compatible transactional email API.

    from emailapi import Client, Email

    with Client("server-token") as client:
        result = client.outbound.send(Email(sender="me@example.com", to="you@example.com", text_body="Hello"))

Names are loaded at their first use, so that `import emailapi` costs next to nothing.
"""

from __future__ import annotations

from ._version import __version__ as __version__

# The one list of the public names: each module of the package, with the names that come from it. `__init__.pyi`, which
# type checkers and editors read in place of this file, is written from it by `python .ci/public_names.py`.
_MODULES = {
    "account_client": "AccountClient",
    "client": "Client InMemoryClient",
    "errors": (
        "APIError ConfigurationError Conflict ConnectionFailed DeadlineExceeded DeliveryUnknown ERROR_CODES "
        "EmailAPIError ErrorCode InactiveRecipient InvalidArgument InvalidEmail InvalidRequest InvalidResponse "
        "InvalidWebhook LimitExceeded NotFound Outcome RateLimited RecipientResult SESError SMTPError SenderNotAllowed "
        "ServerError ServiceUnavailable TransportError Unauthorized WaitTimeout"
    ),
    "models.address": "Address",
    "models.attachment": "Attachment",
    "models.bounces": "BOUNCE_KINDS Bounce BounceCount BounceFilters BounceKind BounceType DeliveryStats",
    "models.bulk": "BulkEmail BulkMessage BulkState BulkStatus",
    "models.data_removals": "DataRemoval DataRemovalStatus NewDataRemoval",
    "models.domains": "Domain DomainChanges NewDomain SpfCheck",
    "models.email": "Email TemplateEmail",
    "models.email_fields": "AttachmentFields BulkEmailFields BulkMessageFields EmailFields TemplateEmailFields",
    "models.fields": "TrackLinks",
    "models.header": "Header",
    "models.hook_event": "HookEvent",
    "models.inbound": (
        "InboundAddress InboundAttachment InboundDetails InboundFilters InboundHeader InboundMessage InboundStatus"
    ),
    "models.inbound_rules": "InboundRule",
    "models.listing": "Listing Page",
    "models.messages": ("EventType Message MessageDetails MessageEvent MessageFilters OutboundStatus Recipient"),
    "models.message_status": "MessageState MessageStatus RecipientStatus",
    "models.opens": "Click ClickLocation Geo Open OpenFilters Platform Program",
    "models.options": "Hooks Retry",
    "models.outbound": "BatchFailed BatchResult SendResult",
    "models.servers": "DeliveryType NewServer Server ServerChanges ServerColor ServerFilters",
    "models.signatures": "NewSignature Signature SignatureChanges",
    "models.stats": (
        "BounceStats ClickLocationStats ClickPlatformStats ClickStats NamedStats OpenPlatformStats OpenStats "
        "SendStats SpamStats StatsFilters StatsOverview TrackedStats"
    ),
    "models.streams": (
        "NewStream Stream StreamArchival StreamChanges StreamFilters StreamType SubscriptionManagement "
        "UnsubscribeHandling"
    ),
    "models.suppressions": (
        "Suppression SuppressionFilters SuppressionOrigin SuppressionReason SuppressionResult SuppressionStatus"
    ),
    "models.templates": (
        "ContentValidation NewTemplate PushAction PushedTemplate Template TemplateChanges TemplateDetails "
        "TemplateFault TemplateFilters TemplatePush TemplateToValidate TemplateType TemplateValidation"
    ),
    "models.transport": "Transport",
    "models.webhooks": (
        "ContentTrigger HttpAuth HttpHeader NewWebhook OpenTrigger Trigger TriggerCheck Triggers Webhook "
        "WebhookChanges WebhookFilters WebhookStatus WebhookVerification"
    ),
    "transports.api.transport": "APITransport",
    "transports.console": "ConsoleTransport",
    "transports.fallback": "Fallback",
    "transports.memory": "MemoryTransport",
    "transports.send_many": "Sending SendingCounts",
    "transports.ses": "SESTransport",
    "transports.smtp": "LMTPTransport SMTPOptions SMTPTransport",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}
__all__ = sorted([*_HOMES, "__version__"])  # noqa: PLE0605 - a list, although no literal


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562), and keep it."""
    from importlib import import_module

    if name not in _HOMES:
        from ._hints import hint_for_name

        hint = "" if name.startswith("_") else hint_for_name(name, __all__, __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}", name=name)
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return __all__
