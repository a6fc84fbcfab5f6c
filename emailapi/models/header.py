"""Additional headers of an email."""

from __future__ import annotations

import re

import attrs

from .._records import Part
from ..errors import InvalidEmail
from .text import convert_header_text, convert_text

_HEADER_NAME = re.compile(r"[!-9;-~]+")
# Headers for addresses and structure follow from the fields of an email: a second header would contradict them.
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
        raise InvalidEmail(
            f"{value!r} is not a valid header name: use printable ASCII without colon and space", field="name"
        )
    value = convert_text(value, "name")
    name = value.lower()
    if name in _STRUCTURAL or name.startswith("content-"):
        field = _STRUCTURAL.get(name)
        hint = f"use the field {field}" if field else "it follows from the parts of the email"
        raise InvalidEmail(f"header {value!r} must not be set: {hint}", field="name")
    return value


def _header_value(value: str) -> str:
    return convert_header_text(value, "value")


@attrs.frozen
class Header(Part):
    """
    An additional header of an email.

    Headers that follow from the fields of an email are rejected: From, To, Cc, Bcc, Reply-To, Subject, MIME-Version and
    all whose names begin with `Content-`.

    Attributes:
        name: Name of the header, such as `List-Unsubscribe`: printable ASCII without colon or space. Required.
        value: Value of the header, without line breaks. Encoded words (RFC 2047) are sent as they are. Required.
    """

    name: str = attrs.field(converter=_header_name)
    value: str = attrs.field(converter=_header_value)
