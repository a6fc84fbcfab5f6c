"""Text and bytes as 7-bit lines: bodies (RFC 2045), encoded words (RFC 2047), and parameters (RFC 2231)."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

# RFC 5322 section 2.1.1 recommends 78 and allows 998; RFC 2047 limits lines with encoded words to 76.
LINE = 76
LINE_LIMIT = 998
# The longest text that cannot be broken into lines; leaves room for a name before and brackets around the text.
TOKEN_LIMIT = 900
PRINTABLE = re.compile("[ -~]*")


def long_line(data: bytes, end: bytes = b"\r\n") -> int:
    """Return where the first line of more than 998 octets begins, or -1; lines are terminated by `end`."""
    room = LINE_LIMIT + len(end)
    at = 0
    while len(data) - at > LINE_LIMIT:
        # Backwards: a thousand bytes are skipped at once.
        found = data.rfind(end, at, at + room)
        if found < 0:
            return at
        at = found + len(end)
    return -1


# Bytes that quoted-printable leaves as they are; a space at the end of a line costs two more, which is not counted.
_AS_IS = bytes(byte for byte in range(32, 127) if byte != 0x3D) + b"\n\t"
_LINE_END = re.compile(b"\r\n?|\n")


def encode_text(text: str) -> tuple[str, bytes]:
    """Return a body's transfer encoding and its bytes: unchanged if possible, else in the shorter encoding."""
    data = text.encode()
    if b"\r" in data:
        data = _LINE_END.sub(b"\n", data)
    if is_7bit(data):
        return "7bit", data.replace(b"\n", b"\r\n")
    return encode_lines(data)


def is_7bit(data: bytes) -> bool:
    """Return whether bytes with LF line ends are valid 7-bit data."""
    return (
        data.isascii()
        and b"\0" not in data
        and (len(data) <= LINE_LIMIT or max(map(len, data.split(b"\n"))) <= LINE_LIMIT)
    )


def encode_lines(data: bytes) -> tuple[str, bytes]:
    """Return bytes with LF line ends, which are not 7-bit data, as quoted-printable or base64."""
    escaped = len(data.translate(None, _AS_IS))
    # Quoted-printable ends its lines with `=`: three bytes per 75, where base64 needs two per 76.
    if (len(data) + 2 * escaped) * 78 * 3 <= len(data) * 75 * 4:
        return "quoted-printable", b2a_qp(data).replace(b"\n", b"\r\n")
    return "base64", encode_bytes(data.replace(b"\n", b"\r\n"))


# 57 bytes make a line.
_BLOCK = 57 * 1024


def encode_bytes(content: bytes) -> bytes:
    """Return base64 in lines of 76 characters."""
    return b"".join(base64_lines(content))


def base64_lines(content: bytes) -> Iterator[bytes]:
    """Yield base64 in lines of 76 characters, block by block, so that the base64 of a large file is in memory once."""
    file = memoryview(content)
    for start in range(0, len(file), _BLOCK):
        encoded = b2a_base64(file[start : start + _BLOCK], newline=False)
        if start:
            yield b"\r\n"
        yield b"\r\n".join([encoded[at : at + LINE] for at in range(0, len(encoded), LINE)])


# Characters that need no encoding in a word of a phrase (RFC 2047 section 5.3), the strictest rule of all headers.
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_Q = ["_" if byte == 0x20 else chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in range(256)]
_UNESCAPED = _PLAIN + b" "
# A word has at most 75 characters, 12 of which are not its text.
_ROOM = 63


def encoded_words(text: str, first: int = 75) -> list[str]:
    """
    Return the encoded words of a text, each of at most 75 characters, the first of at most `first` (at least 24).

    No word ends inside a character. White space between two words is not part of the text, so each word but the first
    may begin a line.
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


# Characters of a quoted string; a backslash is left out, because readers disagree on its meaning.
_QUOTABLE = re.compile(r"(?![ \"<])[ !-\[\]-~]*(?<! )")
# Besides letters, digits and `_.-~` (RFC 2231 section 7, attribute-char); `%`, `'` and `*` have a meaning there.
_ATTRIBUTE = "!#$&+^`{|}"


def with_parameters(name: str, value: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return a header with its parameters, each on a line of its own if they do not fit on one."""
    pieces = [piece for parameter in parameters for piece in write_parameter(*parameter)]
    line = "; ".join([f"{name}: {value}", *pieces])
    return (line if len(line) <= LINE else ";\r\n ".join([f"{name}: {value}", *pieces])) + "\r\n"


def write_parameter(name: str, value: str) -> list[str]:
    """
    Return a parameter, in as many pieces as are needed to keep each on a line (RFC 2231 section 3).

    Plain text is quoted. Other text is percent-encoded, as are characters that readers would strip: outer spaces,
    quotes and angle brackets. No character is split between two pieces.
    """
    if _QUOTABLE.fullmatch(value) and "=?" not in value:
        quoted = value.replace('"', '\\"')
        if len(quoted) <= LINE - len(name) - 5:
            return [f'{name}="{quoted}"']
    whole = f"{name}*=utf-8''{quote(value, safe=_ATTRIBUTE)}"
    return [whole] if len(whole) < LINE else _continued(name, value)


def _continued(name: str, value: str) -> list[str]:
    pieces = []
    piece = f"{name}*0*=utf-8''"
    for character in value:
        written = quote(character, safe=_ATTRIBUTE)
        if len(piece) + len(written) > LINE - 2:
            pieces.append(piece)
            piece = f"{name}*{len(pieces)}*="
        piece += written
    return [*pieces, piece]
