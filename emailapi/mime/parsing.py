"""Raw messages: data before their headers, and parsing by the standard library."""

from __future__ import annotations

import re
from email.errors import MisplacedEnvelopeHeaderDefect, MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from ..errors import InvalidEmail
from .header_values import by_library

# Empty lines, and the first line of a message in an mbox file; `From : a@x` is a header in an obsolete form.
_PREFACE = re.compile(rb"[\r\n]*(?:From (?![ \t]*:)[^\r\n]*(?:\r\n|\r|\n|\Z)[\r\n]*)?")
_SPACED_FROM = re.compile(rb"^From[ \t]+:", re.MULTILINE)
_HEADER_END = re.compile(rb"\r\n\r?\n|\n\r?\n|\r\r|\Z")
_HIDDEN = re.compile(r"[!-9;-~]+[ \t]+:")


class _Unopened(Message):
    """A message for the parser, which leaves `message/*` parts as bytes, because it could not write them unchanged."""

    def get_content_type(self) -> str:
        """Return the type, or another one for `message/*`."""
        kind = super().get_content_type()
        return "application/octet-stream" if kind.startswith("message/") else kind


def parse(message: object, *, headers_only: bool = False) -> Message:
    """
    Return a message as the standard library parses it; text is encoded as UTF-8.

    In a message parsed here, the payload of a `message/*` part is its bytes, not a message.

    Raises:
        InvalidEmail: The input is not a message, or cannot be read (the field is "message"); or a line that is not a
            header hides those after it ("headers").
    """
    if isinstance(message, Message):
        given = message
    else:
        data = _plain_from(without_preface(raw_bytes(message)))
        # The default policy rejects valid text, and is slow.
        parser = BytesParser(_Unopened, policy=compat32)
        given = by_library(lambda: _opened(parser.parsebytes(data, headersonly=headers_only)))
    check_separator(given, parsed=given is not message)
    return given


def _plain_from(data: bytes) -> bytes:
    """Rewrite `From : a@x` as other headers are written: the parser takes it for an mbox line, and drops it."""
    found = _HEADER_END.search(data)
    end = found.start() if found else len(data)
    return _SPACED_FROM.sub(b"From:", data[:end]) + data[end:] if _SPACED_FROM.search(data, 0, end) else data


def _opened(message: Message) -> Message:
    for part in message.walk():
        part.__class__ = Message
    return message


def check_separator(message: Message, *, parsed: bool = False) -> None:
    """
    Check that no line hides the headers after it, as `Bcc : x` does: the parser treats them as the body.

    Raises:
        InvalidEmail: A line does; the field is "headers". Parsed text that was given headers afterwards is valid.
    """
    payload = message._payload  # type: ignore[attr-defined]
    hidden = (parsed and len(message)) or (isinstance(payload, str) and _HIDDEN.match(payload))
    if any(
        (isinstance(defect, MissingHeaderBodySeparatorDefect) and hidden)
        or (isinstance(defect, MisplacedEnvelopeHeaderDefect) and _HIDDEN.match(str(getattr(defect, "line", ""))))
        for defect in message.defects
    ):
        raise InvalidEmail(
            "a line among the headers is not a header, and hides those after it: write `Name: value` without a space "
            "before the colon, and an empty line before the body",
            field="headers",
        )


def raw_bytes(message: object) -> bytes:
    """
    Return the bytes of a message that was given as text or bytes.

    Raises:
        InvalidEmail: The input is neither, or has a lone surrogate that stands for no byte; the field is "message".
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
        InvalidEmail: The text has a lone surrogate that stands for no byte; the field is "message".
    """
    try:
        # Text that was read from bytes may contain surrogates for bytes that are not text.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        pass
    raise InvalidEmail("a message must not contain a lone surrogate: decode its text again", field="message")


def without_preface(data: bytes) -> bytes:
    """Return a raw message without the empty lines and the mbox line before its headers."""
    if data[:1] not in b"F\r\n":
        return data
    found = _PREFACE.match(data)
    return data[found.end() :] if found else data
