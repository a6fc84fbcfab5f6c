"""Raw messages: what stands before their headers, and how the standard library's parser takes them apart."""

from __future__ import annotations

import re
from email.errors import MisplacedEnvelopeHeaderDefect, MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from ..errors import InvalidEmail
from .header_values import by_library

# Empty lines, and the line that begins a message in an mbox file; `From : a@x` is a header, if an old one.
_PREFACE = re.compile(rb"[\r\n]*(?:From (?![ \t]*:)[^\r\n]*(?:\r\n|\r|\n|\Z)[\r\n]*)?")
_SPACED_FROM = re.compile(rb"^From[ \t]+:", re.MULTILINE)
_HEADER_END = re.compile(rb"\r\n\r?\n|\n\r?\n|\r\r|\Z")
_HIDDEN = re.compile(r"[!-9;-~]+[ \t]+:")


class _Unopened(Message):
    """A message for the parser, which leaves parts of type `message/*` as they are: it could not write them again."""

    def get_content_type(self) -> str:
        """Return the type, and another one for `message/*`."""
        kind = super().get_content_type()
        return "application/octet-stream" if kind.startswith("message/") else kind


def parse(message: object, *, headers_only: bool = False) -> Message:
    """
    Return a message as the standard library has it; text is taken for UTF-8.

    Of what is parsed here, a part of type `message/*` has its bytes as payload, not messages.

    Raises:
        InvalidEmail: With the field "message": it is none, or cannot be read; with "headers": a line that is no header
            hides those behind it.
    """
    if isinstance(message, Message):
        given = message
    else:
        data = _plain_from(without_preface(raw_bytes(message)))
        # The default policy refuses legal text, and is slow.
        parser = BytesParser(_Unopened, policy=compat32)
        given = by_library(lambda: _opened(parser.parsebytes(data, headersonly=headers_only)))
    check_separator(given, parsed=given is not message)
    return given


def _plain_from(data: bytes) -> bytes:
    """Write `From : a@x` as every other header: the parser takes it for the beginning of an mbox, and drops it."""
    found = _HEADER_END.search(data)
    end = found.start() if found else len(data)
    return _SPACED_FROM.sub(b"From:", data[:end]) + data[end:] if _SPACED_FROM.search(data, 0, end) else data


def _opened(message: Message) -> Message:
    for part in message.walk():
        part.__class__ = Message
    return message


def check_separator(message: Message, *, parsed: bool = False) -> None:
    """
    Raise an error if a line hides the headers behind it, as `Bcc : x` does: the parser took them for the body.

    Raises:
        InvalidEmail: With the field "headers". Text that was parsed, and given its headers afterwards, is fine.
    """
    payload = message._payload  # type: ignore[attr-defined]
    hidden = (parsed and len(message)) or (isinstance(payload, str) and _HIDDEN.match(payload))
    if any(
        (isinstance(defect, MissingHeaderBodySeparatorDefect) and hidden)
        or (isinstance(defect, MisplacedEnvelopeHeaderDefect) and _HIDDEN.match(str(getattr(defect, "line", ""))))
        for defect in message.defects
    ):
        raise InvalidEmail(
            "a line among the headers is no header, and hides those behind it: write `Name: value` without a space "
            "before the colon, and an empty line before the body",
            field="headers",
        )


def raw_bytes(message: object) -> bytes:
    """
    Return a message that was given as text or bytes as bytes.

    Raises:
        InvalidEmail: With the field "message": it is neither, or has a lone surrogate that stands for no byte.
    """
    if isinstance(message, str):
        return encoded(message)
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    raise InvalidEmail(f"expected a message, str or bytes, got {type(message).__name__}", field="message")


def encoded(text: str) -> bytes:
    """
    Return a text as UTF-8.

    Raises:
        InvalidEmail: With the field "message": it has a lone surrogate that stands for no byte.
    """
    try:
        # What was read from bytes may hold some that were no text.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        pass
    raise InvalidEmail("a message must not contain a lone surrogate: decode its text anew", field="message")


def without_preface(data: bytes) -> bytes:
    """Return a raw message without empty lines and an mbox line before its headers."""
    if data[:1] not in b"F\r\n":
        return data
    found = _PREFACE.match(data)
    return data[found.end() :] if found else data
