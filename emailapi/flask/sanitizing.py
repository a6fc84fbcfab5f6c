"""Flask-Mail's functions for texts and addresses, and addresses as its users write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import formataddr
from typing import TypeGuard

from ..errors import InvalidEmail
from ..models.address import Address, parse_addresses
from ..wire import is_lazy_text
from .errors import FlaskMailUnicodeDecodeError

# An address as Flask-Mail takes it: a text, a pair of name and address, or an `Address`.
MailAddress = str | tuple[str | None, str] | Address

_BREAKS = re.compile("[\r\n\0]")
_ANGLES = re.compile(r"(.*?)<([^<>]*)>+\s*")
_NEEDS_QUOTES = re.compile(r'[][()<>@,:;".\\]')


def force_text(s: object, encoding: str = "utf-8", errors: str = "strict") -> str:
    """
    Return a value as text; bytes are decoded, and a lazy text is made.

    Raises:
        FlaskMailUnicodeDecodeError: The bytes are not text of this encoding.
    """
    if isinstance(s, str):
        return str.__str__(s)
    if not isinstance(s, (bytes, bytearray)):
        return str(s)
    try:
        return s.decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise FlaskMailUnicodeDecodeError(s, *error.args) from None


def sanitize_subject(subject: str, encoding: str = "utf-8") -> str:
    """Return a subject as it stands in a header: encoded (RFC 2047) unless it is ASCII."""
    return subject if subject.isascii() else _encoded(subject, encoding)


def sanitize_address(addr: MailAddress, encoding: str = "utf-8") -> str:
    """Return an address as it stands in a header: name encoded or quoted, domain in ASCII, without line breaks."""
    name, mailbox = split_address(addr)
    try:
        mailbox = Address(mailbox).mailbox
    except InvalidEmail:
        mailbox = mailbox if mailbox.isascii() else _encoded(mailbox, encoding)
    written = name if name.isascii() else _encoded(name, encoding)
    # A local part that is not ASCII travels as it is, by SMTPUTF8.
    return formataddr((written, mailbox)) if mailbox.isascii() else address_text((written, mailbox))


def sanitize_addresses(addresses: Iterable[MailAddress], encoding: str = "utf-8") -> list[str]:
    """Return each address as `sanitize_address` does, in their order."""
    return [sanitize_address(one, encoding) for one in addresses]


def _encoded(text: str, encoding: str) -> str:
    try:
        return Header(text, encoding).encode()
    except UnicodeEncodeError:
        return Header(text, "utf-8").encode()


def split_address(given: MailAddress) -> tuple[str, str]:
    """Return name and mailbox of an address, valid or not, without line breaks."""
    if isinstance(given, Address):
        return given.name or "", given.email
    if isinstance(given, (tuple, list)):
        name, mailbox = given
        return _BREAKS.sub("", force_text(name or "")), _BREAKS.sub("", force_text(mailbox)).strip(" <>")
    text = _BREAKS.sub("", force_text(given))
    try:
        found = parse_addresses(text)
    except InvalidEmail:
        found = ()
    if len(found) == 1:
        return found[0].name or "", found[0].email
    angles = _ANGLES.fullmatch(text)
    return (angles[1].strip(' "'), angles[2].strip()) if angles else ("", text.strip(" <>"))


def is_pair(given: object) -> TypeGuard[tuple[str | None, str]]:
    """Return whether a value is one address, as name and mailbox, and not a tuple of two addresses."""
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    name, mailbox = given
    return name is None or ("@" not in force_text(name) and "@" in force_text(mailbox))


def address_text(given: MailAddress) -> str:
    """Return an address as one text: a pair becomes `Jane <jane@example.com>`, with quotes where it needs them."""
    if isinstance(given, Address):
        return given.header
    if not isinstance(given, (tuple, list)):
        return force_text(given)
    name, mailbox = force_text(given[0] or ""), force_text(given[1])
    if not name:
        return mailbox
    if _NEEDS_QUOTES.search(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{mailbox}>"


def plain_address(given: MailAddress) -> MailAddress:
    """Return an address with its lazy texts made."""
    if isinstance(given, (tuple, list)):
        return tuple(plain_address(part) if part else part for part in given)  # type: ignore[return-value]
    return force_text(given) if isinstance(given, str) or is_lazy_text(given) else given


def as_list(given: object) -> list[MailAddress]:
    """Return the addresses of a field as a list: of one, of many, or of none; a text is one, and not its letters."""
    if given is None or given == "":
        return []
    if isinstance(given, (str, Address)) or is_pair(given) or is_lazy_text(given):
        return [given]  # type: ignore[list-item]
    return list(given) if isinstance(given, Iterable) else [given]  # type: ignore[list-item]


def strict_addresses(given: object, field: str) -> tuple[Address, ...]:
    """
    Return the addresses of a field, each text with all the addresses in it, in their order.

    Raises:
        InvalidEmail: Naming the field: one is not an address.
    """
    found: list[Address] = []
    for place, item in enumerate(as_list(given)):
        try:
            found += _strict(item)
        except InvalidEmail as error:
            raise InvalidEmail(f"{field}[{place}]: {error.message}", field=field) from None
    return tuple(found)


def _strict(item: object) -> tuple[Address, ...]:
    if isinstance(item, Address):
        return (item,)
    if isinstance(item, (tuple, list)):
        if len(item) != 2:
            raise InvalidEmail(f"must be an address, or a pair of name and address, got {item!r:.80}", field="email")
        name, mailbox = item
        return (Address(force_text(mailbox), force_text(name) if name else None),)
    if isinstance(item, str) or is_lazy_text(item):
        return parse_addresses(force_text(item))
    raise InvalidEmail(f"must be an address, not {type(item).__name__}", field="email")
