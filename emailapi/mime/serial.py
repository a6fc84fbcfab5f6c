"""
Writing a standard-library message to bytes, without refolding.

`Message.as_bytes` folds headers anew, writes `>` before lines that begin with `From `, and adds an empty line after an
inner multipart; each of these breaks a signature.
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
# In these types, the attachment is a whole message: its header block ends in an empty line. Others are report lines.
_WHOLE = frozenset({"message/rfc822", "message/news", "message/global"})
_DEPTH_LIMIT = 100


def serialize(message: Message) -> bytes:
    """
    Return a message as bytes.

    Raises:
        InvalidEmail: A header's value is not text or contains a line break, or a body is not valid in its charset (the
            field is "message"); or a line that is not a header hides those after it ("headers").
    """
    return by_library(lambda: _whole(message), "pass the message as bytes")


def _whole(message: Message) -> bytes:
    check_separator(message)
    return b"".join(_entity(message, parsed=False, depth=0))


def _entity(message: object, parsed: bool, depth: int, separator: bytes = b"\r\n") -> list[bytes]:
    if not isinstance(message, Message):
        raise InvalidEmail(
            f"a part is {type(message).__name__}, not a message: attach an object of email.message", field="message"
        )
    if depth > _DEPTH_LIMIT:
        raise InvalidEmail("the message is nested too deeply: pass it as bytes", field="message")
    message = without_none(message)
    # A parsed multipart has an epilogue, even if empty; a message that was built has none.
    parsed = parsed or message.epilogue is not None
    payload: Any = message.get_payload() if message.is_multipart() else message._payload  # type: ignore[attr-defined]
    body: list[bytes] = []
    boundary = None
    if isinstance(payload, list):
        if message.get_content_maintype() == "message":
            body = [inner_bytes(message, parsed=parsed, depth=depth)]
        else:
            if "Content-Type" not in message:
                raise InvalidEmail("a message with parts needs a Content-Type: set multipart/mixed", field="message")
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
    Return the content of a `message/*` part: a message, or a report's blocks with an empty line between two.

    The parser does not tell whether an empty line followed the last header of a report. Common reports have none, nor
    do reports whose headers were ended by a line that is not a header.

    Raises:
        InvalidEmail: As `serialize`; the field is "message".
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
    """Return whether no empty line follows the headers of an attached message, as far as its parser tells."""
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
    raise InvalidEmail("a part has text that is not ASCII, but no charset: set one by set_payload", field="message")


def write_raw(name: str, value: Any, boundary: str | None = None) -> bytes:
    """
    Return one header: unchanged if it is bytes, else encoded.

    Raises:
        InvalidEmail: The header contains a line break, or cannot be encoded.
    """
    if not _NAME.fullmatch(name):
        raise InvalidEmail(
            f"{name!r} is not a valid header name: use printable ASCII without colon and space", field="message"
        )
    listed = listed_addresses(value, name, "message")
    if listed is not None:
        return write_addresses(name, listed, "message", utf8=True).encode() if listed else b""
    value = check_text(value, name, "message")
    if isinstance(value, EncodedHeader):
        value = header_text(value, name, "message")
    if _BREAK_OUT.search(value):
        raise InvalidEmail(
            f"{name} must not contain a line break or a NUL: write its text on one line", field="message"
        )
    if boundary is not None and name.lower() == "content-type":
        value = f'{value};\r\n boundary="{boundary}"'
    if _SURROGATE.search(value) or (value.isascii() and not hasattr(value, "fold")):
        return f"{name}: ".encode("ascii") + encoded(_LINE_END.sub("\r\n", value)) + b"\r\n"
    return _built(name, value).encode()


def _built(name: str, value: Any) -> str:
    """Return the text of a header before encoding: an `EmailMessage`'s, or one set in a `Message` as it was."""
    if not hasattr(value, "params"):
        return write_value(name, " ".join(value.splitlines()), "message", utf8=True)
    main = (
        getattr(value, "content_disposition", None) or getattr(value, "content_type", None) or value.partition(";")[0]
    )
    return with_parameters(name, main, [(key, str(text)) for key, text in value.params.items()])
