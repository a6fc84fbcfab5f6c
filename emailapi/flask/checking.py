"""Validation of types, and of line breaks in fields that become headers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import InvalidEmail
from .attachment import Attachment
from .sanitizing import MessageAddress, as_list, force_text, is_address

if TYPE_CHECKING:
    from .fields import MessageFields

_BREAKS = re.compile("[\r\n\0]")
# One line, or a folded one: each continuation begins with a space or tab, and is not blank.
_SUBJECT = re.compile(r"[^\r\n\0]*(?:\r\n[ \t]+[^\s][^\r\n\0]*)*")


def check_types(message: MessageFields) -> None:
    """
    Check the types of fields that the models of `emailapi` do not check.

    Raises:
        InvalidEmail: A field has a wrong type; the error names it.
    """
    for name, group in _addresses(message).items():
        for place, one in enumerate(group):
            if not is_address(one):
                where = name if name == "sender" else f"{name}[{place}]"
                why = f"must be an address, or a pair of name and address, got {type(one).__name__}"
                raise InvalidEmail(f"{where}: {why}", field=name)
    for place, attachment in enumerate(message.attachments):
        if not isinstance(attachment, Attachment):
            found = f"{type(attachment).__module__}.{type(attachment).__name__}"
            raise InvalidEmail(
                f"attachments[{place}] must be an emailapi.flask.Attachment, got {found}", field="attachments"
            )
    for name in ("extra_headers", "alts"):
        value = getattr(message, name)
        if value is not None and not isinstance(value, Mapping):
            raise InvalidEmail(f"{name} must be a mapping, got {type(value).__name__}", field=name)
    for subtype in message.alts:
        if not isinstance(subtype, str):
            raise InvalidEmail(f"alts must have MIME subtypes of text as keys, got {subtype!r}", field="alts")
    date = message.date
    if date is not None and (isinstance(date, bool) or not isinstance(date, (int, float)) or not math.isfinite(date)):
        raise InvalidEmail(f"date must be a Unix time in seconds, got {date!r:.40}", field="date")
    for name, value in (("charset", message.charset), ("msgId", message._msgid)):
        if value is not None and not isinstance(value, str):
            raise InvalidEmail(f"{name} must be a string, got {type(value).__name__}", field=name)


def bad_header(message: MessageFields) -> str | None:
    """Return the name of the first field with a line break that is not allowed, or None."""
    for name, group in _header_texts(message).items():
        if any(_BREAKS.search(str(text)) for text in group if text is not None):
            return name
    return None if _SUBJECT.fullmatch(force_text(message.subject or "")) else "subject"


def _addresses(message: MessageFields) -> dict[str, list[MessageAddress]]:
    return {
        "sender": [message._sender] if message._sender else [],
        "recipients": message.recipients,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply_to": as_list(message.reply_to),
    }


def _header_texts(message: MessageFields) -> dict[str, list[object]]:
    """Return the values of each field that becomes a header, or a part of one."""
    texts: dict[str, list[object]] = {}
    for name, group in _addresses(message).items():
        texts[name] = [part for one in group for part in (one if isinstance(one, (tuple, list)) else [one])]
    texts["extra_headers"] = [part for item in (message.extra_headers or {}).items() for part in item]
    texts |= {"tag": [message.tag], "message_stream": [message.message_stream], "msgId": [message._msgid]}
    texts |= {"mail_options": [*message.mail_options], "rcpt_options": [*message.rcpt_options]}
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
