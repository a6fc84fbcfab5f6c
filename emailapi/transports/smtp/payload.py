"""An email encoded for SMTP - envelope and bytes - and the checks before a byte is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter

import attrs

from ..._delivery import KEY_NAME, new_keys
from ...errors import InvalidEmail
from ...mime import check_writable, envelope, needs_utf8, postmark_headers, to_bytes
from ...models.address import Address
from ...models.email import Email
from ...models.header import Header
from ..api.limits import METADATA_LIMIT
from ..ready_message import Given, Recipients, mailboxes, one_mailbox, read_ready

_OPTION = re.compile(r"[!-~]+")
# Fields that only the service's own SMTP server understands, in `X-PM-` headers.
_SERVICE_FIELDS = ("tag", "metadata", "message_stream", "track_opens", "track_links")
_header = attrgetter("header")


@attrs.frozen(kw_only=True)
class SMTPPayload:
    """
    An email encoded for SMTP.

    Attributes:
        sender: The envelope's sender; `""` is the null sender, of bounces.
        recipients: The envelope's recipients, each once.
        content: The message, with CRLF line endings.
        utf8: Whether envelope or headers contain non-ASCII text, which only a server with SMTPUTF8 accepts.
        mail_options: Parameters for MAIL.
        rcpt_options: Parameters for each RCPT.
        to: The recipients as the result names them.
        idempotency_key: The email's key.
        carried: The key by which the service can look up the email; None if the email does not carry one.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes = attrs.field(repr=False)
    utf8: bool
    mail_options: tuple[str, ...] = ()
    rcpt_options: tuple[str, ...] = ()
    to: str = ""
    idempotency_key: str | None = None
    carried: str | None = None


def _check_fields(email: Email) -> None:
    """
    Check that no field is set that only the service's own SMTP server understands.

    Raises:
        InvalidEmail: A field is; the error names it.
    """
    for field in _SERVICE_FIELDS:
        if getattr(email, field) not in (None, {}):
            raise InvalidEmail(
                f"SMTP cannot carry {field}: leave it out, or set postmark_headers=True if the server understands "
                "X-PM- headers",
                field=field,
            )


def encode(email: Email, postmark: bool) -> SMTPPayload:
    """
    Check and encode an email, with a new key if the server understands keys and the metadata has room for one.

    Raises:
        InvalidEmail: A field cannot be sent; the error names it.
    """
    headers: Sequence[Header] = ()
    if not postmark:
        _check_fields(email)
    else:
        has_room = len(email.metadata) < METADATA_LIMIT and KEY_NAME not in email.metadata
        if email.idempotency_key is None and has_room:
            email = attrs.evolve(email, idempotency_key=new_keys(1)[0])
        headers = postmark_headers(email)
    sender, recipients = envelope(email)
    utf8 = needs_utf8(email)
    return SMTPPayload(
        sender=sender,
        recipients=recipients,
        content=to_bytes(email, headers=headers, utf8=utf8),
        utf8=utf8,
        to=", ".join(map(_header, email.to)),
        idempotency_key=email.idempotency_key,
        carried=email.idempotency_key if postmark else None,
    )


def check(email: Email, postmark: bool) -> None:
    """
    Check that `encode` accepts an email, without encoding bodies and attachments.

    Raises:
        InvalidEmail: As `encode`.
    """
    if not postmark:
        _check_fields(email)
    check_writable(email, headers=postmark_headers(email) if postmark else (), utf8=needs_utf8(email))


def encode_message(
    message: Given,
    sender: str | Address | None,
    recipients: Recipients,
    mail_options: Sequence[str],
    rcpt_options: Sequence[str],
) -> SMTPPayload:
    """
    Encode a ready message, which is sent as given.

    Raises:
        InvalidEmail: The message cannot be read, has no sender or no recipient, or an option is not valid.
    """
    ready = read_ready(message, sender, recipients)
    return SMTPPayload(
        sender=ready.sender,
        recipients=ready.recipients,
        content=ready.content,
        utf8=not (ready.header.isascii() and "".join((ready.sender, *ready.recipients)).isascii()),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
        to=", ".join(ready.recipients),
    )


def redirect(
    payload: SMTPPayload,
    sender: str | Address | None,
    recipients: Recipients,
    mail_options: Sequence[str],
    rcpt_options: Sequence[str],
) -> SMTPPayload:
    """
    Return the payload with another envelope.

    Raises:
        InvalidEmail: There are no recipients, or an address or an option is not valid.
    """
    origin = payload.sender if sender is None else one_mailbox(sender)
    targets = payload.recipients if recipients is None else mailboxes(recipients)
    if not targets:
        raise InvalidEmail("no recipients: recipients is empty", field="recipients")
    return attrs.evolve(
        payload,
        sender=origin,
        recipients=targets,
        utf8=payload.utf8 or not "".join((origin, *targets)).isascii(),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
    )


def _options(given: Sequence[str], field: str) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)):
        raise InvalidEmail(f"{field} must be a list of texts, got {type(given).__name__}", field=field)
    options = tuple(given)
    for option in options:
        if not isinstance(option, str) or not _OPTION.fullmatch(option):
            raise InvalidEmail(f"{field}: {option!r} is not valid, use printable ASCII without spaces", field=field)
    return options
