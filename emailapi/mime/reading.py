"""Converting a ready message to an `Email`."""

from __future__ import annotations

import re
from email.message import Message
from typing import Any

from ..errors import InvalidEmail
from ..models.email import Email
from ..models.header import Header
from .from_parts import read_parts
from .header_values import SEND_AS_GIVEN, addresses_of, by_library, raw_text, text_of, values_of
from .headers import ADDRESS_HEADERS, STRUCTURED, is_signature
from .parsing import parse
from .x_pm_headers import read_postmark

_ADDRESSES = {"from": "sender", "to": "to", "cc": "cc", "bcc": "bcc", "reply-to": "reply_to"}
_COMMENT = re.compile(r"\(.*\)|\s")


def from_message(message: Message | str | bytes) -> Email:
    """
    Convert a ready message, an object of the standard library or its bytes, to an `Email`.

    Every header of the message becomes a field of the email or one of its `headers`, or the message is rejected, and
    the error names the header: nothing is dropped silently. The same holds for the headers and parameters of parts.
    Postmark's `X-PM-` headers become the fields that they stand for. MIME-Version, boundaries and transfer encodings
    are written anew, with the same meaning. Only content that no reader shows is left out: text before and after the
    parts, and the Content-ID of a file that no HTML refers to.

    Raises:
        InvalidEmail: An `Email` cannot express a part of the message: Resent headers, a DKIM signature, a second text,
            a calendar among the alternatives, a signed or encrypted message, several From addresses, an unknown
            charset, a header whose value is not text. The error names the part, and what to do.
    """
    return by_library(lambda: Email(**_fields(parse(message))))


def _fields(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, field in _ADDRESSES.items():
        found = addresses_of(message, name)
        if found:
            fields[field] = found
    senders = fields.get("sender")
    if senders:
        if len(senders) > 1:
            raise InvalidEmail(
                f"From has {len(senders)} addresses, but an email has one sender: put the others in Reply-To, or "
                f"{SEND_AS_GIVEN}",
                field="sender",
            )
        fields["sender"] = senders[0]
    subjects = values_of(message, "subject")
    if len(subjects) > 1:
        raise InvalidEmail("the message has more than one Subject: delete one before you set another", field="subject")
    if subjects:
        fields["subject"] = text_of(subjects[0], "Subject")
    fields["headers"] = _headers(message, fields)
    fields.update(read_parts(message))
    return fields


def _headers(message: Message, fields: dict[str, Any]) -> list[Header]:
    """Return the headers that are not fields of an email; Postmark's `X-PM-` headers are put into the fields."""
    kept = []
    for name, value in message.raw_items():
        kind = name.strip().lower()
        if value is None or kind in _ADDRESSES or kind == "subject" or kind.startswith("content-"):
            continue
        _check_header(name, kind)
        text = raw_text(value, name) if kind in STRUCTURED | ADDRESS_HEADERS else text_of(value, name)
        if kind == "mime-version":
            _check_version(text)
        elif not read_postmark(name, text, fields):
            try:
                kept.append(Header(name, text))
            except InvalidEmail as error:
                raise InvalidEmail(f"{name}: {error.message}", field="headers") from None
    return kept


def _check_header(name: str, kind: str) -> None:
    """
    Reject a header that would mean something else in a converted email than in the message.

    Raises:
        InvalidEmail: The header is one of these; the field is "headers".
    """
    if kind.startswith("resent-"):
        raise InvalidEmail(
            f"{name}: an email sent by the API goes to its To, Cc and Bcc, not to the Resent recipients: remove the "
            f"Resent headers and set To, or {SEND_AS_GIVEN}",
            field="headers",
        )
    if is_signature(kind):
        raise InvalidEmail(
            f"{name}: the signature would not be valid for the converted message: remove the header, or "
            f"{SEND_AS_GIVEN}",
            field="headers",
        )


def _check_version(text: str) -> None:
    if _COMMENT.sub("", text) not in ("1.0", ""):
        raise InvalidEmail(f"MIME-Version must be 1.0, got {text[:40]!r}: {SEND_AS_GIVEN}", field="headers")
