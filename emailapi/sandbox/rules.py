"""
What a mail must be like to be accepted.

These are the service's rules (contract sections 2.1 and 3), written down a second time on purpose: were the
sandbox to check with the client's own validators, a mistake in them would pass on both sides. So the wire names stand
here literally, too.
"""

from __future__ import annotations

import re

import attrs

from .addresses import Mailbox, read_addresses
from .attachments import File, read_attachments
from .fields import array, body_of, encodable, entry, flag_of, required_text, text_of, wrong_type
from .rejection import Rejection

MEGABYTE = 1_000_000
MESSAGE_BYTES = 10 * MEGABYTE
BATCH_BYTES = 50 * MEGABYTE
BATCH_MESSAGES = 500
BODY_BYTES = 5 * MEGABYTE
RECIPIENTS = 50
FROM_UNITS = 255
SUBJECT_UNITS = 2000
TAG_LENGTH = 1000
METADATA_PAIRS = 10
METADATA_NAME = 20
METADATA_VALUE = 80
TRACK_LINKS = ("None", "HtmlAndText", "HtmlOnly", "TextOnly")

_HEADER_NAME = re.compile(r"[!-9;-~]+")
_CONTROL = re.compile("[\r\n\0]")


@attrs.frozen(kw_only=True)
class Mail:
    """
    One mail that keeps the rules, by our names.

    Attributes:
        sender: The From field as sent.
        sender_address: The address in it.
        to: The To field as sent, which the answer repeats; `to_list` its addresses; `cc` and `bcc` likewise.
        stream: The stream's id.
        links_tracked: None leaves it to the server, as does `opens_tracked`.
    """

    sender: str
    sender_address: str
    to: str
    to_list: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    bcc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    subject: str
    text_body: str | None = attrs.field(repr=False)
    html_body: str | None = attrs.field(repr=False)
    tag: str | None
    stream: str
    opens_tracked: bool | None
    links_tracked: str | None
    headers: tuple[tuple[str, str], ...]
    metadata: dict[str, str]
    attachments: tuple[File, ...]

    @property
    def recipients(self) -> dict[str, Mailbox]:
        """Each address once, by the form it is compared in, in the order To, Cc, Bcc."""
        found: dict[str, Mailbox] = {}
        for mailbox in (*self.to_list, *self.cc, *self.bcc):
            found.setdefault(mailbox.key, mailbox)
        return found

    def header(self, name: str) -> str | None:
        """Return the first of the sender's own headers of this name, in any case of letters."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


def utf16_units(text: str) -> int:
    """Count as the service does: in UTF-16, where an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _at_most(text: str, name: str, limit: int, length: int) -> str:
    if length > limit:
        raise Rejection(300, f"'{name}' has {length} characters; the limit is {limit}.")
    return text


def _sender(item: dict[str, object]) -> tuple[str, str]:
    text = (text_of(item, "From") or "").strip()
    _at_most(text, "From", FROM_UNITS, utf16_units(text))
    found = read_addresses(text, "From")
    if len(found) != 1:
        raise Rejection(300, f"Invalid 'From' address: '{text}'.")
    return text, found[0].email


def _addressees(item: dict[str, object]) -> tuple[str, list[tuple[Mailbox, ...]]]:
    texts = [text_of(item, field) or "" for field in ("To", "Cc", "Bcc")]
    lists = [read_addresses(text, field) for text, field in zip(texts, ("To", "Cc", "Bcc"), strict=True)]
    count = sum(map(len, lists))
    if not count:
        raise Rejection(300, "Zero recipients specified.")
    if count > RECIPIENTS:
        raise Rejection(300, f"'To', 'Cc' and 'Bcc' have {count} recipients; the limit is {RECIPIENTS} for all three.")
    return texts[0].strip(), lists


def _bodies(item: dict[str, object]) -> tuple[str | None, str | None]:
    text, html = body_of(item, "TextBody"), body_of(item, "HtmlBody")
    if not text and not html:
        raise Rejection(300, "Provide either email TextBody or HtmlBody or both.")
    for name, body in (("TextBody", text), ("HtmlBody", html)):
        # A character is four bytes at most: most bodies need no counting.
        if body and len(body) * 4 > BODY_BYTES and len(body.encode()) > BODY_BYTES:
            raise Rejection(300, f"'{name}' is larger than {BODY_BYTES // MEGABYTE} MB.")
    return text, html


def _headers(item: dict[str, object]) -> tuple[tuple[str, str], ...]:
    found = []
    for row in array(item, "Headers"):
        header = entry(row, "Headers")
        name = required_text(header, "Name", "Header")
        if not _HEADER_NAME.fullmatch(name):
            raise Rejection(300, f"'{name}' is no header name.")
        found.append((name, text_of(header, "Value") or ""))
    return tuple(found)


def _invalid_metadata(reason: str) -> Rejection:
    return Rejection(300, f"Invalid metadata content. {reason}")


def _metadata(item: dict[str, object]) -> dict[str, str]:
    value = item.get("Metadata")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type("Metadata", "an object", value)
    if len(value) > METADATA_PAIRS:
        raise _invalid_metadata(f"There are {len(value)} pairs; the limit is {METADATA_PAIRS}.")
    for name, text in value.items():
        encodable(name, "Metadata")
        if not 1 <= len(name) <= METADATA_NAME or _CONTROL.search(name):
            raise _invalid_metadata(f"Field names have 1 to {METADATA_NAME} characters, unlike '{name[:80]}'.")
        if not isinstance(text, str):
            raise _invalid_metadata(f"The value of '{name}' is no string.")
        if len(encodable(text, "Metadata")) > METADATA_VALUE or _CONTROL.search(text):
            raise _invalid_metadata(f"The value of '{name}' has more than {METADATA_VALUE} characters, or line breaks.")
    if len({name.lower() for name in value}) < len(value):
        raise _invalid_metadata("Field names must differ in more than the case of their letters.")
    return value


def _track_links(item: dict[str, object]) -> str | None:
    value = text_of(item, "TrackLinks")
    if value and value not in TRACK_LINKS:
        raise Rejection(300, f"Invalid 'TrackLinks' value: '{value[:80]}'. Known: {', '.join(TRACK_LINKS)}.")
    return value or None


def check(item: object) -> Mail:
    """
    Return the mail that one JSON value describes.

    Raises:
        Rejection: 300 for a mail that breaks a rule, 403 for another JSON type, 411 for a forbidden file.
    """
    if not isinstance(item, dict):
        raise wrong_type("message", "an object", item)
    sender, sender_address = _sender(item)
    to, lists = _addressees(item)
    subject, tag = text_of(item, "Subject") or "", text_of(item, "Tag") or ""
    text, html = _bodies(item)
    files = read_attachments(item)
    size = len((text or "").encode()) + len((html or "").encode()) + sum(file.size for file in files)
    if size > MESSAGE_BYTES:
        raise Rejection(300, f"The message is larger than {MESSAGE_BYTES // MEGABYTE} MB.")
    return Mail(
        sender=sender,
        sender_address=sender_address,
        to=to,
        to_list=lists[0],
        cc=lists[1],
        bcc=lists[2],
        reply_to=read_addresses(text_of(item, "ReplyTo") or "", "Reply-To"),
        subject=_at_most(subject, "Subject", SUBJECT_UNITS, utf16_units(subject)),
        text_body=text,
        html_body=html,
        tag=_at_most(tag, "Tag", TAG_LENGTH, len(tag)) or None,
        stream=text_of(item, "MessageStream") or "outbound",
        opens_tracked=flag_of(item, "TrackOpens"),
        links_tracked=_track_links(item),
        headers=_headers(item),
        metadata=_metadata(item),
        attachments=files,
    )
