"""The message: an email as Flask-Mail describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from . import conversion, serialization
from .checking import bad_header
from .fields import MessageFields
from .rendering import render

if TYPE_CHECKING:
    from typing import Self

    from ..models.email import Email, TemplateEmail
    from ..models.outbound import SendResult


class Sends(Protocol):
    """What a message can be sent by: a `Connection`."""

    def send(self, message: Message, /) -> SendResult:
        """Send the message."""


class Message(MessageFields):
    """
    One email.

    It needs no application: the default sender, `MAIL_DEFAULT_REPLY_TO` and `MAIL_SUBJECT_PREFIX` are filled in when it
    is sent, and lazy texts are made then, in the language of that moment.

    Args:
        subject: The subject.
        recipients: One address, or a list; each may be a text, a pair of name and address, or an `Address`.
        body: The plain text.
        html: The HTML.
        alts: Further forms of the body, by MIME subtype of `text`; all but `"html"` leave by SMTP only.
        sender: The sender; `MAIL_DEFAULT_SENDER` when None.
        cc: As `recipients`.
        bcc: As `recipients`; the others do not see them.
        attachments: The files.
        reply_to: Where replies go.
        date: Seconds since 1970, for the `Date` of an email that leaves by SMTP; now when None.
        charset: The encoding of an email that leaves by SMTP; UTF-8 when None, and elsewhere.
        extra_headers: Further headers.
        mail_options: Parameters of SMTP's MAIL command.
        rcpt_options: Parameters of SMTP's RCPT commands.
        tag: As in `emailapi.Email`, as the others that follow.
        metadata: Texts by name; numbers, dates and UUIDs become text, and a value None leaves the pair out.
        message_stream: The message stream.
        template_alias: A template of the service, in place of subject and bodies.
        template_model: The values of the template.
        idempotency_key: The key to look this email up by.
        track_opens: Whether opens are tracked.
        track_links: Which links are tracked.

    Attributes:
        sender (str | None): The sender as one text; without one of its own the default sender of the current
            application, if any.
        html (str | None): The HTML body.
        msgId (str): The `Message-ID` of an email that leaves by SMTP; its domain is the sender's, and no name is
            resolved.
        send_to (set[str | tuple[str | None, str] | Address]): All recipients: of To, Cc and Bcc.
        recipients: A list, which `add_recipient` adds to; so are `cc` and `bcc`.
        alts: A dict; `html` is its `"html"`.
        attachments: A list of `Attachment`.
    """

    def has_bad_headers(self) -> bool:
        """Return whether a field that becomes a header has a line break, other than a folded subject."""
        return bad_header(self) is not None

    def is_bad_headers(self) -> bool:
        """Return `has_bad_headers()`, by its old name."""
        return self.has_bad_headers()

    def to_email(self) -> Email:
        """
        Return the `emailapi.Email` that this message is.

        Raises:
            InvalidEmail: Naming the field: it is not valid, or only SMTP or a template can have it.
        """
        return conversion.to_email(self)

    def to_template_email(self) -> TemplateEmail:
        """
        Return the `emailapi.TemplateEmail` that this message is, by its `template_alias`.

        Raises:
            InvalidEmail: Naming the field: it is not valid, or an email of a template cannot have it.
        """
        return conversion.to_template_email(self)

    def to_dict(self) -> dict[str, Any]:
        """Return this message as JSON-safe values, for a queue; `from_dict` reads them."""
        return serialization.to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """
        Return the message that `to_dict` has written.

        Raises:
            InvalidEmail: Naming a field that is unknown or not readable.
        """
        known, msgid = serialization.arguments(data)
        message = cls(**known)
        message._msgid = msgid
        return message

    def as_bytes(self) -> bytes:
        """Return this message as it leaves by SMTP, without Bcc."""
        return render(self)

    def as_string(self) -> str:
        """Return `as_bytes()` as text."""
        return self.as_bytes().decode("utf-8", "replace")

    def __str__(self) -> str:
        """Return `as_string()`."""
        return self.as_string()

    def __bytes__(self) -> bytes:
        """Return `as_bytes()`."""
        return self.as_bytes()

    def send(self, connection: Sends) -> SendResult:
        """Send this message over a connection."""
        return connection.send(self)
