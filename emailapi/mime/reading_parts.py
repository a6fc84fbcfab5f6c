"""The parts of a ready message to the bodies and files of a mail."""

from __future__ import annotations

import mimetypes
import re
from binascii import Error as Base64Error, a2b_base64
from email.errors import InvalidBase64LengthDefect
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

import attrs

from ..errors import InvalidEmail
from ..models.attachment import Attachment
from .serial import inner_bytes
from .values import decoded, in_charset, raw_text, values_of

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_BODIES = {"text/plain": "text_body", "text/html": "html_body"}
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "quoted-printable", "base64", "x-uuencode", "uuencode", "x-uue"})
# Signed or encrypted as a whole (RFC 8551).
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_AS_IT_IS = "send the message as it is, by SMTP's send_message"
_DEPTH_LIMIT = 50


@attrs.define
class _Found:
    """What was found so far: the bodies, and the files with whether each stands beside the HTML that shows it."""

    bodies: dict[str, str] = attrs.Factory(dict)
    files: list[tuple[Attachment, bool]] = attrs.Factory(list)


def read_parts(message: Message) -> dict[str, Any]:
    """
    Return `text_body`, `html_body` and `attachments` of a message.

    Raises:
        InvalidEmail: Naming what a mail cannot say.
    """
    found = _Found()
    if message.get_payload() is not None:
        _part(message, found, 0)
    html = found.bodies.get("html_body") or ""
    return {
        **found.bodies,
        "attachments": [
            file if related or f"cid:{file.content_id}" in html else attrs.evolve(file, content_id=None)
            for file, related in found.files
        ],
    }


def _part(part: Message, found: _Found, depth: int, *, root: bool = True, related: bool = False) -> None:
    """Read one part; `root` says that it may be a body, `related` that HTML beside it may show it."""
    kind = part.get_content_type()
    if depth == 0 and kind in _SEALED:
        raise InvalidEmail(f"a mail cannot be {kind}: {_AS_IT_IS}", field="message")
    if depth > _DEPTH_LIMIT:
        raise InvalidEmail("the message is nested too deeply", field="message")
    if part.get_content_maintype() == "multipart":
        parts: Any = part.get_payload()
        if not isinstance(parts, list) or not parts:
            raise InvalidEmail(f"the message has a {kind} without parts", field="message")
        reader = {"multipart/alternative": _alternative, "multipart/related": _related, "multipart/mixed": _mixed}.get(
            kind
        )
        if reader is None:
            raise InvalidEmail(f"a mail cannot be {kind}: {_AS_IT_IS}", field="message")
        reader(parts, found, depth + 1, part)
    elif root and kind in _BODIES and part.get_content_disposition() != "attachment" and not _file_name(part):
        _body(part, found, _BODIES[kind])
    else:
        found.files.append((_file(part, len(found.files)), related))


def _body(part: Message, found: _Found, field: str) -> None:
    if field in found.bodies:
        raise InvalidEmail(f"the message has a second body of type {part.get_content_type()}", field=field)
    # As it is kept: `get_payload()` would put signs for bytes that are not of the charset.
    text: Any = part._payload  # type: ignore[attr-defined]
    if text.isascii() or part["Content-Transfer-Encoding"] or _SURROGATE.search(text):
        charset = part.get_content_charset() or "ascii"
        # Who says nothing, or ASCII, mostly means UTF-8 when there is more.
        text = in_charset(_content(part), "utf-8" if charset in ("ascii", "us-ascii") else charset, "a body", field)
    found.bodies[field] = _LINE_END.sub("\n", text)


def _content(part: Message) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding not in _ENCODINGS:
        raise InvalidEmail(f"a part has the transfer encoding {encoding!r}, which is unknown", field="message")
    data = part.get_payload(decode=True)
    broken = any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects)
    if not isinstance(data, bytes) or broken:
        raise InvalidEmail(f"a part of type {part.get_content_type()} cannot be decoded", field="message")
    return data


def _alternative(parts: list[Message], found: _Found, depth: int, _: Message) -> None:
    for child in parts:
        kind = child.get_content_type()
        if kind not in (*_BODIES, "multipart/related", "multipart/alternative", "multipart/mixed") or _file_name(child):
            raise InvalidEmail(f"a mail has no {kind} among its alternatives", field="message")
        _part(child, found, depth)


def _related(parts: list[Message], found: _Found, depth: int, part: Message) -> None:
    start = part.get_param("start")
    first = next((child for child in parts if start and child.get("Content-ID", "").strip() == start), parts[0])
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
                "the message shows one body after another; a mail's two bodies are one in two forms", field="html_body"
            )
        shown = shown or more


def _file_name(part: Message) -> str:
    # `get_filename` takes outer spaces away.
    for parameter, header in (("filename", "Content-Disposition"), ("name", "Content-Type")):
        found = part.get_param(parameter, header=header)
        if found:
            return decoded(collapse_rfc2231_value(found), "a file name", "attachments")
    return ""


def _file(part: Message, place: int) -> Attachment:
    kind = part.get_content_type()
    name = _file_name(part)
    if not name:
        extension = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
        name = f"part-{place + 1}{extension}"
    ids = values_of(part, "content-id")
    try:
        return Attachment(
            name=name,
            content=_message(part) if part.get_content_maintype() == "message" else _content(part),
            content_type=_type(part),
            content_id=raw_text(ids[0], "Content-ID") or None if ids else None,
        )
    except InvalidEmail as error:
        raise InvalidEmail(f"attachments[{place}] ({name!r}): {error.message}", field="attachments") from None


def _message(part: Message) -> bytes:
    """Return a message in a message, or a report's blocks, as bytes with CRLF line ends."""
    if not isinstance(part.get_payload(), list):
        return _content(part)
    data = inner_bytes(part)
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":  # not allowed, and met
        try:
            return a2b_base64(data)
        except Base64Error:
            pass
        raise InvalidEmail("it is no valid base64", field="attachments")
    return data


def _type(part: Message) -> str:
    """Return a part's type with its parameters, but for those that say how it is called or taken apart."""
    written = [part.get_content_type()]
    parameters: list[tuple[str, Any]] = (part.get_params() or [])[1:]
    for name, value in parameters:
        if name.lower() not in ("name", "boundary") and value:
            text = value[2] if isinstance(value, tuple) else value
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            written.append(f'{name}="{escaped}"')
    return "; ".join(written)
