"""A mail, as its sender describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import attrs

from ..errors import InvalidEmail
from ..wire import NOT_ON_WIRE, Wire
from . import fields
from .address import Address
from .attachment import Attachment
from .fields import TrackLinks, from_mapping
from .header import Header
from .stored import Stored

__all__ = [
    "KEY_NAME",
    "METADATA_NAME_LIMIT",
    "METADATA_VALUE_LIMIT",
    "STREAM_LIMIT",
    "BaseEmail",
    "Email",
    "Envelope",
    "Header",
    "TemplateEmail",
    "TrackLinks",
    "from_mapping",
]

# The metadata pair that a mail's `idempotency_key` travels in, whichever way out takes metadata.
KEY_NAME = "emailapi-key"
# The service's limits, in characters.
METADATA_NAME_LIMIT = 20
METADATA_VALUE_LIMIT = 80
STREAM_LIMIT = 30


def _write_header(value: Address) -> str:
    return value.header


def write_headers(value: tuple[Address, ...]) -> str:
    """Write the addresses of one header."""
    return value[0].header if len(value) == 1 else ", ".join([address.header for address in value])


@attrs.frozen(kw_only=True)
class BaseEmail(Stored):
    """
    What every kind of mail has.

    Attributes:
        sender: One address; the client's `sender` when None.
        reply_to: Where answers go: a string, an `Address`, or a sequence of either.
        tag: One word to group mails by in activity and statistics.
        headers: A mapping, or a sequence of `Header`.
        track_opens: Whether opens are seen; the server's setting when None.
        track_links: Which links are tracked, a `TrackLinks` or its value; the server's setting when None.
        metadata: Up to ten texts of the sender's own, by name; recipients do not see them.
        attachments: Files; with a `content_id` they are inline parts.
        message_stream: The stream's id; the client's `message_stream` when None, else the service's default.
        idempotency_key: Names this one mail, so that it can be looked up; at most 80 characters.
    """

    sender: Annotated[Address | None, Wire("From", write=_write_header)] = attrs.field(
        default=None, converter=fields.sender
    )
    reply_to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(
        default=(), converter=fields.reply_to
    )
    tag: str | None = attrs.field(default=None, converter=fields.tag)
    headers: tuple[Header, ...] = attrs.field(default=(), converter=fields.headers, repr=False)
    track_opens: bool | None = attrs.field(default=None, converter=fields.track_opens)
    track_links: TrackLinks | str | None = attrs.field(default=None, converter=fields.track_links)
    metadata: dict[str, str] = attrs.field(default=fields.NO_METADATA, converter=fields.metadata)
    attachments: tuple[Attachment, ...] = attrs.field(default=(), converter=fields.attachments, repr=False)
    message_stream: str | None = attrs.field(default=None, converter=fields.message_stream)
    idempotency_key: Annotated[str | None, NOT_ON_WIRE] = attrs.field(default=None, converter=fields.idempotency_key)

    def _filled_in(self, values: Mapping[str, object]) -> Self:
        """Return a copy with some fields changed to values that are valid, as the defaults of a client are."""
        copied, put = object.__new__(type(self)), object.__setattr__
        for name in fields.names_of(type(self)):  # type: ignore[arg-type]
            put(copied, name, getattr(self, name))
        for name, value in values.items():
            put(copied, name, value)
        return copied


@attrs.frozen(kw_only=True)
class Envelope(BaseEmail):
    """
    A mail with its recipients.

    Attributes:
        to: A string, an `Address`, or a sequence of either; so are `cc` and `bcc`.
        cc: Who gets a copy.
        bcc: Who gets a copy that the others do not see.
    """

    to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.to)
    cc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.cc)
    bcc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.bcc)


@attrs.frozen(kw_only=True)
class Email(Envelope):
    """
    One mail.

    Building it checks types, syntax and injection; each way out checks its own limits before a byte leaves.

    Attributes:
        subject: Its text, not encoded; one that was encoded for a header (`=?utf-8?...?=`) is refused.
        text_body: The plain version; one of the two bodies is needed.
        html_body: The HTML version.
    """

    subject: str = attrs.field(default="", converter=fields.subject)
    text_body: str | None = attrs.field(default=None, converter=fields.text_body, repr=False)
    html_body: str | None = attrs.field(default=None, converter=fields.html_body, repr=False)


@attrs.frozen(kw_only=True)
class TemplateEmail(Envelope):
    """
    One mail that the service makes of a template.

    Attributes:
        template_id: The template, by its id, which wins if both are given.
        template_alias: The template, by its alias.
        template_model: What the template's names stand for; may be empty. JSON values: dates and datetimes are written
            in ISO 8601, members of enumerations as their values; nothing else is converted, and what JSON does not have
            is refused by its path.
        inline_css: Whether styles are written into the elements; the service does when None.
    """

    template_model: dict[str, Any] = attrs.field(converter=fields.template_model, repr=False)
    template_id: int | None = attrs.field(default=None, converter=fields.template_id)
    template_alias: str | None = attrs.field(default=None, converter=fields.template_alias)
    inline_css: bool | None = attrs.field(default=None, converter=fields.inline_css)


def check_whole(email: Email) -> Address:
    """
    Return a mail's sender when the mail has all that a mail needs.

    Raises:
        InvalidEmail: It has no sender, no recipient or no body.
    """
    if email.sender is None:
        raise InvalidEmail("sender is missing", field="sender")
    if not (email.to or email.cc or email.bcc):
        raise InvalidEmail("nobody to send to: to, cc and bcc are empty", field="to")
    if email.text_body is None and email.html_body is None:
        raise InvalidEmail("a mail needs a text_body or an html_body", field="text_body")
    return email.sender
