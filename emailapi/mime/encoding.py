"""Text and bytes in 7-bit lines: bodies (RFC 2045), encoded words (RFC 2047), and parameters (RFC 2231)."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

# RFC 5322 section 2.1.1 asks for 78 and allows 998; RFC 2047 wants 76 of a line with encoded words.
LINE = 76
LINE_LIMIT = 998
# What text cannot be broken in lines of; leaves room for a name before it and brackets around it.
TOKEN_LIMIT = 900
PRINTABLE = re.compile("[ -~]*")


def long_line(data: bytes, end: bytes = b"\r\n") -> int:
    """Return where the first line of more than 998 octets begins, or -1; each line is closed by `end`."""
    room = LINE_LIMIT + len(end)
    at = 0
    while len(data) - at > LINE_LIMIT:
        # From behind: a thousand bytes are passed over at once.
        found = data.rfind(end, at, at + room)
        if found < 0:
            return at
        at = found + len(end)
    return -1


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


# What stands in quotes; a backslash is left out: readers disagree on what it means there.
_QUOTABLE = re.compile(r"(?![ \"<])[ !-\[\]-~]*(?<! )")
# Beside letters, digits and `_.-~` (RFC 2231 section 7, attribute-char); `%`, `'` and `*` have a meaning there.
_ATTRIBUTE = "!#$&+^`{|}"


def with_parameters(name: str, value: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return a header with its parameters, each on a line of its own where they do not fit on one."""
    pieces = [piece for parameter in parameters for piece in write_parameter(*parameter)]
    line = "; ".join([f"{name}: {value}", *pieces])
    return (line if len(line) <= LINE else ";\r\n ".join([f"{name}: {value}", *pieces])) + "\r\n"


def write_parameter(name: str, value: str) -> list[str]:
    """
    Return a parameter, in as many pieces as it takes to keep each on a line (RFC 2231 section 3).

    Plain text is quoted. Any other is percent-encoded, as is what readers would strip: spaces, quotes and angles around
    it. No character is split between two pieces.
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
