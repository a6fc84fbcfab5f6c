"""The message: an email with Flask-Mail's fields."""

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


class MessageSender(Protocol):
    """An object that sends messages, such as a `Connection`."""

    def send(self, message: Message, /) -> SendResult:
        """Send the message."""


class Message(MessageFields):
    """
    One email.

    A message can be created without an application context. The default sender, `MAIL_DEFAULT_REPLY_TO` and
    `MAIL_SUBJECT_PREFIX` are applied when the message is sent. Lazy strings are evaluated then, in the active language.

    Args:
        subject: The subject.
        recipients: One address, or a list; each may be a string, a pair of name and address, or an `Address`.
        body: The plain text.
        html: The HTML.
        alts: Alternative bodies by MIME subtype of `text`. Only SMTP supports others than `"html"`.
        sender: The sender; `MAIL_DEFAULT_SENDER` when None.
        cc: As `recipients`.
        bcc: As `recipients`; hidden from other recipients.
        attachments: The files.
        reply_to: One address or a list, for replies.
        date: Unix time in seconds for the `Date` of an email sent by SMTP; the current time if None.
        charset: The encoding of an email sent by SMTP, UTF-8 if None. Other transports always use UTF-8.
        extra_headers: Additional headers.
        mail_options: Parameters of SMTP's MAIL command.
        rcpt_options: Parameters of SMTP's RCPT commands.
        tag: As for `emailapi.Email`.
        metadata: Strings by name. Numbers, dates and UUIDs are converted; pairs with the value None are omitted.
        message_stream: The message stream.
        template_alias: The alias of a template, instead of subject and bodies.
        template_model: The values of the template.
        idempotency_key: The idempotency key, as for `emailapi.Email`.
        track_opens: Whether opens are tracked.
        track_links: Which links are tracked.

    Attributes:
        sender (str | None): The sender as a string; if not set, the default sender of the current application.
        html (str | None): The HTML body.
        msgId (str): The `Message-ID` of an email sent by SMTP. Its domain is that of the sender; no host name is
            resolved.
        send_to (set[str | tuple[str | None, str] | Address]): All recipients in To, Cc and Bcc.
        recipients: A list; `add_recipient` appends to it. `cc` and `bcc` are lists, too.
        alts: A dict; the attribute `html` is its key `"html"`.
        attachments: A list of `Attachment`.
    """

    def has_bad_headers(self) -> bool:
        """Return whether a field that becomes a header contains a line break; a folded subject is allowed."""
        return bad_header(self) is not None

    def is_bad_headers(self) -> bool:
        """Return `has_bad_headers()`; the older name."""
        return self.has_bad_headers()

    def to_email(self) -> Email:
        """
        Convert to an `emailapi.Email`.

        Raises:
            InvalidEmail: A field is not valid, or only SMTP or a template supports it; the error names the field.
        """
        return conversion.to_email(self)

    def to_template_email(self) -> TemplateEmail:
        """
        Convert to an `emailapi.TemplateEmail`.

        Raises:
            InvalidEmail: A field is not valid, or templates do not support it; the error names the field.
        """
        return conversion.to_template_email(self)

    def to_dict(self) -> dict[str, Any]:
        """Convert to a dict that can be written as JSON, for a queue. `from_dict` is the inverse."""
        return serialization.to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """
        Create a message from the result of `to_dict`.

        Args:
            data: The dict.

        Raises:
            InvalidEmail: A field is unknown or cannot be read; the error names it.
        """
        known, msgid = serialization.arguments(data)
        message = cls(**known)
        message._msgid = msgid
        return message

    def as_bytes(self) -> bytes:
        """Return the MIME message that SMTP sends, without Bcc."""
        return render(self)

    def as_string(self) -> str:
        """Return `as_bytes()` as a string."""
        return self.as_bytes().decode("utf-8", "replace")

    def __str__(self) -> str:
        """Return `as_string()`."""
        return self.as_string()

    def __bytes__(self) -> bytes:
        """Return `as_bytes()`."""
        return self.as_bytes()

    def send(self, connection: MessageSender) -> SendResult:
        """
        Send this message by a connection.

        Args:
            connection: A `Connection`, or another object with the method `send`.

        Raises:
            EmailAPIError: As `Mail.send`.
        """
        return connection.send(self)
