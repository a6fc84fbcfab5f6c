"""A ready message as bytes that leave as given: a signature over it still holds."""

from __future__ import annotations

import re
from email.message import Message

from ..errors import InvalidEmail
from .serial import serialize
from .values import encoded

_LINE_END = re.compile(b"\r\n?|\n")
_HEADER_END = re.compile(rb"\r\n\r\n|\n\n|\n\r\n|\r\n\n")
# A line end that no space follows: where a value ends.
_FIELD_END = re.compile(rb"(\r\n(?![ \t])|\n(?![ \t])|\r(?![\n \t]))")
# A header as it should be, seen at one glance: what is another way is looked at field by field.
_USUAL = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*(?:\r\n|\Z))+")
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_SECRET = (b"bcc", b"resent-bcc")


def as_given(message: Message | str | bytes) -> bytes:
    """
    Return a ready message as it leaves: lines end in CRLF, Bcc and Resent-Bcc are gone, all else is as it was.

    Text is encoded as UTF-8, and so is a local part that is not ASCII (`needs_utf8` tells). A `Message` keeps less of
    what was parsed than bytes do (a space behind a colon): what is signed is best given as bytes.

    Raises:
        InvalidEmail: With the field "message": it is empty or no message, has a NUL, or a header that breaks out of
            its line.
    """
    if isinstance(message, Message):
        data = serialize(message)
    elif isinstance(message, str):
        data = encoded(message)
    elif isinstance(message, (bytes, bytearray, memoryview)):
        data = bytes(message)
    else:
        raise InvalidEmail(f"expected a message, str or bytes, got {type(message).__name__}", field="message")
    if b"\0" in data:
        raise InvalidEmail("a message must not contain a NUL", field="message")
    at = data.find(b"\r\n\r\n")
    if _USUAL.fullmatch(data, 0, max(at, 0)) and b"bcc" not in data[:at].lower():
        return data if _is_crlf(data) else data[: at + 4] + _LINE_END.sub(b"\r\n", data[at + 4 :])
    end = _HEADER_END.search(data)
    header, rest = (data[: end.start()], data[end.end() :]) if end else (data.rstrip(b"\r\n"), b"")
    return _header(header) + b"\r\n" + _LINE_END.sub(b"\r\n", rest)


def _is_crlf(data: bytes) -> bool:
    return data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")


def _header(header: bytes) -> bytes:
    """Return the header's fields without those that show who gets a copy in secret."""
    pieces = _FIELD_END.split(header)
    ends = set(pieces[1::2])
    if b"\r" in ends:
        raise InvalidEmail("a header has a carriage return in it", field="message")
    if len(ends) > 1:
        # Lines that end in CRLF, and one that does not: it came in with a value.
        raise InvalidEmail(
            "the headers end their lines both with CRLF and with LF: is one broken in two?", field="message"
        )
    kept = []
    for field in pieces[::2]:
        found = _NAME.match(field)
        if found is None:
            name = field.split(b":")[0][:40].decode("ascii", "replace")
            raise InvalidEmail(f"{name!r} is where a header should be", field="message")
        if b"\r" in field.replace(b"\r\n", b""):
            raise InvalidEmail(f"{found[1].decode()} has a carriage return in it", field="message")
        if found[1].lower() not in _SECRET:
            kept.append(_LINE_END.sub(b"\r\n", field) + b"\r\n")
    if not kept:
        raise InvalidEmail("a message needs headers", field="message")
    return b"".join(kept)
