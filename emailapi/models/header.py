"""Headers of the sender's own."""

from __future__ import annotations

import re

import attrs

from ..errors import InvalidEmail
from .text import header_text, plain_text

_HEADER_NAME = re.compile(r"[!-9;-~]+")
# Headers that say where a mail goes or how it is built come from its fields: a second one would contradict them.
_STRUCTURAL = {
    "from": "sender",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "reply-to": "reply_to",
    "subject": "subject",
    "mime-version": "",
}


def _header_name(value: str) -> str:
    if not isinstance(value, str) or not _HEADER_NAME.fullmatch(value):
        raise InvalidEmail(f"{value!r} is no header name: printable ASCII without colon and space", field="name")
    value = plain_text(value, "name")
    name = value.lower()
    if name in _STRUCTURAL or name.startswith("content-"):
        field = _STRUCTURAL.get(name)
        hint = f"use {field}=" if field else "it is written from the mail's parts"
        raise InvalidEmail(f"{value!r} cannot be a header of your own: {hint}", field="name")
    return value


def _header_value(value: str) -> str:
    return header_text(value, "value")


@attrs.frozen
class Header:
    """
    One header of the sender's own.

    Attributes:
        name: As in `List-Unsubscribe`.
        value: Its text, not folded. Encoded words (RFC 2047) in it leave as they are, and are decoded by the reader.
    """

    name: str = attrs.field(converter=_header_name)
    value: str = attrs.field(converter=_header_value)
