"""Decoding of encoded words (RFC 2047) in headers."""

from __future__ import annotations

import re
from binascii import Error as Base64Error, a2b_base64, a2b_qp

from ..errors import InvalidEmail

# Compiled and cached by `re` on first use: most programs never decode a header.
# RFC 2231 section 5 allows a language after the charset.
_WORD = r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bqBQ])\?([^?]*)\?="
_BETWEEN = r"(\?=)\s+(?==\?[^?\s]+\?[bqBQ]\?[^?]*\?=)"
_ONLY_WORDS = r"\s*=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=)*\s*"


def is_encoded(text: str) -> bool:
    """Return whether a text consists of encoded words only."""
    return re.fullmatch(_ONLY_WORDS, text) is not None


def decode_words(text: str, what: str, field: str) -> str:
    """
    Return a text with its encoded words decoded; white space between two encoded words is dropped.

    The result may contain any character: validate it like a value that a user gave.

    Args:
        text: The text.
        what: Description of the text, for the error.
        field: Name of the field, for the error.

    Raises:
        InvalidEmail: An encoded word, or its charset, cannot be decoded.
    """
    if "=?" not in text:
        return text
    text = re.sub(_BETWEEN, r"\1", text)
    pieces: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    at = 0
    for found in re.finditer(_WORD, text):
        charset, data = found[1].lower(), _decode_word(found, what, field)
        if found.start() > at or charset != pending[0]:
            pieces += (_decode_text(*pending, what, field), text[at : found.start()])
            pending = (charset, b"")
        # Some programs split a character between two encoded words.
        pending = (charset, pending[1] + data)
        at = found.end()
    return "".join([*pieces, _decode_text(*pending, what, field), text[at:]])


def _decode_word(found: re.Match[str], what: str, field: str) -> bytes:
    data = found[3].encode("utf-8", "surrogateescape")
    if found[2] in "qQ":
        return a2b_qp(data, header=True)
    try:
        return a2b_base64(data + b"=" * (-len(data) % 4))
    except Base64Error:
        pass
    raise InvalidEmail(f"{what} has an encoded word that cannot be decoded", field=field)


def _decode_text(charset: str, data: bytes, what: str, field: str) -> str:
    return decode_bytes(data, charset or "ascii", what, field)


def decode_bytes(data: bytes, charset: str, what: str, field: str) -> str:
    """
    Decode bytes to text.

    Args:
        data: The bytes.
        charset: Name of the charset.
        what: Description of the text, for the error.
        field: Name of the field, for the error.

    Raises:
        InvalidEmail: The charset is unknown, or the bytes are not valid in it.
    """
    try:
        return data.decode(charset)
    except LookupError:
        problem = f"has the charset {charset!r}, which is unknown"
    except (UnicodeError, ValueError):
        problem = f"has bytes that are not valid in its charset {charset!r}"
    raise InvalidEmail(f"{what} {problem}", field=field)
