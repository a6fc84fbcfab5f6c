"""Conversion of messages to `Email` and `TemplateEmail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import Email, TemplateEmail
from ..models.framework_values import metadata, plain, template_model
from .checking import check_types
from .sanitizing import force_text, strict_addresses

if TYPE_CHECKING:
    from .fields import MessageFields

# Fields that only SMTP supports.
_SMTP_ONLY = ("mail_options", "rcpt_options")


def extra_headers(message: MessageFields) -> dict[str, str]:
    """Return the extra headers as strings, without Reply-To, which is a field."""
    return {
        force_text(name): force_text(value)
        for name, value in (message.extra_headers or {}).items()
        if force_text(name).lower() != "reply-to"
    }


def reply_to(message: MessageFields) -> Any:
    """Return `reply_to`, or the Reply-To of the extra headers."""
    given = (value for name, value in (message.extra_headers or {}).items() if force_text(name).lower() == "reply-to")
    return message.reply_to or next(given, None)


def unfold(subject: object) -> str:
    """Return a subject on one line; Flask-Mail accepts folded subjects."""
    return force_text(subject or "").replace("\r\n", "")


def _reject_smtp_only_fields(message: MessageFields) -> None:
    for name in _SMTP_ONLY:
        if getattr(message, name):
            raise InvalidEmail(f"{name} is supported by SMTP only: remove it, or set MAIL_TRANSPORT='smtp'", field=name)
    others = sorted(message.alts.keys() - {"html"})
    if others:
        raise InvalidEmail(
            f"alternatives other than html are supported by SMTP only, got {', '.join(others)}: remove them, or set "
            "MAIL_TRANSPORT='smtp'",
            field="alts",
        )


def _sender(message: MessageFields) -> Address | None:
    given = message._sender or message.sender
    found = strict_addresses([given], "sender") if given else ()
    if len(found) > 1:
        raise InvalidEmail(f"sender must be one address, not {len(found)}", field="sender")
    return found[0] if found else None


def _common(message: MessageFields, lenient: bool) -> dict[str, Any]:
    return {
        "sender": _sender(message),
        "to": strict_addresses(message.recipients, "recipients"),
        "cc": strict_addresses(message.cc, "cc"),
        "bcc": strict_addresses(message.bcc, "bcc"),
        "reply_to": strict_addresses(reply_to(message), "reply_to"),
        "headers": extra_headers(message),
        "attachments": [
            attachment.to_email_attachment(place, lenient=lenient)
            for place, attachment in enumerate(message.attachments)
        ],
        "tag": plain(message.tag),
        "metadata": metadata(message.metadata),
        "message_stream": plain(message.message_stream),
        "idempotency_key": plain(message.idempotency_key),
        "track_opens": message.track_opens,
        "track_links": message.track_links,
    }


def to_email(message: MessageFields, *, lenient: bool = False) -> Email:
    """
    Convert a message to an `Email`.

    Args:
        message: The message.
        lenient: Omit fields that only SMTP supports, instead of raising.

    Raises:
        InvalidEmail: A field is not valid; the error names it.
    """
    check_types(message)
    if message.template_alias is not None:
        raise InvalidEmail(
            "a message with a template_alias cannot be an Email: use to_template_email()", field="template_alias"
        )
    if message.template_model is not None:
        raise InvalidEmail("template_model requires template_alias", field="template_model")
    if not lenient:
        _reject_smtp_only_fields(message)
    return Email(
        subject=unfold(message.subject),
        text_body=plain(message.body),
        html_body=plain(message.html),
        **_common(message, lenient),
    )


def to_template_email(message: MessageFields) -> TemplateEmail:
    """
    Convert a message to a `TemplateEmail`.

    Raises:
        InvalidEmail: A field is not valid; the error names it.
    """
    check_types(message)
    for name, value in (("subject", message.subject), ("body", message.body), ("alts", message.alts)):
        if value:
            raise InvalidEmail(f"{name} comes from the template: remove it", field=name)
    _reject_smtp_only_fields(message)
    return TemplateEmail(
        template_alias=plain(message.template_alias),
        template_model=template_model(message.template_model or {}),
        **_common(message, lenient=False),
    )
