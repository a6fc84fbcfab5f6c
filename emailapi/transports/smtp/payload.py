"""One mail as SMTP wants it - who from, who to, and its bytes - and what can be wrong with it before a byte leaves."""

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
# What only the service's own SMTP server understands, by the header it travels in.
_SERVICE_FIELDS = ("tag", "metadata", "message_stream", "track_opens", "track_links")
_header = attrgetter("header")


@attrs.frozen(kw_only=True)
class Parcel:
    """
    One mail, ready to leave.

    Attributes:
        sender: The envelope's sender; `""` is the empty one, of bounces.
        recipients: Each once.
        content: The mail, its lines ended by CRLF.
        utf8: Whether envelope or headers are not all ASCII: only a server with SMTPUTF8 takes it.
        mail_options: Parameters for MAIL.
        rcpt_options: Parameters for each RCPT.
        to: Who it is to, as results say it.
        key: The mail's own key.
        carried: The key it can be looked up by at the service, when it carries one.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes = attrs.field(repr=False)
    utf8: bool
    mail_options: tuple[str, ...] = ()
    rcpt_options: tuple[str, ...] = ()
    to: str = ""
    key: str | None = None
    carried: str | None = None


def _check_fields(email: Email) -> None:
    """
    Check that an email has no field that only the service's own SMTP server understands.

    Raises:
        InvalidEmail: It has one.
    """
    for field in _SERVICE_FIELDS:
        if getattr(email, field) not in (None, {}):
            raise InvalidEmail(
                f"SMTP does not carry {field}: leave it out, or say postmark_headers=True where X-PM- headers are "
                "understood",
                field=field,
            )


def pack(email: Email, postmark: bool) -> Parcel:
    """
    Check one mail, and write it, with a key where there is room for it and it is understood.

    Raises:
        InvalidEmail: Naming the field.
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
    return Parcel(
        sender=sender,
        recipients=recipients,
        content=to_bytes(email, headers=headers, utf8=utf8),
        utf8=utf8,
        to=", ".join(map(_header, email.to)),
        key=email.idempotency_key,
        carried=email.idempotency_key if postmark else None,
    )


def check(email: Email, postmark: bool) -> None:
    """
    Check that `pack` can write an email, without encoding its bodies and files.

    Raises:
        InvalidEmail: As `pack`.
    """
    if not postmark:
        _check_fields(email)
    check_writable(email, headers=postmark_headers(email) if postmark else (), utf8=needs_utf8(email))


def pack_given(
    message: Given,
    sender: str | Address | None,
    recipients: Recipients,
    mail_options: Sequence[str],
    rcpt_options: Sequence[str],
) -> Parcel:
    """
    Take a ready message as given.

    Raises:
        InvalidEmail: It is no message, nobody is it from or to, or something would break out of its command.
    """
    ready = read_ready(message, sender, recipients)
    return Parcel(
        sender=ready.sender,
        recipients=ready.recipients,
        content=ready.content,
        utf8=not (ready.header.isascii() and "".join((ready.sender, *ready.recipients)).isascii()),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
        to=", ".join(ready.recipients),
    )


def redirect(
    parcel: Parcel,
    sender: str | Address | None,
    recipients: Recipients,
    mail_options: Sequence[str],
    rcpt_options: Sequence[str],
) -> Parcel:
    """
    Return a mail with another envelope than its own.

    Raises:
        InvalidEmail: It is to nobody, or something would break out of its command.
    """
    origin = parcel.sender if sender is None else one_mailbox(sender)
    targets = parcel.recipients if recipients is None else mailboxes(recipients)
    if not targets:
        raise InvalidEmail("no recipients: recipients is empty", field="recipients")
    return attrs.evolve(
        parcel,
        sender=origin,
        recipients=targets,
        utf8=parcel.utf8 or not "".join((origin, *targets)).isascii(),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
    )


def _options(given: Sequence[str], field: str) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)):
        raise InvalidEmail(f"{field} must be a list of texts, not one", field=field)
    options = tuple(given)
    for option in options:
        if not isinstance(option, str) or not _OPTION.fullmatch(option):
            raise InvalidEmail(f"{field}: {option!r} is no option: printable ASCII without spaces", field=field)
    return options
