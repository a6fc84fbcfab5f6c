"""Bodies of parts: which transfer encoding keeps what they say within 7-bit lines (RFC 2045)."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp

from .folding import LINE, LINE_LIMIT

# What quoted-printable leaves as it is, line feeds included; a space at a line's end costs two more and is not counted.
_AS_IS = bytes(byte for byte in range(32, 127) if byte != 0x3D) + b"\n\t"
_LINE_END = re.compile(b"\r\n?|\n")


def encode_text(text: str) -> tuple[str, bytes]:
    """Return a body's transfer encoding, and its bytes: as they are if they can be, else whichever form is shorter."""
    data = text.encode()
    if b"\r" in data:
        data = _LINE_END.sub(b"\n", data)
    if is_7bit(data):
        return "7bit", data.replace(b"\n", b"\r\n")
    return encode_lines(data)


def is_7bit(data: bytes) -> bool:
    """Return whether bytes with LF line ends can travel as they are."""
    return (
        data.isascii()
        and b"\0" not in data
        and (len(data) <= LINE_LIMIT or max(map(len, data.split(b"\n"))) <= LINE_LIMIT)
    )


def encode_lines(data: bytes) -> tuple[str, bytes]:
    """Return bytes with LF line ends, which cannot travel as they are, as quoted-printable or base64."""
    escaped = len(data.translate(None, _AS_IS))
    # Quoted-printable ends its lines in `=`: three bytes for 75, where base64 has two for 76.
    if (len(data) + 2 * escaped) * 78 * 3 <= len(data) * 75 * 4:
        return "quoted-printable", b2a_qp(data).replace(b"\n", b"\r\n")
    return "base64", encode_bytes(data.replace(b"\n", b"\r\n"))


def encode_bytes(content: bytes) -> bytes:
    """Return base64 in lines of 76 characters."""
    encoded = b2a_base64(content, newline=False)
    return b"\r\n".join([encoded[at : at + LINE] for at in range(0, len(encoded), LINE)])
