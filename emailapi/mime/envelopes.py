"""Who a mail is from and to, as a server is told."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import Email
from .header_values import addresses_of, by_library, values_of
from .parsing import parse


def needs_utf8(mail: Email | bytes) -> bool:
    """
    Return whether only a server with SMTPUTF8 takes a mail.

    That is a mail with a local part that is not ASCII, or a ready message with such a header.
    """
    if isinstance(mail, bytes):
        return not mail.partition(b"\r\n\r\n")[0].isascii()
    own = () if mail.sender is None else (mail.sender,)
    groups = (own, mail.to, mail.cc, mail.bcc, mail.reply_to)
    return not all(address.mailbox.isascii() for group in groups for address in group)


def envelope(email: Email) -> tuple[str, tuple[str, ...]]:
    """
    Return the sender's mailbox and the recipients', each once, in the order of to, cc and bcc; domains are ASCII.

    Raises:
        InvalidEmail: There is no sender.
    """
    if email.sender is None:
        raise InvalidEmail("sender is missing", field="sender")
    return email.sender.mailbox, distinct((*email.to, *email.cc, *email.bcc))


def distinct(group: Iterable[Address]) -> tuple[str, ...]:
    """Return each mailbox once, the first of those whose domains differ in the case of letters only."""
    found: dict[tuple[str, str], str] = {}
    for address in group:
        local, _, domain = address.mailbox.rpartition("@")
        found.setdefault((local, domain.lower()), address.mailbox)
    return tuple(found.values())


def envelope_of(message: Message | str | bytes) -> tuple[str | None, tuple[str, ...]]:
    """
    Return who a ready message is from and to: the mailbox of its Sender or From, and each of To, Cc and Bcc once.

    A message that was resent goes by its Resent headers. The sender is None when no header names one.

    Raises:
        InvalidEmail: Naming the header that cannot be read; or a line is no header, or there are several blocks of
            Resent headers.
    """
    return by_library(lambda: _envelope(parse(message, headers_only=True)), "say who the message is from and to")


def _envelope(message: Message) -> tuple[str | None, tuple[str, ...]]:
    blocks = max(len(values_of(message, f"resent-{name}")) for name in ("date", "from", "to"))
    if blocks > 1:
        raise InvalidEmail("several blocks of Resent headers: say who the message is from and to", field="headers")
    prefix = "resent-" if blocks else ""
    senders = addresses_of(message, f"{prefix}sender") or addresses_of(message, f"{prefix}from")
    recipients = [address for name in ("to", "cc", "bcc") for address in addresses_of(message, prefix + name)]
    return senders[0].mailbox if senders else None, distinct(recipients)
