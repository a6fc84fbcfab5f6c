"""What the headers of a standard-library message say, whichever way they got there."""

from __future__ import annotations

import re
from binascii import Error as Base64Error, a2b_base64, a2b_qp
from collections.abc import Callable
from email.errors import MessageError
from email.header import Header as EncodedHeader
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, TypeVar

from ..errors import InvalidEmail
from ..models.address import Address, parse_addresses

T = TypeVar("T")

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_SURROGATE = re.compile("[\ud800-\udfff]")
# RFC 2047, with the language that RFC 2231 section 5 lets follow the charset.
_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bqBQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bqBQ]\?[^?]*\?=)")


def by_library(read: Callable[[], T]) -> T:
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
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, MessageError):
        problem = "has a part that cannot be read"
    raise InvalidEmail(f"the message {problem}", field="message")


def parse(message: object, *, headers_only: bool = False) -> Message:
    """
    Return a message as the standard library has it; text is taken for UTF-8.

    Raises:
        InvalidEmail: With the field "message": it is none, or cannot be read.
    """
    if isinstance(message, Message):
        return message
    if isinstance(message, str):
        message = encoded(message)
    if not isinstance(message, (bytes, bytearray, memoryview)):
        raise InvalidEmail(f"expected a message, str or bytes, got {type(message).__name__}", field="message")
    # The default policy refuses legal text, and is slow.
    parser = BytesParser(policy=compat32)
    return by_library(lambda: parser.parsebytes(bytes(message), headersonly=headers_only))


def encoded(text: str) -> bytes:
    """
    Return a message that was given as text as bytes.

    Raises:
        InvalidEmail: With the field "message": it has a lone surrogate that stands for no byte.
    """
    try:
        # What was read from bytes may hold some that were no text.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        pass
    raise InvalidEmail("a message must not contain a lone surrogate", field="message")


def values_of(message: Message, name: str) -> list[Any]:
    """Return the values of all headers of a name, as the message keeps them."""
    return [value for key, value in message.raw_items() if key.strip().lower() == name]


def header_text(value: EncodedHeader, name: str, field: str) -> str:
    """
    Return what the standard library's `Header` has encoded, folded with CRLF.

    Raises:
        InvalidEmail: Naming `field`: it cannot be encoded, or would make another header.
    """
    try:
        return value.encode(linesep="\r\n")
    except (MessageError, LookupError, ValueError):
        pass
    raise InvalidEmail(f"{name} cannot be encoded, or has a line break in it", field=field)


def raw_text(value: object, name: str) -> str:
    """
    Return a header's text, unfolded; encoded words in it are not decoded yet.

    Raises:
        InvalidEmail: Naming the header: it has bytes that are no UTF-8.
    """
    text = header_text(value, name, _field(name)) if isinstance(value, EncodedHeader) else str(value)
    if _SURROGATE.search(text):
        try:
            text = text.encode("utf-8", "surrogateescape").decode()
        except UnicodeError:
            text = ""
        if not text:
            raise InvalidEmail(f"{name} has bytes that are no UTF-8", field=_field(name))
    return _FOLD.sub("", text).strip(" \t\r\n")


def text_of(value: object, name: str) -> str:
    """
    Return a header's text, its encoded words decoded.

    Raises:
        InvalidEmail: Naming the header: a word, or the charset of one, cannot be decoded.
    """
    text = raw_text(value, name)
    # An EmailMessage has decoded its own.
    return text if hasattr(value, "fold") else decoded(text, name)


def decoded(text: str, name: str, field: str | None = None) -> str:
    """
    Return a text with its encoded words decoded; the space between two of them is not part of it.

    Raises:
        InvalidEmail: Naming `field`, or the header's: a word cannot be decoded.
    """
    field = field or _field(name)
    if "=?" not in text:
        return text
    text = _BETWEEN.sub(r"\1", text)
    pieces: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    at = 0
    for found in _WORD.finditer(text):
        charset, data = found[1].lower(), _word(found, name, field)
        if found.start() > at or charset != pending[0]:
            pieces += (_text(*pending, name, field), text[at : found.start()])
            pending = (charset, b"")
        # Some writers split a character between two words.
        pending = (charset, pending[1] + data)
        at = found.end()
    return "".join([*pieces, _text(*pending, name, field), text[at:]])


def _word(found: re.Match[str], name: str, field: str) -> bytes:
    data = found[3].encode("utf-8", "surrogateescape")
    if found[2] in "qQ":
        return a2b_qp(data, header=True)
    try:
        return a2b_base64(data + b"=" * (-len(data) % 4))
    except Base64Error:
        pass
    raise InvalidEmail(f"{name} has an encoded word that cannot be decoded", field=field)


def _text(charset: str, data: bytes, name: str, field: str) -> str:
    return in_charset(data, charset or "ascii", name, field)


def in_charset(data: bytes, charset: str, what: str, field: str) -> str:
    """
    Return bytes as text.

    Raises:
        InvalidEmail: Naming `field`: the charset is unknown, or the bytes are not of it.
    """
    try:
        return data.decode(charset)
    except LookupError:
        problem = f"is in the charset {charset!r}, which is unknown"
    except (UnicodeError, ValueError):
        problem = f"has bytes that are not of its charset, {charset!r}"
    raise InvalidEmail(f"{what} {problem}", field=field)


def addresses_of(message: Message, name: str) -> tuple[Address, ...]:
    """
    Return the addresses of all headers of a name, groups with all their members.

    Raises:
        InvalidEmail: Naming the header: one is no address.
    """
    found: list[Address] = []
    for value in values_of(message, name):
        try:
            for address in parse_addresses(raw_text(value, name)):
                # An EmailMessage has decoded its own.
                plain = hasattr(value, "fold") or not address.name
                found.append(address if plain else Address(address.email, decoded(address.name or "", name)))
        except InvalidEmail as error:
            raise InvalidEmail(f"{name}: {error.message}", field=_field(name)) from None
    return tuple(found)


def _field(name: str) -> str:
    """Return the field of an `Email` that a header becomes."""
    known = {"from": "sender", "reply-to": "reply_to"}
    lower = name.lower()
    return known.get(lower, lower if lower in ("to", "cc", "bcc", "subject") else "headers")
