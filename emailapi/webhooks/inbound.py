"""The event of an email that came in, with its files, and the same as a message of the standard library."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import attrs

from .._records import Immutable
from ..errors import InvalidEmail
from ..models.attachment import Attachment
from ..models.inbound import InboundAddress, InboundHeader
from ..wire import NOT_ON_WIRE, Wire, parse_date
from .base import BaseEvent

if TYPE_CHECKING:
    from email.message import EmailMessage


def _read_header_date(value: object) -> datetime | None:
    """Read a Date header, with or without its weekday, or a date in ISO 8601."""
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):  # senders write anything into a Date
        return parse_date(value)


@attrs.frozen(kw_only=True)
class InboundEvent(BaseEvent):
    """
    An email came in.

    Attributes:
        message_id: The service's id of the message; the sender's own is `message_id_header`.
        recipient: The address of yours that the email was sent to.
        at: The Date header, in UTC; None if the header is not a valid date.
        date: The Date header, as the sender wrote it.
        sender: The address in the From header.
        sender_name: The name in the From header.
        sender_full: The From header in its parts.
        to: The To header.
        to_full: The To header in its parts.
        cc: The Cc header.
        cc_full: The Cc header in its parts.
        bcc: The Bcc header, where the email had one.
        bcc_full: The recipients that stand neither in To nor in Cc.
        reply_to: The Reply-To header.
        subject: The subject.
        mailbox_hash: The text behind the `+` in the address that the email was sent to.
        text_body: The plain text.
        html_body: The HTML.
        reply_text: The text of a reply, without the quoted message; the service finds it in plain texts in English.
        headers: The other headers.
        attachments: The files, decoded.
        raw_email: The source of the message, where the server is set to include it.
    """

    _needed = frozenset(("message_id", "sender"))

    recipient: Annotated[str | None, Wire("OriginalRecipient")] = None
    at: Annotated[datetime | None, Wire("Date", read=_read_header_date)] = None
    date: str | None = None
    sender: Annotated[str | None, Wire("From")] = None
    sender_name: Annotated[str | None, Wire("FromName")] = None
    sender_full: Annotated[InboundAddress, Wire("FromFull")] = attrs.field(factory=InboundAddress)
    to: str | None = None
    to_full: tuple[InboundAddress, ...] = ()
    cc: str | None = None
    cc_full: tuple[InboundAddress, ...] = ()
    bcc: str | None = None
    bcc_full: tuple[InboundAddress, ...] = ()
    reply_to: str | None = None
    subject: str | None = None
    mailbox_hash: str | None = None
    text_body: str | None = attrs.field(default=None, repr=False)
    html_body: str | None = attrs.field(default=None, repr=False)
    reply_text: Annotated[str | None, Wire("StrippedTextReply")] = attrs.field(default=None, repr=False)
    headers: tuple[InboundHeader, ...] = attrs.field(default=(), repr=False)
    attachments: Annotated[tuple[Attachment, ...], NOT_ON_WIRE] = ()
    raw_email: str | None = attrs.field(default=None, repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of the first of the `headers` with a name, in any case of letters, or None."""
        wanted = name.lower()
        return next((header.value for header in self.headers if header.name.lower() == wanted), None)

    @property
    def message_id_header(self) -> str | None:
        """The Message-ID that the sender's program gave the email, which replies refer to."""
        return self.header("Message-ID")

    @property
    def spam_score(self) -> float | None:
        """The spam score of the service's filter; None when the email was not scored."""
        try:
            score = float(self.header("X-Spam-Score") or "")
        except ValueError:
            return None
        return score if math.isfinite(score) else None

    def to_message(self) -> EmailMessage:
        """
        Return the email as a message of the standard library.

        It is parsed from `raw_email` where the payload has it. Otherwise it is put together of the parts: its text is
        the same, its bytes are not those that arrived, and a signature over them does not hold.
        """
        from .messages import address_list, build_message, parse_source

        if self.raw_email:
            return parse_source(self.raw_email)
        sender = self.sender_full if self.sender_full.email else InboundAddress(email=self.sender or "")
        headers = [
            ("From", address_list([sender])),
            ("To", address_list(self.to_full) or self.to),
            ("Cc", address_list(self.cc_full) or self.cc),
            ("Reply-To", self.reply_to),
            ("Subject", self.subject),
            ("Date", self.date),
            *[(header.name, header.value) for header in self.headers],
        ]
        return build_message(headers, self.text_body, self.html_body, self.attachments)

    @property
    def _is_identified(self) -> bool:
        return bool(self.message_id)


@attrs.frozen(kw_only=True)
class ReceivedFile(Immutable):
    """
    A file of a payload, before it is decoded.

    Attributes:
        name: The file's name.
        content: The content in base64; the test payloads of the service have another name for it.
        content_type: The MIME type.
        content_length: The size in bytes.
        content_id: The name by which HTML refers to it.
    """

    name: str | None = None
    content: Annotated[str | None, Wire(also="Data")] = attrs.field(default=None, repr=False)
    content_type: str | None = None
    content_length: int | None = None
    content_id: Annotated[str | None, Wire("ContentID")] = None


@attrs.frozen(kw_only=True)
class ReceivedFiles(Immutable):
    """
    The files of a payload.

    Attributes:
        attachments: Each file.
    """

    attachments: tuple[ReceivedFile, ...] = ()


def decode(file: ReceivedFile, place: int, problems: list[str]) -> Attachment | None:
    """
    Return a file as an attachment, or None when its content cannot be decoded.

    A name, type or id that an attachment cannot have is replaced; a problem is noted for each.
    """
    path = f"Attachments[{place}]"
    try:
        content = Attachment.from_base64("file", file.content or "").content
    except InvalidEmail:
        problems.append(f"{path}.Content: not valid base64")
        return None
    found = Attachment(name=f"attachment-{place + 1}", content=content)
    for attribute, name in (("name", "Name"), ("content_type", "ContentType"), ("content_id", "ContentID")):
        value = getattr(file, attribute)
        if not value:
            continue
        try:
            # The type is guessed from the name, unless the payload has one.
            kept = {"content_type": None} if attribute == "name" else {}
            found = attrs.evolve(found, **{attribute: value, **kept})
        except InvalidEmail as error:
            problems.append(f"{path}.{name}: {error.message[:100]}")
    return found
