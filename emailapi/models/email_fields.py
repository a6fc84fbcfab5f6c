"""
The mappings that are accepted as emails, for type checkers.

Each function that takes an email also takes any mapping with its names; a mapping that is annotated with one of these
types is checked for misspelt names and wrong types before the program runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Required, TypedDict

from .address import Address, Addresses
from .attachment import Attachment, BinaryFile
from .bulk import BulkMessage
from .fields import Headers, TrackLinks, TrackLinksName


class AttachmentFields(TypedDict, total=False):
    """
    The fields of an `Attachment`.

    Attributes:
        name: File name shown to the recipient; required.
        content: The raw bytes, or a file that is open in binary mode; required.
        content_type: MIME type; guessed from the name if it is not given.
        content_id: Makes the file an inline part.
    """

    name: Required[str]
    content: Required[bytes | BinaryFile]
    content_type: str | None
    content_id: str | None


class BaseEmailFields(TypedDict, total=False):
    """
    The fields of every kind of email, see `Email`.

    Attributes:
        sender: The From address.
        reply_to: Addresses that replies are sent to.
        tag: A label that groups emails.
        headers: Additional headers.
        track_opens: Whether the service records opens.
        track_links: The links whose clicks the service records.
        metadata: Names with values, for webhooks and searches.
        attachments: Files, as `Attachment` or mapping.
        message_stream: Id of the message stream.
        idempotency_key: A key that names this email.
    """

    sender: str | Address | None
    reply_to: Addresses
    tag: str | None
    headers: Headers
    track_opens: bool | None
    track_links: TrackLinks | TrackLinksName | None
    metadata: Mapping[str, str] | None
    attachments: Attachment | AttachmentFields | Iterable[Attachment | AttachmentFields] | None
    message_stream: str | None
    idempotency_key: str | None


class AddressedEmailFields(BaseEmailFields, total=False):
    """
    The fields of an email with recipients.

    Attributes:
        to: Recipients.
        cc: Recipients of a copy.
        bcc: Recipients of a blind copy.
    """

    to: Addresses
    cc: Addresses
    bcc: Addresses


class EmailFields(AddressedEmailFields, total=False):
    """
    The fields of an `Email`, for `outbound.send`, `send_batch` and `send_many`.

    Attributes:
        subject: The subject.
        text_body: Plain text body.
        html_body: HTML body.
    """

    subject: str | None
    text_body: str | None
    html_body: str | None


class TemplateEmailFields(AddressedEmailFields, total=False):
    """
    The fields of a `TemplateEmail`, for `outbound.send_template` and `send_template_batch`.

    Attributes:
        template_model: Values for the names used in the template; required.
        template_id: Id of the template.
        template_alias: Alias of the template.
        inline_css: Whether the service moves style sheets into elements.
    """

    template_model: Required[Mapping[str, Any]]
    template_id: int | None
    template_alias: str | None
    inline_css: bool | None


class BulkMessageFields(TypedDict, total=False):
    """
    The fields of a `BulkMessage`.

    Attributes:
        to: Recipients.
        cc: Recipients of a copy.
        bcc: Recipients of a blind copy.
        template_model: Values for the names used in subject and bodies.
        metadata: Metadata of this message.
        headers: Headers of this message.
    """

    to: Addresses
    cc: Addresses
    bcc: Addresses
    template_model: Mapping[str, Any] | None
    metadata: Mapping[str, str] | None
    headers: Headers


class BulkEmailFields(BaseEmailFields, total=False):
    """
    The fields of a `BulkEmail`, for `outbound.send_bulk`.

    Attributes:
        messages: The messages, as `BulkMessage` or mapping; required.
        subject: Subject, in the template language.
        text_body: Plain text body, in the template language.
        html_body: HTML body, in the template language.
        template_id: Id of a template to use instead.
        template_alias: Alias of a template to use instead.
        inline_css: Whether the service moves style sheets into elements.
    """

    messages: Required[Iterable[BulkMessage | BulkMessageFields]]
    subject: str | None
    text_body: str | None
    html_body: str | None
    template_id: int | None
    template_alias: str | None
    inline_css: bool | None
