"""Emails, as their senders describe them."""

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
    "STREAM_LIMIT",
    "BaseEmail",
    "Email",
    "AddressedEmail",
    "Header",
    "TemplateEmail",
    "TrackLinks",
    "from_mapping",
]

# The metadata name under which every transport that carries metadata sends the `idempotency_key`.
KEY_NAME = "emailapi-key"
# The service's limit, in characters.
STREAM_LIMIT = 30


def _write_header(value: Address) -> str:
    return value.header


def write_headers(value: tuple[Address, ...]) -> str:
    """Write addresses as the value of one header."""
    return value[0].header if len(value) == 1 else ", ".join([address.header for address in value])


@attrs.frozen(kw_only=True)
class BaseEmail(Stored):
    """
    The fields of every kind of email (contract section 2.1).

    Attributes:
        sender: The From address: a string or an `Address`. The `sender` of the client is used if None.
        reply_to: Addresses that replies are sent to: a string, an `Address`, or a sequence of either.
        tag: A label that groups emails in the activity and in statistics; at most 1,000 characters.
        headers: Additional headers: a mapping, or a sequence of `Header`.
        track_opens: Whether the service records opens; needs an HTML body. The setting of the server applies if None.
            False cannot turn off tracking that the server turns on.
        track_links: The links whose clicks the service records: a `TrackLinks` or its value. The setting of the server
            applies if None.
        metadata: Up to ten names with values, for webhooks and searches; recipients do not see them. Names have up to
            20, values up to 80 characters.
        attachments: An `Attachment`, or a sequence of them; those with a `content_id` are inline images.
        message_stream: Id of the message stream. If None, the `message_stream` of the client is used, else the default
            of the service: `outbound`, or for a `BulkEmail` the default broadcast stream.
        idempotency_key: A key of 1 to 80 characters that names this email, by which it can be looked up after a
            failure. It is sent as metadata.
    """

    sender: Annotated[Address | None, Wire("From", write=_write_header)] = attrs.field(
        default=None, converter=fields.sender
    )
    reply_to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(
        default=fields.NO_ADDRESSES, converter=fields.reply_to
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
class AddressedEmail(BaseEmail):
    """
    An email with recipients; `to`, `cc` and `bcc` together have at most 50.

    Attributes:
        to: Recipients: a string, an `Address`, or a sequence of either.
        cc: Recipients of a copy, in the same forms.
        bcc: Recipients of a blind copy, in the same forms; the other recipients do not see them.
    """

    to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.to)
    cc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(
        default=fields.NO_ADDRESSES, converter=fields.cc
    )
    bcc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(
        default=fields.NO_ADDRESSES, converter=fields.bcc
    )


@attrs.frozen(kw_only=True)
class Email(AddressedEmail):
    """
    An email with its content.

    The constructor validates types, syntax and header injection, and raises `InvalidEmail` with the name of the field.
    Each transport validates its own limits before it sends anything. At least one of the two bodies is required.

    Besides its content, an email has recipients (`to`, `cc`, `bcc`), a `sender`, `reply_to`, `headers` and
    `attachments`, and for the service `tag`, `metadata`, `message_stream`, `track_opens`, `track_links` and
    `idempotency_key`. In Python, `help(Email.__base__)` and `help(Email.__base__.__base__)` describe these fields.

    Example:
        >>> email = Email(to="Jane <jane@example.com>", subject="Hi", text_body="Hello")
        >>> email.to[0].email
        'jane@example.com'

    Attributes:
        subject: The subject as plain text. A subject that is already encoded for a header (`=?utf-8?...?=`) is
            rejected.
        text_body: Plain text body; at most 5 MB at the service.
        html_body: HTML body; at most 5 MB at the service.
    """

    subject: str = attrs.field(default="", converter=fields.subject)
    text_body: str | None = attrs.field(default=None, converter=fields.text_body, repr=False)
    html_body: str | None = attrs.field(default=None, converter=fields.html_body, repr=False)


@attrs.frozen(kw_only=True)
class TemplateEmail(AddressedEmail):
    """
    An email whose content the service renders from a template (contract section 2.3).

    Either `template_id` or `template_alias` is required.

    Attributes:
        template_id: Id of the template. The service uses it if both id and alias are given.
        template_alias: Alias of the template.
        template_model: Values for the names used in the template; may be empty. JSON values: dates and datetimes are
            written in ISO 8601 and members of enumerations as their values. Nothing else is converted, and a value that
            JSON does not have is rejected with its path. Required.
        inline_css: Whether the service moves style sheets into the elements of the HTML body; True at the service if
            None.
    """

    template_model: dict[str, Any] = attrs.field(converter=fields.template_model, repr=False)
    template_id: int | None = attrs.field(default=None, converter=fields.template_id)
    template_alias: str | None = attrs.field(default=None, converter=fields.template_alias)
    inline_css: bool | None = attrs.field(default=None, converter=fields.inline_css)


def check_complete(email: Email) -> Address:
    """
    Check that an email has a sender, a recipient and a body.

    Returns:
        The sender.

    Raises:
        InvalidEmail: The sender, the recipients or the body is missing.
    """
    if email.sender is None:
        raise InvalidEmail("sender is missing", field="sender")
    if not (email.to or email.cc or email.bcc):
        raise InvalidEmail("no recipients: to, cc and bcc are empty", field="to")
    if email.text_body is None and email.html_body is None:
        raise InvalidEmail("an email needs a text_body or an html_body", field="text_body")
    return email.sender
