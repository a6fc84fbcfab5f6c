"""Encoded words (RFC 2047) to the text they stand for."""

from __future__ import annotations

import re
from binascii import Error as Base64Error, a2b_base64, a2b_qp

from ..errors import InvalidEmail

# Compiled, and then kept by `re`, where the first text needs them: most programs never have one.
# With the language that RFC 2231 section 5 lets follow the charset.
_WORD = r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bqBQ])\?([^?]*)\?="
_BETWEEN = r"(\?=)\s+(?==\?[^?\s]+\?[bqBQ]\?[^?]*\?=)"
_NOTHING_ELSE = r"\s*=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=)*\s*"


def is_encoded(text: str) -> bool:
    """Whether a text consists of encoded words."""
    return re.fullmatch(_NOTHING_ELSE, text) is not None


def decoded(text: str, what: str, field: str) -> str:
    """
    Return a text with its encoded words decoded; the space between two of them is not part of it.

    What is decoded may hold any character: check it as if it had been given.

    Args:
        text: The text.
        what: What it is, for the error.
        field: The field at fault.

    Raises:
        InvalidEmail: Naming the field: a word, or the charset of one, cannot be decoded.
    """
    if "=?" not in text:
        return text
    text = re.sub(_BETWEEN, r"\1", text)
    pieces: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    at = 0
    for found in re.finditer(_WORD, text):
        charset, data = found[1].lower(), _data(found, what, field)
        if found.start() > at or charset != pending[0]:
            pieces += (_text(*pending, what, field), text[at : found.start()])
            pending = (charset, b"")
        # Some writers split a character between two words.
        pending = (charset, pending[1] + data)
        at = found.end()
    return "".join([*pieces, _text(*pending, what, field), text[at:]])


def _data(found: re.Match[str], what: str, field: str) -> bytes:
    data = found[3].encode("utf-8", "surrogateescape")
    if found[2] in "qQ":
        return a2b_qp(data, header=True)
    try:
        return a2b_base64(data + b"=" * (-len(data) % 4))
    except Base64Error:
        pass
    raise InvalidEmail(f"{what} has an encoded word that cannot be decoded", field=field)


def _text(charset: str, data: bytes, what: str, field: str) -> str:
    return in_charset(data, charset or "ascii", what, field)


def in_charset(data: bytes, charset: str, what: str, field: str) -> str:
    """
    Return bytes as text.

    Raises:
        InvalidEmail: Naming `field`: the charset is unknown, or the bytes are not of it.
    """
    try:
        return data.decode(charset)
    except LookupError:
        problem = f"is in the charset {charset!r}, which is unknown"
    except (UnicodeError, ValueError):
        problem = f"has bytes that are not of its charset, {charset!r}"
    raise InvalidEmail(f"{what} {problem}", field=field)
