"""Encoding messages anew, part by part: attached messages, which must not be base64 (RFC 2046), and ready messages."""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Callable

import attrs

from ..errors import InvalidEmail
from .encoding import encode_bytes, encode_lines, is_7bit, long_line
from .header_values import decoded, read_addresses
from .headers import ADDRESS_HEADERS, fold_text, write_addresses, write_value

_LINE_END = re.compile(b"\r\n?|\n")
_HEADER_END = re.compile(b"^\n|\n\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:.*(?:\n[ \t].*)*))(?:\n|$)")
_BOUNDARY = re.compile(rb""";\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))""", re.IGNORECASE)
_TRANSFER = re.compile(rb"^content-transfer-encoding[ \t]*:.*(?:\n[ \t].*)*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)
_SIGNED = re.compile(
    rb"^(?:content-type[ \t]*:\s*(?:multipart/signed|application/(?:x-)?pkcs7-)|"
    rb"(?:[!-9;-~]*dkim-signature|domainkey-signature|x-pgp-sig|arc-(?:seal|message-signature))[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
_DEPTH_LIMIT = 50


@attrs.frozen
class _Rule:
    """
    The requirements for an entity.

    Attributes:
        fits: Tells whether bytes with LF line ends can stay as they are.
        where: The message, as error messages name it.
        field: The field of errors.
        remedy: The end of error messages.
        folds: Whether headers may be folded anew.
    """

    fits: Callable[[bytes], bool]
    where: str
    field: str
    remedy: str = ""
    folds: bool = False

    def error(self, problem: str) -> InvalidEmail:
        """Return the error for an entity that cannot be made to fit."""
        return InvalidEmail(f"{self.where} {problem}{self.remedy}", field=self.field)


def is_signed(content: bytes) -> bool:
    """Return whether a message's header block, with CRLF line ends, says that the body must not be changed."""
    return _SIGNED.search(content, 0, content.find(b"\r\n\r\n")) is not None


def short_lines(content: bytes) -> bytes:
    """
    Return a ready message, with CRLF line ends, whose parts and headers with too long lines are written anew.

    Text around its parts stays as it is.

    Raises:
        InvalidEmail: A header cannot be folded, or a part cannot be encoded; the field is "message".
    """
    rule = _Rule(lambda data: long_line(data, b"\n") < 0, "the message", "message", folds=True)
    return _entity(content.replace(b"\r\n", b"\n"), rule, 0).replace(b"\n", b"\r\n")


def seven_bit(content: bytes) -> bytes:
    """
    Return a ready message, with CRLF line ends, whose parts that are not 7-bit are encoded anew.

    Raises:
        InvalidEmail: A part cannot be encoded, or a header is not ASCII; the field is "message".
    """
    rule = _Rule(is_7bit, "the message", "message")
    return _entity(content.replace(b"\r\n", b"\n"), rule, 0).replace(b"\n", b"\r\n")


def nested_message(data: bytes, where: str, *, whole: bool) -> bytes:
    """
    Return an attached message as 7-bit bytes with CRLF line ends; only parts that are not 7-bit are encoded anew.

    `whole` means a message with parts (`message/rfc822`), and not a report of lines, which cannot be encoded.

    Raises:
        InvalidEmail: The message cannot be made 7-bit; the field is "attachments".
    """
    lines = _LINE_END.sub(b"\n", data)
    if not is_7bit(lines):
        if not whole:
            raise InvalidEmail(
                f"{where}: a part of type message/* must be ASCII lines: attach it with content_type='text/plain'",
                field="attachments",
            )
        remedy = ": attach it with content_type='application/octet-stream'"
        lines = _entity(lines, _Rule(is_7bit, f"{where}: the attached message", "attachments", remedy), 0)
    return lines.replace(b"\n", b"\r\n")


def _entity(data: bytes, rule: _Rule, depth: int, *, is_message: bool = True) -> bytes:
    """Return an entity (headers, blank line, body), a message or a part, that meets the requirements."""
    if rule.fits(data):
        return data
    found = _HEADER_END.search(data)
    end = found.end() if found else len(data)
    header, body = data[:end], data[end:]
    if not rule.fits(header):
        if not rule.folds:
            raise rule.error("has headers that are not ASCII, or too long for a line")
        header = _refolded(header)
    if rule.fits(body):
        return header + body
    fields = {name.lower(): value for name, value in _FIELD.findall(header)}
    kind = fields.get(b"content-type", b"").strip().lower()
    boundary = _BOUNDARY.search(fields.get(b"content-type", b""))
    if depth > _DEPTH_LIMIT:
        raise rule.error("is nested too deeply")
    if kind.startswith(b"multipart/signed"):
        raise rule.error("has a signed part, and encoding it anew would break the signature")
    if kind.startswith(b"multipart/") and boundary:
        body = _multipart(body, boundary[1] or boundary[2], rule, depth)
    elif kind.startswith(b"message/rfc822"):
        body = _entity(body, rule, depth + 1)
    else:
        if is_message and b"mime-version" not in fields:
            header = b"MIME-Version: 1.0\n" + header
        return _leaf(header, body, fields.get(b"content-transfer-encoding", b"").strip().lower(), rule)
    # An "8bit" that is no longer true.
    return (_TRANSFER.sub(b"", header) if is_7bit(body) else header) + body


def _multipart(body: bytes, boundary: bytes, rule: _Rule, depth: int) -> bytes:
    """Return a multipart's body with each part adapted; preamble and epilogue, which no reader shows, must fit."""
    delimiter = re.compile(rb"(?:^|\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?:\n|\Z)")
    pieces: list[bytes] = []
    at = 0
    inside = False
    for found in delimiter.finditer(body):
        part = body[at : found.start()]
        pieces += (_entity(part, rule, depth + 1, is_message=False) if inside else part, found[0])
        inside = not found[0].rstrip().endswith(b"--" + boundary + b"--")
        at = found.end()
    pieces.append(_entity(body[at:], rule, depth + 1, is_message=False) if inside else body[at:])
    return b"".join(pieces)


def _leaf(header: bytes, body: bytes, encoding: bytes, rule: _Rule) -> bytes:
    if encoding == b"base64":
        try:
            return header + encode_bytes(a2b_base64(body)).replace(b"\r\n", b"\n")
        except ValueError:
            pass
        raise rule.error("has a part of broken base64")
    if encoding == b"binary":
        raise rule.error("has a binary part")
    if encoding == b"quoted-printable":
        body = a2b_qp(body)
    name, written = encode_lines(body)
    fields = _TRANSFER.sub(b"", header)
    return b"Content-Transfer-Encoding: " + name.encode() + b"\n" + fields + written.replace(b"\r\n", b"\n")


def _refolded(header: bytes) -> bytes:
    """
    Return a header block, with LF line ends, whose fields with lines of over 998 octets are folded anew.

    Raises:
        InvalidEmail: A field cannot be broken into lines; the error names the field.
    """
    fields = re.split(rb"(?<=\n)(?![ \t])", header)
    return b"".join([field if long_line(field, b"\n") < 0 else _refolded_field(field) for field in fields])


def _refolded_field(field: bytes) -> bytes:
    before, _, value = field.partition(b":")
    value = re.sub(rb"\n(?=[ \t])", b"", value).strip(b" \t\n")
    name = before.decode("latin-1").strip()
    kind = name.lower()
    # One character per byte, because lines are measured in bytes.
    written = fold_text(name, value.decode("latin-1"))
    if written:
        return written.replace("\r\n", "\n").encode("latin-1")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or kind.startswith("content-"):
        raise InvalidEmail(f"{name} is longer than a line, and has no spaces to break it at", field="message")
    if kind in ADDRESS_HEADERS:
        written = write_addresses(name, read_addresses(text, name, "message"), "message", utf8=True)
    else:
        written = write_value(name, decoded(text, name, "message"), "message", utf8=True)
    return written.replace("\r\n", "\n").encode()
