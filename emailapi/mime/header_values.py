"""Headers of a standard-library message: the values users put into them, and the text and addresses they hold."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.header import Header as EncodedHeader
from email.headerregistry import Address as LibraryAddress
from email.message import Message
from typing import Any, TypeVar

from ..errors import InvalidEmail
from ..models import encoded_words
from ..models.address import Address, parse_addresses

T = TypeVar("T")

# How each refusal to rebuild a message ends.
SEND_AS_GIVEN = "send the message as given, by SMTPTransport.send_message or SESTransport.send_message"
PAIR_HINT = "a name and an address are written together, as in formataddr(('Shop', 'shop@example.com'))"

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LISTS = frozenset({"to", "cc", "bcc", "reply-to", "resent-to", "resent-cc", "resent-bcc"})


def by_library(read: Callable[[], T], remedy: str = SEND_AS_GIVEN) -> T:
    """
    Return what a function finds that asks the standard library for parameters, boundaries and parts.

    The library fails in many ways on what is broken: `filename*` beside `filename*0*` is a TypeError.

    Raises:
        InvalidEmail: With the field "message": the library failed; or what the function raises of its own.
    """
    try:
        return read()
    except InvalidEmail:
        raise
    except RecursionError:
        problem = "is nested too deeply"
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, MessageError):
        problem = "has a part that cannot be read"
    raise InvalidEmail(f"the message {problem}: {remedy}", field="message")


@contextmanager
def naming_charset() -> Iterator[None]:
    """Name the remedy in the error for bytes that are not of their charset."""
    try:
        yield
    except InvalidEmail as error:
        remedy = f"name the true charset, or {SEND_AS_GIVEN}"
        raise InvalidEmail(f"{error.message}: {remedy}", field=error.field) from None


def without_none(message: Message) -> Message:
    """Return a message without the headers whose value is None: each stands for no header."""
    kept = [(name, value) for name, value in message.raw_items() if value is not None]
    if len(kept) == len(message):
        return message
    message = copy.copy(message)
    message._headers = kept  # type: ignore[attr-defined]
    return message


def values_of(message: Message, name: str) -> list[Any]:
    """Return the values of all headers of a name, as the message keeps them; None is no header."""
    return [value for key, value in message.raw_items() if value is not None and key.strip().lower() == name]


def check_text(value: object, name: str, field: str) -> str | EncodedHeader:
    """
    Return a header's value, which is text or an `email.header.Header`.

    Raises:
        InvalidEmail: Naming `field`: the value has another type.
    """
    if isinstance(value, (str, EncodedHeader)):
        return value
    hint = "give its str()"
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        hint = PAIR_HINT if name.lower() in ("from", "sender") else "give one text"
    elif isinstance(value, (bytes, bytearray, memoryview)):
        hint = "decode it"
    raise InvalidEmail(f"{name} must be text, not {type(value).__name__}: {hint}", field=field)


def listed_addresses(value: object, name: str, field: str) -> tuple[Address, ...] | None:
    """
    Return the addresses of a list or tuple that was put into a header of recipients; None for any other value.

    Raises:
        InvalidEmail: Naming `field`: an item is no address.
    """
    if not isinstance(value, (list, tuple)) or name.strip().lower() not in _LISTS:
        return None
    found: list[Address] = []
    for item in value:
        if isinstance(item, LibraryAddress):
            found.append(Address(item.addr_spec, item.display_name or None))
        elif isinstance(item, Address):
            found.append(item)
        elif isinstance(item, str):
            try:
                found += read_addresses(item, name, field)
            except InvalidEmail as error:
                raise InvalidEmail(f"{error.message} ({PAIR_HINT})", field=field) from None
        else:
            raise InvalidEmail(
                f"{name} has an item of type {type(item).__name__}, not an address: {PAIR_HINT}", field=field
            )
    return tuple(found)


def header_text(value: EncodedHeader, name: str, field: str) -> str:
    """
    Return what the standard library's `Header` has encoded, folded with CRLF.

    Raises:
        InvalidEmail: Naming `field`: it cannot be encoded, or would make another header.
    """
    try:
        return value.encode(linesep="\r\n")
    except (AssertionError, MessageError, LookupError, TypeError, ValueError):
        pass
    raise InvalidEmail(f"{name} cannot be encoded, or has a line break in it: give its text", field=field)


def raw_text(value: object, name: str) -> str:
    """
    Return a header's text, unfolded; encoded words in it are not decoded yet.

    Raises:
        InvalidEmail: Naming the header: its value is no text, or has bytes that are no UTF-8.
    """
    value = check_text(value, name, _field(name))
    text = header_text(value, name, _field(name)) if isinstance(value, EncodedHeader) else str(value)
    if _SURROGATE.search(text):
        try:
            text = text.encode("utf-8", "surrogateescape").decode()
        except UnicodeError:
            text = ""
        if not text:
            raise InvalidEmail(
                f"{name} has bytes that are no UTF-8: write it as an encoded word (RFC 2047)", field=_field(name)
            )
    return _FOLD.sub("", text).strip(" \t\r\n")


def text_of(value: object, name: str) -> str:
    """
    Return a header's text, its encoded words decoded.

    Raises:
        InvalidEmail: Naming the header: its value is no text, or a word, or the charset of one, cannot be decoded.
    """
    text = raw_text(value, name)
    # An EmailMessage has decoded its own.
    if hasattr(value, "fold"):
        return text
    with naming_charset():
        return decoded(text, name)


def decoded(text: str, name: str, field: str | None = None) -> str:
    """
    Return a text with its encoded words decoded; the space between two of them is not part of it.

    Raises:
        InvalidEmail: Naming `field`, or the header's: a word cannot be decoded.
    """
    return encoded_words.decode_words(text, name, field or _field(name))


def addresses_of(message: Message, name: str) -> tuple[Address, ...]:
    """
    Return the addresses of all headers of a name, groups with all their members.

    Raises:
        InvalidEmail: Naming the header: one is no address, or there is text and no address in it.
    """
    field = _field(name)
    found: list[Address] = []
    for value in values_of(message, name):
        listed = listed_addresses(value, name.title(), field)
        # An EmailMessage has decoded its own.
        found += (
            read_addresses(raw_text(value, name.title()), name.title(), field, plain=hasattr(value, "fold"))
            if listed is None
            else listed
        )
    return tuple(found)


def read_addresses(text: str, name: str, field: str, *, plain: bool = False) -> tuple[Address, ...]:
    """
    Return the addresses in a header's text; `plain` says that no encoded words are left in it.

    Raises:
        InvalidEmail: Naming `field`: one is no address, or there is text and no address in it.
    """
    try:
        found = parse_addresses(text, decode=not plain)
    except InvalidEmail as error:
        raise InvalidEmail(f"{name}: {error.message}", field=field) from None
    # An empty group, as in `undisclosed-recipients:;`, is meant; all in a comment, as in a tuple's repr, is not.
    if not found and text.strip() and ";" not in text:
        raise InvalidEmail(f"{name}: {text[:80]!r} names no address; several are separated by commas", field=field)
    return found


def _field(name: str) -> str:
    """Return the field of an `Email` that a header becomes."""
    known = {"from": "sender", "reply-to": "reply_to"}
    lower = name.strip().lower()
    return known.get(lower, lower if lower in ("to", "cc", "bcc", "subject") else "headers")
