"""A ready message to an `Email`."""

from __future__ import annotations

from email.message import Message
from typing import Any

from ..errors import InvalidEmail
from ..models.email import Email
from ..models.header import Header
from .headers import ADDRESS_HEADERS, STRUCTURED
from .postmark import read_postmark
from .reading_parts import read_parts
from .values import addresses_of, by_library, parse, raw_text, text_of, values_of

_ADDRESSES = {"from": "sender", "to": "to", "cc": "cc", "bcc": "bcc", "reply-to": "reply_to"}


def from_message(message: Message | str | bytes) -> Email:
    """
    Return what a ready message says as an `Email`: from the standard library's classes, or bytes.

    Headers that are no field of a mail become its `headers`, with trace and signatures: a DKIM signature does not hold
    over a mail that is written anew, and counts as none. What Postmark reads in `X-PM-` headers becomes the fields it
    stands for. Left behind is what changes nothing that a reader is shown: preambles, Content-Language and the like,
    a part's own other headers, and the id of a file that no HTML shows.

    Raises:
        InvalidEmail: Naming what an `Email` cannot say: a second text, a calendar among the alternatives, a signed or
            encrypted message, several From addresses, a charset nobody knows.
    """
    given = parse(message)
    fields: dict[str, Any] = {}
    for name, field in _ADDRESSES.items():
        found = addresses_of(given, name)
        if found:
            fields[field] = found
    senders = fields.get("sender")
    if senders:
        if len(senders) > 1:
            raise InvalidEmail(f"From has {len(senders)} addresses, a mail has one sender", field="sender")
        fields["sender"] = senders[0]
    subjects = values_of(given, "subject")
    if len(subjects) > 1:
        raise InvalidEmail("the message has more than one Subject", field="subject")
    if subjects:
        fields["subject"] = text_of(subjects[0], "Subject")
    fields["headers"] = _headers(given, fields)
    fields.update(by_library(lambda: read_parts(given)))
    return Email(**fields)


def _headers(message: Message, fields: dict[str, Any]) -> list[Header]:
    """Return the headers that are no fields of a mail; what Postmark reads in one is put into the fields."""
    kept = []
    for name, value in message.raw_items():
        kind = name.strip().lower()
        if kind in _ADDRESSES or kind in ("subject", "mime-version") or kind.startswith("content-"):
            continue
        if kind == "resent-bcc":
            raise InvalidEmail("Resent-Bcc: a mail has no recipients but to, cc and bcc", field="headers")
        text = raw_text(value, name) if kind in STRUCTURED | ADDRESS_HEADERS else text_of(value, name)
        if read_postmark(name, text, fields):
            continue
        try:
            kept.append(Header(name, text))
        except InvalidEmail as error:
            raise InvalidEmail(f"{name}: {error.message}", field="headers") from None
    return kept
