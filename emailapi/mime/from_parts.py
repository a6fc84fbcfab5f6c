"""Converting the parts of a ready message to the bodies and attachments of an email."""

from __future__ import annotations

import mimetypes
import re
from binascii import Error as Base64Error, a2b_base64, a2b_qp
from email.errors import InvalidBase64LengthDefect
from email.message import Message
from html import unescape
from typing import Any
from urllib.parse import unquote

import attrs

from ..errors import InvalidEmail
from ..models.attachment import Attachment
from ..models.encoded_words import decode_bytes
from .header_values import SEND_AS_GIVEN, naming_charset, raw_text, values_of, without_none
from .part_headers import (
    check_body,
    check_file,
    check_headers,
    check_multipart,
    file_name,
    parameters,
    transfer_encoding,
)
from .serial import inner_bytes

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_LINE_ENDS = re.compile(rb"\r\n?|\n")
_REFERENCE = re.compile(r"\bcid:([^\s\"'<>)]+)", re.IGNORECASE)
_BODIES = {"text/plain": "text_body", "text/html": "html_body"}
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "quoted-printable", "base64", "x-uuencode", "uuencode", "x-uue"})
# Signed or encrypted as a whole (RFC 8551).
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ALTERNATIVES = (*_BODIES, "multipart/related", "multipart/alternative", "multipart/mixed")
_DEPTH_LIMIT = 50


@attrs.define
class _Found:
    """
    The parts read so far.

    Attributes:
        bodies: The bodies, by field.
        files: Each file, and whether it is next to HTML that may show it.
        ids: The Content-ID of each part that is not a file.
    """

    bodies: dict[str, str] = attrs.Factory(dict)
    files: list[tuple[Attachment, bool]] = attrs.Factory(list)
    ids: set[str] = attrs.Factory(set)


def read_parts(message: Message) -> dict[str, Any]:
    """
    Return `text_body`, `html_body` and `attachments` of a message.

    Raises:
        InvalidEmail: An email cannot express a part; the error names the part, and what to do.
    """
    found = _Found()
    if message.get_payload() is None:
        check_headers(message, top=True)
    else:
        _part(message, found, 0)
    shown = _references(found.bodies.get("html_body") or "")
    if found.ids & shown:
        raise InvalidEmail(
            f"Content-ID: the HTML refers to a part that is not a file: attach it as a file, or {SEND_AS_GIVEN}",
            field="message",
        )
    return {
        **found.bodies,
        "attachments": [
            file if related or file.content_id in shown else attrs.evolve(file, content_id=None)
            for file, related in found.files
        ],
    }


def _references(html: str) -> set[str]:
    """Return the Content-IDs that HTML refers to, as in `<img src="cid:logo">`."""
    return {form for found in _REFERENCE.findall(html) for form in (found, unquote(unescape(found)))}


def _part(part: Message, found: _Found, depth: int, *, root: bool = True, related: bool = False) -> None:
    """Read one part; with `root` it may be a body, with `related` HTML next to it may show it."""
    part = without_none(part)
    check_headers(part, top=depth == 0)
    kind = part.get_content_type()
    if depth == 0 and kind in _SEALED:
        raise InvalidEmail(f"an email cannot be {kind}: {SEND_AS_GIVEN}", field="message")
    if depth > _DEPTH_LIMIT:
        raise InvalidEmail(f"the message is nested too deeply: {SEND_AS_GIVEN}", field="message")
    if part.get_content_maintype() == "multipart":
        _multipart(part, kind, found, depth)
    elif root and kind in _BODIES and part.get_content_disposition() != "attachment" and not file_name(part):
        check_body(part)
        _note_id(part, found)
        _body(part, found, _BODIES[kind])
    else:
        check_file(part)
        found.files.append((_file(part, len(found.files)), related))


def _multipart(part: Message, kind: str, found: _Found, depth: int) -> None:
    parts: Any = part.get_payload()
    if not isinstance(parts, list) or not parts:
        raise InvalidEmail(
            f"the message has a {kind} without parts: attach one, or set the right boundary", field="message"
        )
    odd = next((child for child in parts if not isinstance(child, Message)), None)
    if odd is not None:
        raise InvalidEmail(f"a part of the message is {type(odd).__name__}, not a message", field="message")
    reader = {"multipart/alternative": _alternative, "multipart/related": _related, "multipart/mixed": _mixed}.get(kind)
    if reader is None:
        raise InvalidEmail(f"an email cannot be {kind}: {SEND_AS_GIVEN}", field="message")
    check_multipart(part)
    _note_id(part, found)
    reader(parts, found, depth + 1, part)


def _note_id(part: Message, found: _Found) -> None:
    found.ids.add(_content_id(part).strip("<>"))


def _content_id(part: Message) -> str:
    return next((raw_text(value, "Content-ID") for value in values_of(part, "content-id")), "")


def _body(part: Message, found: _Found, field: str) -> None:
    if field in found.bodies:
        raise InvalidEmail(
            f"the message has a second body of type {part.get_content_type()}, but an email has one: join their texts, "
            f"give the part a file name, or {SEND_AS_GIVEN}",
            field=field,
        )
    # The raw payload: `get_payload()` would replace bytes that are not valid in the charset.
    text: Any = part._payload  # type: ignore[attr-defined]
    if not isinstance(text, str):
        raise InvalidEmail(f"a body is {type(text).__name__}, not text: pass a str to set_payload", field=field)
    if text.isascii() or transfer_encoding(part) or _SURROGATE.search(text):
        charset = part.get_content_charset() or "ascii"
        # Without a charset, or with ASCII, other bytes are mostly UTF-8.
        data = _content(part)
        with naming_charset():
            text = decode_bytes(data, "utf-8" if charset in ("ascii", "us-ascii") else charset, "a body", field)
    found.bodies[field] = _LINE_END.sub("\n", text)


def _content(part: Message) -> bytes:
    encoding = transfer_encoding(part)
    if encoding not in _ENCODINGS:
        raise InvalidEmail(
            f"a part has the unknown transfer encoding {encoding!r}: use base64, or {SEND_AS_GIVEN}",
            field="message",
        )
    data = part.get_payload(decode=True)
    broken = any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects)
    if not isinstance(data, bytes) or broken:
        raise InvalidEmail(
            f"a part of type {part.get_content_type()} cannot be decoded: encode it anew, or {SEND_AS_GIVEN}",
            field="message",
        )
    return data


def _alternative(parts: list[Message], found: _Found, depth: int, _: Message) -> None:
    for child in parts:
        kind = child.get_content_type()
        if kind not in _ALTERNATIVES or file_name(child):
            raise InvalidEmail(
                f"an email cannot have {kind} among its alternatives: attach it to a multipart/mixed that contains the "
                f"alternatives, too, or {SEND_AS_GIVEN}",
                field="message",
            )
        _part(child, found, depth)


def _related(parts: list[Message], found: _Found, depth: int, part: Message) -> None:
    start = dict(parameters(part, "Content-Type")).get("start")
    first = next((child for child in parts if start and _content_id(child) == start), parts[0])
    _part(first, found, depth)
    for child in parts:
        if child is not first:
            _part(child, found, depth, root=False, related=True)


def _mixed(parts: list[Message], found: _Found, depth: int, _: Message) -> None:
    shown = False
    for child in parts:
        before = len(found.bodies)
        _part(child, found, depth)
        more = len(found.bodies) > before
        if shown and more:
            raise InvalidEmail(
                "the message shows one body after another, but an email's two bodies are two forms of one: join their "
                f"texts, use multipart/alternative, or {SEND_AS_GIVEN}",
                field="html_body",
            )
        shown = shown or more


def _file(part: Message, place: int) -> Attachment:
    kind = part.get_content_type()
    name = file_name(part)
    if not name:
        extension = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
        name = f"part-{place + 1}{extension}"
    try:
        return Attachment(
            name=name,
            content=_message(part) if part.get_content_maintype() == "message" else _content(part),
            content_type=_type(part),
            content_id=_content_id(part) or None,
        )
    except InvalidEmail as error:
        raise InvalidEmail(f"attachments[{place}] ({name!r}): {error.message}", field="attachments") from None


def _message(part: Message) -> bytes:
    """Return a message in a message, or the blocks of a report, as bytes; unencoded lines end in CRLF."""
    is_parsed = isinstance(part.get_payload(), list)
    data = inner_bytes(part) if is_parsed else _content(part)
    encoding = transfer_encoding(part)
    if encoding in ("", "7bit", "8bit"):
        return _LINE_ENDS.sub(b"\r\n", data)
    if is_parsed and encoding == "base64":  # not allowed, but it occurs
        try:
            return a2b_base64(data)
        except Base64Error:
            raise InvalidEmail(
                f"base64 data is not valid: encode it anew, or {SEND_AS_GIVEN}", field="message"
            ) from None
    return a2b_qp(data) if is_parsed and encoding == "quoted-printable" else data


def _type(part: Message) -> str:
    """Return a part's type with its parameters, except its name."""
    written = [part.get_content_type()]
    for name, value in parameters(part, "Content-Type"):
        if name != "name":
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            written.append(f'{name}="{escaped}"')
    return "; ".join(written)
