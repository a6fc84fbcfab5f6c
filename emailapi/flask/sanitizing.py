"""Flask-Mail's functions for strings and addresses, and conversion of the address forms that it accepts."""

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

# An address as Flask-Mail accepts it: a string, a pair of name and address, or an `Address`.
MessageAddress = str | tuple[str | None, str] | Address

_BREAKS = re.compile("[\r\n\0]")
_ANGLES = re.compile(r"(.*?)<([^<>]*)>+\s*")
# The length of an encoded word, so that its line has at most 76 characters (RFC 2047) with the name of the header.
_WORD = 64
_NEEDS_QUOTES = re.compile(r'[][()<>@,:;".\\]')


def force_text(s: object, encoding: str = "utf-8", errors: str = "strict") -> str:
    r"""
    Convert a value to a string; bytes are decoded, and lazy strings evaluated.

    Args:
        s: The value.
        encoding: The encoding of bytes.
        errors: The handling of bytes that cannot be decoded, as for `bytes.decode`.

    Raises:
        FlaskMailUnicodeDecodeError: The bytes cannot be decoded by this encoding.

    Example:
        >>> force_text(b"caf\xc3\xa9")
        'café'
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
    """
    Return a subject for a header: encoded (RFC 2047) unless it is ASCII.

    Args:
        subject: The subject.
        encoding: The charset of the encoded words; UTF-8 is used if this charset lacks a character.

    Example:
        >>> sanitize_subject("Café")
        '=?utf-8?b?Q2Fmw6k=?='
    """
    return subject if subject.isascii() else _encode_words(subject, encoding)


def sanitize_address(addr: MessageAddress, encoding: str = "utf-8") -> str:
    """
    Return an address for a header: name encoded or quoted, domain in ASCII, without line breaks.

    Args:
        addr: A string, a pair of name and address, or an `Address`.
        encoding: The charset of the encoded words; UTF-8 is used if this charset lacks a character.

    Example:
        >>> sanitize_address(("Doe, Jane", "jane@example.com"))
        '"Doe, Jane" <jane@example.com>'
    """
    name, mailbox = split_address(addr)
    try:
        mailbox = Address(mailbox).mailbox
    except InvalidEmail:
        mailbox = mailbox if mailbox.isascii() else _encode_words(mailbox, encoding)
    written = name if name.isascii() else _encode_words(name, encoding)
    # A local part that is not ASCII is sent unencoded, by SMTPUTF8.
    return formataddr((written, mailbox)) if mailbox.isascii() else address_text((written, mailbox))


def sanitize_addresses(addresses: Iterable[MessageAddress], encoding: str = "utf-8") -> list[str]:
    """
    Return addresses for a header, in order, as `sanitize_address` does for each.

    Args:
        addresses: Strings, pairs of name and address, or `Address` objects.
        encoding: As for `sanitize_address`.
    """
    return [sanitize_address(one, encoding) for one in addresses]


def _encode_words(text: str, encoding: str) -> str:
    """Return encoded words (RFC 2047) on one line; in UTF-8 if the encoding lacks a character."""
    try:
        return Header(text, encoding, maxlinelen=_WORD).encode(linesep="")
    except UnicodeError:
        return Header(text, "utf-8", maxlinelen=_WORD).encode(linesep="")


def split_address(given: MessageAddress) -> tuple[str, str]:
    """Split an address, valid or not, into name and mailbox, without line breaks."""
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
    """Return whether a value is a pair of name and mailbox, and not a tuple of two addresses."""
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    name, mailbox = given
    return name is None or ("@" not in force_text(name) and "@" in force_text(mailbox))


def is_address(given: object) -> bool:
    """Return whether a value has the type of an address; the address itself may not be valid."""
    if not isinstance(given, (tuple, list)):
        return isinstance(given, (str, Address)) or is_lazy_text(given)
    return len(given) == 2 and all(part is None or isinstance(part, str) or is_lazy_text(part) for part in given)


def address_text(given: MessageAddress) -> str:
    """Return an address as a string: a pair becomes `Jane <jane@example.com>`, with quotes if required."""
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


def plain_address(given: MessageAddress) -> MessageAddress:
    """Return an address with lazy strings evaluated."""
    if isinstance(given, (tuple, list)):
        return tuple(plain_address(part) if part else part for part in given)  # type: ignore[return-value]
    return force_text(given) if isinstance(given, str) or is_lazy_text(given) else given


def as_list(given: object) -> list[MessageAddress]:
    """Return the addresses of a field as a list. A string is one address, not a sequence of characters."""
    if given is None or given == "":
        return []
    if isinstance(given, (str, Address)) or is_pair(given) or is_lazy_text(given):
        return [given]  # type: ignore[list-item]
    return list(given) if isinstance(given, Iterable) else [given]  # type: ignore[list-item]


def strict_addresses(given: object, field: str) -> tuple[Address, ...]:
    """
    Parse the addresses of a field, in order; a string may contain several.

    Raises:
        InvalidEmail: An address is not valid; the error names the field.
    """
    found: list[Address] = []
    for place, item in enumerate(as_list(given)):
        try:
            found += _parse_strictly(item)
        except InvalidEmail as error:
            raise InvalidEmail(f"{field}[{place}]: {error.message}", field=field) from None
    return tuple(found)


def _parse_strictly(item: object) -> tuple[Address, ...]:
    if isinstance(item, Address):
        return (item,)
    if not is_address(item):
        kind = type(item).__name__
        raise InvalidEmail(f"must be an address, or a pair of name and address, got {kind}", field="email")
    if isinstance(item, (tuple, list)):
        name, mailbox = item
        return (Address(force_text(mailbox or ""), force_text(name) if name else None),)
    return parse_addresses(force_text(item))
