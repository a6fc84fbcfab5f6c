"""Ready messages, which are sent as given: their envelope, and their encoding for 7-bit transports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message

import attrs

from ..errors import InvalidEmail
from ..mime import as_given, envelope_of
from ..mime.nested import is_signed, seven_bit
from ..models.address import Address, parse_address_field

Given = Message | str | bytes
Recipients = str | Address | Iterable[str | Address] | None

# The usual address, or a local name such as `root`. No character in it can end the command.
_SIMPLE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(?:@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?")


@attrs.define
class Ready:
    """
    A ready message and its envelope.

    Attributes:
        sender: The envelope's sender; `""` is the null sender, of bounces.
        recipients: The envelope's recipients, each once.
        content: The message with CRLF line endings, without Bcc.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes = attrs.field(repr=False)

    @property
    def header(self) -> bytes:
        """The message's header."""
        return self.content[: self.content.find(b"\r\n\r\n")]


def read_ready(message: Given, sender: str | Address | None, recipients: Recipients) -> Ready:
    """
    Read a ready message; missing parts of the envelope are read from the headers.

    Raises:
        InvalidEmail: The message cannot be read, or has no sender or no recipients.
    """
    content = as_given(message)
    is_told = sender is not None and recipients is not None
    found_sender, found_recipients = (None, ()) if is_told else envelope_of(message)
    origin = found_sender if sender is None else one_mailbox(sender)
    if origin is None:
        raise InvalidEmail("sender is missing: pass sender=, or a message with From", field="sender")
    targets = found_recipients if recipients is None else mailboxes(recipients)
    if not targets:
        raise InvalidEmail("no recipients: pass recipients=, or a message with To, Cc or Bcc", field="recipients")
    return Ready(origin, targets, content)


def in_seven_bits(content: bytes, why: str) -> bytes:
    """
    Return a message with its 8-bit parts encoded anew.

    Args:
        content: The message.
        why: Why 8-bit data cannot be sent, for the error message.

    Raises:
        InvalidEmail: The message is signed, so that encoding would break its signature, or cannot be encoded.
    """
    if is_signed(content):
        raise InvalidEmail(
            f"the message is signed and not all ASCII, and {why}: sign it in base64 or quoted-printable",
            field="message",
        )
    reason = "the message cannot be encoded otherwise"
    try:
        encoded = seven_bit(content)
        if encoded.isascii():
            return encoded
    except InvalidEmail as error:
        reason = error.message
    raise InvalidEmail(f"{why}, and {reason}", field="message")


def one_mailbox(sender: str | Address) -> str:
    """
    Return the mailbox of an envelope's sender; `""` and `"<>"` mean the null sender, of bounces.

    Raises:
        InvalidEmail: The value is not one address.
    """
    if isinstance(sender, str) and _SIMPLE.fullmatch(sender):
        return sender
    found = ("",) if sender in ("", "<>") else mailboxes(sender, "sender")
    if len(found) != 1:
        raise InvalidEmail(f"sender must be one address, got {len(found)}", field="sender")
    return found[0]


def _is_pair(given: Recipients) -> bool:
    """Whether the value is `("Jane", "jane@example.com")`, a name and an address: a local user "Jane" is not meant."""
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    name, email = given
    return isinstance(name, str) and isinstance(email, str) and "@" not in name and "@" in email


def mailboxes(given: Recipients, field: str = "recipients") -> tuple[str, ...]:
    """
    Return mailboxes, each once; names without a domain are accepted, as SMTP servers know local users.

    Raises:
        InvalidEmail: An item is not a valid address.
    """
    if isinstance(given, str) and _SIMPLE.fullmatch(given):
        return (given,)
    if _is_pair(given):
        why = f"{field} is a pair of name and address: use Address(email, name), or email.utils.formataddr"
        raise InvalidEmail(why, field=field)
    items = [given] if isinstance(given, (str, Address)) else given
    if isinstance(items, (bytes, dict)) or not isinstance(items, Iterable):
        raise InvalidEmail(f"{field} must be an address or a list of them, got {type(given).__name__}", field=field)
    found: dict[tuple[str, str], str] = {}
    for item in items:
        if isinstance(item, str) and _SIMPLE.fullmatch(item):
            mailboxes = [item]
        else:
            mailboxes = [address.mailbox for address in parse_address_field([item], field)]
        for mailbox in mailboxes:
            local, at, domain = mailbox.rpartition("@")
            found.setdefault((local, domain.lower()) if at else (mailbox, ""), mailbox)
    return tuple(found.values())
