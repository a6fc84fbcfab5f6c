"""One mail as SMTP wants it - who from, who to, and its bytes - and what can be wrong with it before a byte leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.message import Message

import attrs

from ..._delivery import KEY_NAME, new_keys
from ...errors import InvalidEmail
from ...mime import as_given, envelope, envelope_of, needs_utf8, postmark_headers, to_bytes
from ...models.address import Address, addresses
from ...models.email import Email
from ...models.whole import check_whole
from ..limits import METADATA_LIMIT

Given = Message | str | bytes
Recipients = str | Address | Iterable[str | Address] | None

# The usual address; or a name on this machine, as in `root`. Nothing in them could end the command.
_SIMPLE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(?:@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?")
_OPTION = re.compile(r"[!-~]+")
# What only the service's own SMTP server understands, by the header it travels in.
_SERVICE_FIELDS = ("tag", "metadata", "message_stream", "track_opens", "track_links")


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


def _check_fields(email: Email, postmark: bool) -> None:
    """
    Return when SMTP can carry every field of a mail.

    Raises:
        InvalidEmail: It is not whole, or has what only the service's own SMTP server understands.
    """
    check_whole(email)
    for field in () if postmark else _SERVICE_FIELDS:
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
    _check_fields(email, postmark)
    key = email.idempotency_key
    if postmark and key is None and len(email.metadata) < METADATA_LIMIT and KEY_NAME not in email.metadata:
        email = attrs.evolve(email, idempotency_key=new_keys(1)[0])
    sender, recipients = envelope(email)
    utf8 = needs_utf8(email)
    content = to_bytes(email, headers=postmark_headers(email) if postmark else (), utf8=utf8)
    return Parcel(
        sender=sender,
        recipients=recipients,
        content=content,
        utf8=utf8,
        to=", ".join([address.header for address in email.to]),
        key=email.idempotency_key,
        carried=email.idempotency_key if postmark else None,
    )


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
    content = as_given(message)
    is_told = sender is not None and recipients is not None
    found_sender, found_recipients = (None, ()) if is_told else envelope_of(message)
    origin = found_sender if sender is None else _one_mailbox(sender)
    if origin is None:
        raise InvalidEmail("sender is missing: give one, or a message with From", field="sender")
    targets = found_recipients if recipients is None else _mailboxes(recipients)
    if not targets:
        raise InvalidEmail("nobody to send to: give recipients, or a message with To, Cc or Bcc", field="recipients")
    header = content[: content.find(b"\r\n\r\n")]
    return Parcel(
        sender=origin,
        recipients=targets,
        content=content,
        utf8=not (header.isascii() and origin.isascii() and all(map(str.isascii, targets))),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
        to=", ".join(targets),
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
    origin = parcel.sender if sender is None else _one_mailbox(sender)
    targets = parcel.recipients if recipients is None else _mailboxes(recipients)
    if not targets:
        raise InvalidEmail("nobody to send to: recipients is empty", field="recipients")
    return attrs.evolve(
        parcel,
        sender=origin,
        recipients=targets,
        utf8=parcel.utf8 or not "".join((origin, *targets)).isascii(),
        mail_options=_options(mail_options, "mail_options") if mail_options else (),
        rcpt_options=_options(rcpt_options, "rcpt_options") if rcpt_options else (),
    )


def _one_mailbox(sender: str | Address) -> str:
    if isinstance(sender, str) and _SIMPLE.fullmatch(sender):
        return sender
    found = ("",) if sender in ("", "<>") else _mailboxes(sender, "sender")
    if len(found) != 1:
        raise InvalidEmail(f"sender must be one address, not {len(found)}", field="sender")
    return found[0]


def _mailboxes(given: Recipients, field: str = "recipients") -> tuple[str, ...]:
    """Return mailboxes, each once; a server on this machine also knows names without a domain."""
    if isinstance(given, str) and _SIMPLE.fullmatch(given):
        return (given,)
    items = [given] if isinstance(given, (str, Address)) else given
    if isinstance(items, (bytes, dict)) or not isinstance(items, Iterable):
        raise InvalidEmail(f"{field} must be an address or a list of them, not {type(given).__name__}", field=field)
    found: dict[tuple[str, str], str] = {}
    for item in items:
        if isinstance(item, str) and _SIMPLE.fullmatch(item):
            mailboxes = [item]
        else:
            mailboxes = [address.mailbox for address in addresses([item], field)]
        for mailbox in mailboxes:
            local, at, domain = mailbox.rpartition("@")
            found.setdefault((local, domain.lower()) if at else (mailbox, ""), mailbox)
    return tuple(found.values())


def _options(given: Sequence[str], field: str) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)):
        raise InvalidEmail(f"{field} must be a list of texts, not one", field=field)
    options = tuple(given)
    for option in options:
        if not isinstance(option, str) or not _OPTION.fullmatch(option):
            raise InvalidEmail(f"{field}: {option!r} is no option: printable ASCII without spaces", field=field)
    return options
