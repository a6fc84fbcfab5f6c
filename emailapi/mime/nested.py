"""A message in a message: it must not be in base64 (RFC 2046 section 5.2.1), so what is in it is made 7-bit."""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp

from ..errors import InvalidEmail
from .bodies import encode_bytes, encode_lines, is_7bit

_LINE_END = re.compile(b"\r\n?|\n")
_HEADER_END = re.compile(b"^\n|\n\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:.*(?:\n[ \t].*)*))(?:\n|$)")
_BOUNDARY = re.compile(rb""";\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))""", re.IGNORECASE)
_TRANSFER = re.compile(rb"^content-transfer-encoding[ \t]*:.*(?:\n[ \t].*)*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)
_DEPTH_LIMIT = 50


def nested_message(data: bytes, where: str, *, whole: bool) -> bytes:
    """
    Return an attached message as 7-bit bytes with CRLF line ends; only parts that are not so are encoded anew.

    `whole` says that it is a message with parts (`message/rfc822`), and not a report of lines, which cannot be encoded.

    Raises:
        InvalidEmail: Naming "attachments": it cannot be made 7-bit.
    """
    lines = _LINE_END.sub(b"\n", data)
    if not is_7bit(lines):
        if not whole:
            raise InvalidEmail(f"{where}: a part of type message/* must be ASCII lines", field="attachments")
        lines = _entity(lines, where, 0)
    return lines.replace(b"\n", b"\r\n")


def _entity(data: bytes, where: str, depth: int) -> bytes:
    """Return an entity (headers, blank line, body) as 7-bit."""
    if is_7bit(data):
        return data
    found = _HEADER_END.search(data)
    end = found.end() if found else len(data)
    header, body = data[:end], data[end:]
    if not is_7bit(header):
        raise InvalidEmail(
            f"{where}: the attached message has headers that are not ASCII, or too long for a line", field="attachments"
        )
    fields = {name.lower(): value for name, value in _FIELD.findall(header)}
    kind = fields.get(b"content-type", b"").strip().lower()
    boundary = _BOUNDARY.search(fields.get(b"content-type", b""))
    if depth > _DEPTH_LIMIT:
        raise InvalidEmail(f"{where}: the attached message is nested too deeply", field="attachments")
    if kind.startswith(b"multipart/") and boundary:
        body = _multipart(body, boundary[1] or boundary[2], where, depth)
    elif kind.startswith(b"message/rfc822"):
        body = _entity(body, where, depth + 1)
    else:
        return _leaf(header, body, fields.get(b"content-transfer-encoding", b"").strip().lower(), where)
    # An "8bit" that is none any more.
    header = _TRANSFER.sub(b"", header)
    return header + body


def _multipart(body: bytes, boundary: bytes, where: str, depth: int) -> bytes:
    """Return a multipart's body with each part made 7-bit; preamble and epilogue, which nobody reads, must be so."""
    delimiter = re.compile(rb"(?:^|\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?:\n|\Z)")
    pieces: list[bytes] = []
    at = 0
    inside = False
    for found in delimiter.finditer(body):
        part = body[at : found.start()]
        pieces += (_entity(part, where, depth + 1) if inside else part, found[0])
        inside = not found[0].rstrip().endswith(b"--" + boundary + b"--")
        at = found.end()
    pieces.append(_entity(body[at:], where, depth + 1) if inside else body[at:])
    return b"".join(pieces)


def _leaf(header: bytes, body: bytes, encoding: bytes, where: str) -> bytes:
    if encoding == b"base64":
        try:
            return header + encode_bytes(a2b_base64(body)).replace(b"\r\n", b"\n")
        except ValueError:
            pass
        raise InvalidEmail(f"{where}: the attached message has a part of broken base64", field="attachments")
    if encoding == b"binary":
        raise InvalidEmail(f"{where}: the attached message has a binary part", field="attachments")
    if encoding == b"quoted-printable":
        body = a2b_qp(body)
    name, written = encode_lines(body)
    fields = _TRANSFER.sub(b"", header)
    return b"Content-Transfer-Encoding: " + name.encode() + b"\n" + fields + written.replace(b"\r\n", b"\n")
