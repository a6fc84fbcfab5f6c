"""
A message taken apart: its headers, its bodies and its files.

Other programs write messages of all kinds, also such as no email of the API can be. So everything is read, and what
cannot be is replaced: a charset that does not exist, bytes that are not of it, a name that cannot be decoded. Only the
size of a message, in lines and parts, has limits.
"""

from __future__ import annotations

import codecs
import mimetypes
import re
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import BytesParser
from typing import Any, TypeVar

import attrs

from ...errors import InvalidEmail
from ...models.encoded_words import decode_words

_T = TypeVar("_T")

HEADER_BYTES = 256_000
DEPTH = 50
PARTS = 1_000
# What the standard library does grows by the product of lines and nested parts.
_WORK = 5_000_000
_BODIES = ("text/plain", "text/html")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_CONTROL = re.compile(r"[\r\n\0]+")
_LINE_END = re.compile(r"\r\n?")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
# Codecs that are not charsets, or need a time that grows by the square of the length.
_NO_CHARSETS = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"})


class Unreadable(Exception):
    """The message is beyond a limit; the text says which."""


@attrs.frozen
class IncomingFile:
    """
    A file of a message.

    Attributes:
        name: The file name.
        content_type: The MIME type, without parameters.
        content_id: The id in `cid:` links; empty for a file that is not inline.
        content: The bytes.
    """

    name: str
    content_type: str
    content_id: str
    content: bytes = attrs.field(repr=False)


@attrs.frozen
class IncomingMessage:
    """
    A message, taken apart.

    Attributes:
        headers: Name and text of each header, unfolded, with the encoded words as they came.
        text_body: The plain text; None if there is none, as for `html_body`.
        files: The files.
    """

    headers: tuple[tuple[str, str], ...]
    text_body: str | None = attrs.field(default=None, repr=False)
    html_body: str | None = attrs.field(default=None, repr=False)
    files: tuple[IncomingFile, ...] = ()

    def values(self, name: str) -> list[str]:
        """Return the texts of all headers with a lower-case name."""
        return [value for known, value in self.headers if known.lower() == name]

    def text(self, name: str) -> str:
        """Return the text of the first header with a lower-case name, decoded; empty if there is none."""
        return next((decoded(value) for value in self.values(name)), "")


def decoded(text: str) -> str:
    """Return the text of a header with its encoded words decoded, as far as they can be."""
    if "=?" not in text:
        return text
    try:
        return _CONTROL.sub(" ", decode_words(text, "a header", "headers"))
    except InvalidEmail:
        return text


def _lenient(read: Callable[[], _T], otherwise: _T) -> _T:
    """Call a function of the standard library, which fails in many ways on broken messages."""
    try:
        return read()
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        return otherwise


def _unfolded(value: object) -> str:
    text = str(value)
    if not text.isascii():
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "\n" in text or "\r" in text or "\0" in text:
        text = _CONTROL.sub(" ", _FOLD.sub("", text))
    return text.strip(" \t")


def read_headers(content: bytes) -> tuple[tuple[str, str], ...]:
    """Return the headers of a message of any kind; those beyond the limit are left out."""
    message = BytesParser().parsebytes(content[:HEADER_BYTES], headersonly=True)
    return tuple([(name, _unfolded(value)) for name, value in message.raw_items()])


def read_message(content: bytes) -> IncomingMessage:
    """
    Take a message apart.

    Raises:
        Unreadable: The message is beyond a limit.
    """
    end = _HEADER_END.search(content)
    if (end.start() if end else len(content)) > HEADER_BYTES:
        raise Unreadable(f"The headers are larger than {HEADER_BYTES // 1000} kB.")
    nested = content.lower().count(b"boundary=") if b"ultipart/" in content else 0
    if content.count(b"\n") * (nested + 1) > _WORK:
        raise Unreadable("The message has more lines and parts than the sandbox reads.")
    try:
        message = BytesParser().parsebytes(content)
        return _taken_apart(message)
    except RecursionError:
        raise Unreadable(f"The parts are nested more than {DEPTH} times.") from None


def read_as_far_as_possible(content: bytes) -> tuple[IncomingMessage, str]:
    """Take a message apart; of one beyond a limit return the headers, and the limit in words."""
    try:
        return read_message(content), ""
    except Unreadable as reason:
        return IncomingMessage(read_headers(content)), str(reason)


def _taken_apart(message: Message) -> IncomingMessage:
    bodies: dict[str, list[str]] = {kind: [] for kind in _BODIES}
    files: list[IncomingFile] = []
    for part in _parts(message):
        kind = part.get_content_type()
        name = _name(part)
        if kind in bodies and not name and part.get_content_disposition() != "attachment":
            bodies[kind].append(_text(part))
        else:
            files.append(_file(part, kind, name, len(files)))
    text, html = ("\n".join(bodies[kind]) if bodies[kind] else None for kind in _BODIES)
    headers = tuple([(name, _unfolded(value)) for name, value in message.raw_items()])
    return IncomingMessage(headers, text, html, tuple(files))


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that are not multiparts, in their order; a message in a message is one part."""
    waiting, count = [(message, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if depth > DEPTH:
            raise Unreadable(f"The parts are nested more than {DEPTH} times.")
        if count > PARTS:
            raise Unreadable(f"The message has more than {PARTS} parts.")
        inner: Any = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting += [(each, depth + 1) for each in reversed(inner)]
        else:
            yield part


def _name(part: Message) -> str:
    found = _lenient(part.get_filename, None)
    return decoded(_unfolded(found)) if found else ""


def _text(part: Message) -> str:
    charset = (_lenient(part.get_content_charset, None) or "utf-8").lower()
    return _LINE_END.sub("\n", _decoded(_content(part), "utf-8" if charset in ("ascii", "us-ascii") else charset))


def _decoded(content: bytes, charset: str) -> str:
    try:
        known = codecs.lookup(charset).name.replace("-", "_")
        return content.decode("utf-8" if known in _NO_CHARSETS else charset)
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _content(part: Message) -> bytes:
    inner: Any = part.get_payload()
    if isinstance(inner, list):  # a message in a message
        return _lenient(lambda: b"".join(each.as_bytes() for each in inner), b"")
    content: object = _lenient(lambda: part.get_payload(decode=True), None)
    return content if isinstance(content, bytes) else b""


def _file(part: Message, kind: str, name: str, place: int) -> IncomingFile:
    extension = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
    content_id = _unfolded(part.get("Content-ID", "")).strip().removeprefix("<").removesuffix(">")
    return IncomingFile(name or f"part-{place + 1}{extension}", kind, content_id, _content(part))
