"""A sent email, for tests."""

from __future__ import annotations

from typing import Any

import attrs

from ..errors import InvalidEmail
from ..mime import to_bytes
from ..mime.readable import ReadableEmail
from ..models.address import Address
from ..models.attachment import Attachment
from ..models.email import Email, TemplateEmail
from ..models.fields import TrackLinks
from ..models.header import Header
from ..models.outbound import SendResult
from ..wire import dump_json, load_json, write


@attrs.define(kw_only=True, eq=False, repr=False, slots=False)
class SentEmail(ReadableEmail):
    """
    An email that was sent, with its fields, links, codes, payload and MIME message.

    Fields that the class of email does not have are None or empty: a `TemplateEmail` has no bodies.

    Attributes:
        sender: The From address.
        to: Recipients.
        cc: Recipients of a copy.
        bcc: Recipients of a blind copy.
        reply_to: Addresses that replies are sent to.
        subject: The subject; "" if it comes from a template.
        text_body: Plain text body.
        html_body: HTML body.
        tag: The tag.
        metadata: The metadata.
        headers: Additional headers.
        attachments: The attachments.
        track_opens: Whether opens are recorded.
        track_links: The links whose clicks are recorded.
        message_stream: Id of the message stream.
        idempotency_key: The key that the email carries.
        template_id: Id of the template.
        template_alias: Alias of the template.
        template_model: Values for the names used in the template.
        email: The email; for a bulk request, the email of one recipient.
        result: The result that the caller received; for a bulk request, a result for this recipient.
        via: The transport: `"api"`, `"smtp"`, `"lmtp"`, `"ses"`, `"memory"` or `"console"`, else the name of its class.
    """

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text_body: str | None = None
    html_body: str | None = None
    tag: str | None = None
    metadata: dict[str, str] = attrs.field(factory=dict)
    headers: tuple[Header, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    track_opens: bool | None = None
    track_links: TrackLinks | str | None = None
    message_stream: str | None = None
    idempotency_key: str | None = None
    template_id: int | None = None
    template_alias: str | None = None
    template_model: dict[str, Any] = attrs.field(factory=dict)
    email: Email | TemplateEmail
    result: SendResult
    via: str
    _json: bytes | None = attrs.field(default=None)
    _mime: bytes | None = attrs.field(default=None)

    @property
    def _title(self) -> str:
        return self.subject or self.template_alias or ("" if self.template_id is None else str(self.template_id))

    @property
    def payload(self) -> dict[str, Any]:
        """The email as JSON of the API, by the service's names; also where it is sent by another transport."""
        payload: dict[str, Any] = load_json(self._json or dump_json(write(self.email)))
        return payload

    @property
    def raw(self) -> bytes:
        """The email as a MIME message; an `InvalidEmail` where the service makes it from a template."""
        if self._mime is not None:
            return self._mime
        if isinstance(self.email, TemplateEmail):
            raise InvalidEmail(
                "raw: the service makes the message from the template; look at template_model", field="template_model"
            )
        return to_bytes(self.email)
