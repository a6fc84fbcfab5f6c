"""Headers of a standard-library message: values that users set, and the text and addresses in them."""

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

# The end of each error that rejects converting a message.
SEND_AS_GIVEN = "send the message as given, by SMTPTransport.send_message or SESTransport.send_message"
PAIR_HINT = "write a name and an address together, as in formataddr(('Shop', 'shop@example.com'))"

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LISTS = frozenset({"to", "cc", "bcc", "reply-to", "resent-to", "resent-cc", "resent-bcc"})


def by_library(read: Callable[[], T], remedy: str = SEND_AS_GIVEN) -> T:
    """
    Call a function that reads parameters, boundaries and parts by the standard library, and return its result.

    The library fails in many ways on broken messages: `filename*` next to `filename*0*` is a TypeError.

    Raises:
        InvalidEmail: The library failed (the field is "message"), or the function raised it.
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
    """Add the remedy to the error for bytes that are not valid in their charset."""
    try:
        yield
    except InvalidEmail as error:
        remedy = f"set the right charset, or {SEND_AS_GIVEN}"
        raise InvalidEmail(f"{error.message}: {remedy}", field=error.field) from None


def without_none(message: Message) -> Message:
    """Return a message without the headers whose value is None, which means no header."""
    kept = [(name, value) for name, value in message.raw_items() if value is not None]
    if len(kept) == len(message):
        return message
    message = copy.copy(message)
    message._headers = kept  # type: ignore[attr-defined]
    return message


def values_of(message: Message, name: str) -> list[Any]:
    """Return the values of all headers of a name, as the message stores them; None means no header."""
    return [value for key, value in message.raw_items() if value is not None and key.strip().lower() == name]


def check_text(value: object, name: str, field: str) -> str | EncodedHeader:
    """
    Check that a header's value is text or an `email.header.Header`, and return it.

    Raises:
        InvalidEmail: The value has another type; the field is `field`.
    """
    if isinstance(value, (str, EncodedHeader)):
        return value
    hint = "convert it by str()"
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        hint = PAIR_HINT if name.lower() in ("from", "sender") else "pass one text"
    elif isinstance(value, (bytes, bytearray, memoryview)):
        hint = "decode it"
    raise InvalidEmail(f"{name} must be text, got {type(value).__name__}: {hint}", field=field)


def listed_addresses(value: object, name: str, field: str) -> tuple[Address, ...] | None:
    """
    Return the addresses of a list or tuple that was set as a header of recipients; None for any other value.

    Raises:
        InvalidEmail: An item is not an address; the field is `field`.
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
    Return the encoded form of the standard library's `Header`, folded with CRLF.

    Raises:
        InvalidEmail: The header cannot be encoded, or would make another header; the field is `field`.
    """
    try:
        return value.encode(linesep="\r\n")
    except (AssertionError, MessageError, LookupError, TypeError, ValueError):
        pass
    raise InvalidEmail(f"{name} cannot be encoded, or contains a line break: pass its text", field=field)


def raw_text(value: object, name: str) -> str:
    """
    Return a header's text, unfolded; encoded words are not decoded yet.

    Raises:
        InvalidEmail: The value is not text, or has bytes that are not UTF-8; the error names the header.
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
                f"{name} has bytes that are not UTF-8: write it as an encoded word (RFC 2047)", field=_field(name)
            )
    return _FOLD.sub("", text).strip(" \t\r\n")


def text_of(value: object, name: str) -> str:
    """
    Return a header's text, with its encoded words decoded.

    Raises:
        InvalidEmail: The value is not text, or an encoded word cannot be decoded; the error names the header.
    """
    text = raw_text(value, name)
    # An EmailMessage has decoded them.
    if hasattr(value, "fold"):
        return text
    with naming_charset():
        return decoded(text, name)


def decoded(text: str, name: str, field: str | None = None) -> str:
    """
    Return a text with its encoded words decoded; the space between two of them is not part of the text.

    Raises:
        InvalidEmail: A word cannot be decoded; the field is `field`, or that of the header.
    """
    return encoded_words.decode_words(text, name, field or _field(name))


def addresses_of(message: Message, name: str) -> tuple[Address, ...]:
    """
    Return the addresses of all headers of a name, including the members of groups.

    Raises:
        InvalidEmail: An address is not valid, or the text contains none; the error names the header.
    """
    field = _field(name)
    found: list[Address] = []
    for value in values_of(message, name):
        listed = listed_addresses(value, name.title(), field)
        # An EmailMessage has decoded the encoded words.
        found += (
            read_addresses(raw_text(value, name.title()), name.title(), field, plain=hasattr(value, "fold"))
            if listed is None
            else listed
        )
    return tuple(found)


def read_addresses(text: str, name: str, field: str, *, plain: bool = False) -> tuple[Address, ...]:
    """
    Return the addresses in a header's text; `plain` means that it has no encoded words.

    Raises:
        InvalidEmail: An address is not valid, or the text contains none; the field is `field`.
    """
    try:
        found = parse_addresses(text, decode=not plain)
    except InvalidEmail as error:
        raise InvalidEmail(f"{name}: {error.message}", field=field) from None
    # An empty group, such as `undisclosed-recipients:;`, is valid; a text in a comment, as in a tuple's repr, is not.
    if not found and text.strip() and ";" not in text:
        raise InvalidEmail(f"{name}: {text[:80]!r} contains no address; separate several by commas", field=field)
    return found


def _field(name: str) -> str:
    """Return the field of an `Email` that a header becomes."""
    known = {"from": "sender", "reply-to": "reply_to"}
    lower = name.strip().lower()
    return known.get(lower, lower if lower in ("to", "cc", "bcc", "subject") else "headers")
