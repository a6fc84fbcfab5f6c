"""
Email for Flask applications, with the names, configuration keys and habits of Flask-Mail.

    from emailapi.flask import Mail, Message

    mail = Mail(app)
    result = mail.send(Message("Hi", ["ada@example.com"], body="Hello"))

Names are loaded at their first use; Flask is imported with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import accessors, homes_of

if TYPE_CHECKING:
    from .attachment import Attachment
    from .connection import Connection
    from .dispatch import email_dispatched, event_received, signals
    from .errors import BadHeaderError, FlaskMailUnicodeDecodeError, MissingAddress
    from .mail import Mail
    from .message import Message
    from .sanitizing import force_text, sanitize_address, sanitize_addresses, sanitize_subject
    from .state import MailState
    from .webhooks import WebhookBlueprint, webhook_blueprint

__all__ = [
    "Attachment",
    "BadHeaderError",
    "Connection",
    "FlaskMailUnicodeDecodeError",
    "Mail",
    "MailState",
    "Message",
    "MissingAddress",
    "WebhookBlueprint",
    "email_dispatched",
    "event_received",
    "force_text",
    "sanitize_address",
    "sanitize_addresses",
    "sanitize_subject",
    "signals",
    "webhook_blueprint",
]

_HOMES = homes_of(
    {
        ".attachment": "Attachment",
        ".connection": "Connection",
        ".dispatch": "email_dispatched event_received signals",
        ".errors": "BadHeaderError FlaskMailUnicodeDecodeError MissingAddress",
        ".mail": "Mail",
        ".message": "Message",
        ".sanitizing": "force_text sanitize_address sanitize_addresses sanitize_subject",
        ".state": "MailState",
        ".webhooks": "WebhookBlueprint webhook_blueprint",
    }
)


def _check_flask() -> None:
    try:
        import flask  # noqa: F401
    except ModuleNotFoundError:
        from ..errors import ConfigurationError

        raise ConfigurationError("flask is not installed: pip install 'emailapi-sdk[flask]'") from None


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:
    __getattr__, __dir__ = accessors(__name__, _HOMES, _check_flask)
