"""Encoded words (RFC 2047): how text that is not plain ASCII stands in a header."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterator

# What may stand in a word of a phrase as it is (RFC 2047 section 5.3): a name's rule, and good for every header.
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_Q = ["_" if byte == 0x20 else chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in range(256)]
_UNESCAPED = _PLAIN + b" "
# A word has at most 75 characters, 12 of which are not its text.
_ROOM = 63


def encoded_words(text: str, first: int = 75) -> list[str]:
    """
    Return the words that spell a text, each of at most 75 characters, the first of at most `first` (at least 24).

    No word ends inside a character. What stands between two words is not part of the text, so each but the first may
    begin a line.
    """
    data = text.encode()
    if len(data) + 2 * len(data.translate(None, _UNESCAPED)) <= (len(data) + 2) // 3 * 4:
        return [f"=?utf-8?q?{_quoted(piece)}?=" for piece in _pieces(text, _quoted_length, first - 12, _ROOM)]
    return [
        f"=?utf-8?b?{b2a_base64(piece, newline=False).decode()}?="
        for piece in _pieces(text, len, (first - 12) // 4 * 3, _ROOM // 4 * 3)
    ]


def _quoted(data: bytes) -> str:
    return "".join([_Q[byte] for byte in data])


def _quoted_length(data: bytes) -> int:
    return len(data) + 2 * len(data.translate(None, _UNESCAPED))


def _pieces(text: str, length: Callable[[bytes], int], first: int, room: int) -> Iterator[bytes]:
    """Split a text between its characters into encoded pieces of at most `room`, the first of at most `first`."""
    data = text.encode()
    if length(data) <= first:
        yield data
        return
    piece: list[bytes] = []
    left = first
    for character in text:
        encoded = character.encode()
        size = length(encoded)
        if size > left:
            yield b"".join(piece)
            piece, left = [], room
        piece.append(encoded)
        left -= size
    yield b"".join(piece)
