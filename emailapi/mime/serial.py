"""
A standard-library message to bytes, nothing refolded.

`Message.as_bytes` folds headers anew, puts `>` before lines that begin with `From `, and adds an empty line behind an
inner multipart: each breaks a signature.
"""

from __future__ import annotations

import os
import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.header import Header as EncodedHeader
from email.message import Message
from typing import Any

from ..errors import InvalidEmail
from .encoding import with_parameters
from .header_values import by_library, check_text, header_text, listed_addresses, without_none
from .headers import write_addresses, write_value
from .parsing import check_separator, encoded

_NAME = re.compile(r"[!-9;-~]+")
_LINE_END = re.compile(r"\r\n?|\n")
_BREAK_OUT = re.compile(r"\r(?!\n)|\n(?![ \t])|\0")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Of these, what is attached is a whole message: its header ends in an empty line. Of others it is lines of a report.
_WHOLE = frozenset({"message/rfc822", "message/news", "message/global"})
_DEPTH_LIMIT = 100


def serialize(message: Message) -> bytes:
    """
    Return a message as bytes.

    Raises:
        InvalidEmail: With the field "message": a header's value is no text, or breaks out of its line, or a body is no
            text of its charset; with "headers": a line that is no header hides those behind it.
    """
    return by_library(lambda: _whole(message), "give it as bytes")


def _whole(message: Message) -> bytes:
    check_separator(message)
    return b"".join(_entity(message, parsed=False, depth=0))


def _entity(message: object, parsed: bool, depth: int, separator: bytes = b"\r\n") -> list[bytes]:
    if not isinstance(message, Message):
        raise InvalidEmail(
            f"a part is {type(message).__name__}, not a message: attach an object of email.message", field="message"
        )
    if depth > _DEPTH_LIMIT:
        raise InvalidEmail("the message is nested too deeply: give it as bytes", field="message")
    message = without_none(message)
    # A parser gives a multipart an epilogue, if an empty one; what was built has none.
    parsed = parsed or message.epilogue is not None
    payload: Any = message.get_payload() if message.is_multipart() else message._payload  # type: ignore[attr-defined]
    body: list[bytes] = []
    boundary = None
    if isinstance(payload, list):
        if message.get_content_maintype() == "message":
            body = [inner_bytes(message, parsed=parsed, depth=depth)]
        else:
            if "Content-Type" not in message:
                raise InvalidEmail("a message has parts, and no Content-Type: set multipart/mixed", field="message")
            boundary = message.get_boundary() or f"=_{os.urandom(16).hex()}"
            body = _multipart(message, boundary, payload, parsed, depth)
    elif isinstance(payload, str):
        body = [_text(payload)]
    elif payload is not None:
        raise InvalidEmail(
            f"a part's payload is {type(payload).__name__}, not text: encode it with email.encoders", field="message"
        )
    made = boundary if message.get_boundary() is None else None
    return [*(write_raw(name, value, made) for name, value in message.raw_items()), separator, *body]


def inner_bytes(message: Message, *, parsed: bool = False, depth: int = 0) -> bytes:
    """
    Return what stands in a part of type `message/*`: a message, or a report's blocks with a line between two.

    The parser does not tell whether an empty line stood behind the last header of a report: there is none in common
    ones. Neither is there one where a line that is no header ended the headers.

    Raises:
        InvalidEmail: With the field "message", as `serialize`.
    """
    payload: Any = message.get_payload()
    kind = message.get_content_type()
    blocks = []
    for inner in payload:
        first = inner.get_unixfrom() if isinstance(inner, Message) else None
        separator = b"" if _ends_without_line(inner, kind in _WHOLE) else b"\r\n"
        lines = _entity(inner, parsed, depth + 1, separator)
        blocks.append(b"".join([_text(f"{first}\n"), *lines] if first else lines))
    return b"\r\n".join(blocks) if kind == "message/delivery-status" else b"".join(blocks)


def _ends_without_line(inner: object, whole: bool) -> bool:
    """Return whether no empty line stands behind the headers of an attached message, as far as its parser tells."""
    if not isinstance(inner, Message):
        return False
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in inner.defects):
        return True
    return not whole and inner._payload in (None, "")  # type: ignore[attr-defined]


def _multipart(message: Message, boundary: str, parts: list[Message], parsed: bool, depth: int) -> list[bytes]:
    line = _text(f"--{boundary}")
    pieces: list[bytes] = []
    if message.preamble is not None:
        pieces += (_text(message.preamble), b"\r\n")
    for part in parts:
        pieces += (line, b"\r\n", *_entity(part, parsed, depth + 1), b"\r\n")
    if not parts:
        pieces += (line, b"\r\n\r\n")
    pieces += (line, b"--")
    if message.epilogue is not None:
        pieces += (b"\r\n", _text(message.epilogue))
    elif not parsed:
        pieces.append(b"\r\n")
    return pieces


def _text(text: str) -> bytes:
    try:
        return _LINE_END.sub("\r\n", text).encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        pass
    raise InvalidEmail(
        "a part has text that is not ASCII, and no charset to encode it in: name one in set_payload", field="message"
    )


def write_raw(name: str, value: Any, boundary: str | None = None) -> bytes:
    """
    Return one header as it is if it is bytes already, else encoded.

    Raises:
        InvalidEmail: It breaks out of its line, or cannot be encoded.
    """
    if not _NAME.fullmatch(name):
        raise InvalidEmail(
            f"{name!r} is not a header name: use printable ASCII without colon and space", field="message"
        )
    listed = listed_addresses(value, name, "message")
    if listed is not None:
        return write_addresses(name, listed, "message", utf8=True).encode() if listed else b""
    value = check_text(value, name, "message")
    if isinstance(value, EncodedHeader):
        value = header_text(value, name, "message")
    if _BREAK_OUT.search(value):
        raise InvalidEmail(f"{name} has a line break or a NUL in it: give its text on one line", field="message")
    if boundary is not None and name.lower() == "content-type":
        value = f'{value};\r\n boundary="{boundary}"'
    if _SURROGATE.search(value) or (value.isascii() and not hasattr(value, "fold")):
        return f"{name}: ".encode("ascii") + encoded(_LINE_END.sub("\r\n", value)) + b"\r\n"
    return _built(name, value).encode()


def _built(name: str, value: Any) -> str:
    """Return a header that is text, not yet encoded: an `EmailMessage`'s, or one put into a `Message` as it was."""
    if not hasattr(value, "params"):
        return write_value(name, " ".join(value.splitlines()), "message", utf8=True)
    main = (
        getattr(value, "content_disposition", None) or getattr(value, "content_type", None) or value.partition(";")[0]
    )
    return with_parameters(name, main, [(key, str(text)) for key, text in value.params.items()])
