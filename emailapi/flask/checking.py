"""Validation of types, and of line breaks in fields that become headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import InvalidEmail
from .attachment import Attachment
from .sanitizing import as_list, force_text

if TYPE_CHECKING:
    from .fields import MessageFields

_BREAKS = re.compile("[\r\n\0]")
# One line, or a folded one: each continuation begins with a space or tab, and is not blank.
_SUBJECT = re.compile(r"[^\r\n\0]*(?:\r\n[ \t]+[^\s][^\r\n\0]*)*")


def check_types(message: MessageFields) -> None:
    """
    Check the types of fields that are read before the message is converted.

    Raises:
        InvalidEmail: A field has a wrong type; the error names it.
    """
    for place, attachment in enumerate(message.attachments):
        if not isinstance(attachment, Attachment):
            found = f"{type(attachment).__module__}.{type(attachment).__name__}"
            raise InvalidEmail(
                f"attachments[{place}] must be an emailapi.flask.Attachment, got {found}", field="attachments"
            )
    if message.extra_headers is not None and not isinstance(message.extra_headers, Mapping):
        found = type(message.extra_headers).__name__
        raise InvalidEmail(f"extra_headers must be a mapping, got {found}", field="extra_headers")
    if message.date is not None and (isinstance(message.date, bool) or not isinstance(message.date, (int, float))):
        raise InvalidEmail(f"date must be a Unix time in seconds, got {type(message.date).__name__}", field="date")
    if message.charset is not None and not isinstance(message.charset, str):
        raise InvalidEmail(f"charset must be a string, got {type(message.charset).__name__}", field="charset")


def bad_header(message: MessageFields) -> str | None:
    """Return the name of the first field with a line break that is not allowed, or None."""
    for name, group in _header_texts(message).items():
        if any(_BREAKS.search(str(text)) for text in group if text is not None):
            return name
    return None if _SUBJECT.fullmatch(force_text(message.subject or "")) else "subject"


def _header_texts(message: MessageFields) -> dict[str, list[object]]:
    """Return the values of each field that becomes a header, or a part of one."""
    addresses = {
        "sender": [message._sender] if message._sender else [],
        "recipients": message.recipients,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply_to": as_list(message.reply_to),
    }
    texts: dict[str, list[object]] = {}
    for name, group in addresses.items():
        texts[name] = [part for one in group for part in (one if isinstance(one, (tuple, list)) else [one])]
    texts["extra_headers"] = [part for item in (message.extra_headers or {}).items() for part in item]
    texts["tag"], texts["message_stream"] = [message.tag], [message.message_stream]
    texts["attachments"] = []
    for attachment in message.attachments:
        texts["attachments"] += (
            attachment.filename,
            attachment.content_type,
            attachment.disposition,
            attachment.content_id,
            *(part for item in attachment.headers.items() for part in item),
        )
    return texts
