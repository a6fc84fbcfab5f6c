"""Ready messages, which leave as given: their envelope, and what a 7-bit transport does with them."""

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

# The usual address; or a name on this machine, as in `root`. Nothing in them could end the command.
_SIMPLE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(?:@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?")


@attrs.define
class Ready:
    """
    A ready message and its envelope.

    Attributes:
        sender: The envelope's sender; `""` is the empty one, of bounces.
        recipients: The envelope's recipients, each once.
        content: The message, its lines ended by CRLF, without Bcc.
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
    Take a ready message; what is not said of its envelope is read from its headers.

    Raises:
        InvalidEmail: It is no message, or nobody is it from or to.
    """
    content = as_given(message)
    is_told = sender is not None and recipients is not None
    found_sender, found_recipients = (None, ()) if is_told else envelope_of(message)
    origin = found_sender if sender is None else one_mailbox(sender)
    if origin is None:
        raise InvalidEmail("sender is missing: give one, or a message with From", field="sender")
    targets = found_recipients if recipients is None else mailboxes(recipients)
    if not targets:
        raise InvalidEmail("no recipients: give recipients, or a message with To, Cc or Bcc", field="recipients")
    return Ready(origin, targets, content)


def in_seven_bits(content: bytes, why: str) -> bytes:
    """
    Return a message with its 8-bit parts encoded anew.

    Args:
        content: The message.
        why: Why 8-bit bytes cannot travel.

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
    Return the mailbox of an envelope's sender; `""` and `"<>"` are the empty one, of bounces.

    Raises:
        InvalidEmail: It is not one address.
    """
    if isinstance(sender, str) and _SIMPLE.fullmatch(sender):
        return sender
    found = ("",) if sender in ("", "<>") else mailboxes(sender, "sender")
    if len(found) != 1:
        raise InvalidEmail(f"sender must be one address, not {len(found)}", field="sender")
    return found[0]


def _is_pair(given: Recipients) -> bool:
    """Whether it is `("Jane", "jane@example.com")`, and not two recipients: mail to a local "Jane" is not meant."""
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    name, email = given
    return isinstance(name, str) and isinstance(email, str) and "@" not in name and "@" in email


def mailboxes(given: Recipients, field: str = "recipients") -> tuple[str, ...]:
    """
    Return mailboxes, each once; an SMTP server on this machine also knows names without a domain.

    Raises:
        InvalidEmail: One is no address.
    """
    if isinstance(given, str) and _SIMPLE.fullmatch(given):
        return (given,)
    if _is_pair(given):
        why = f"{field} is a pair of name and address: use Address(email, name), or email.utils.formataddr"
        raise InvalidEmail(why, field=field)
    items = [given] if isinstance(given, (str, Address)) else given
    if isinstance(items, (bytes, dict)) or not isinstance(items, Iterable):
        raise InvalidEmail(f"{field} must be an address or a list of them, not {type(given).__name__}", field=field)
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
