"""Who a mail is from and to, as a server is told."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import Email


def needs_utf8(email: Email) -> bool:
    """Return whether a mail has a local part that is not ASCII: only a server with SMTPUTF8 takes it."""
    own = () if email.sender is None else (email.sender,)
    return not all(
        address.mailbox.isascii() for group in (own, email.to, email.cc, email.bcc, email.reply_to) for address in group
    )


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
