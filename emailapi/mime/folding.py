"""Headers in lines: folding, encoded words (RFC 2047), parameters (RFC 2045, 2231), and what may not stand in them."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from ..errors import InvalidEmail

# RFC 5322 section 2.1.1 asks for 78 and allows 998; RFC 2047 wants 76 of a line with encoded words.
LINE = 76
LINE_LIMIT = 998
# What text cannot be broken in lines of; leaves room for a name before it and brackets around it.
TOKEN_LIMIT = 900
PRINTABLE = re.compile("[ -~]*")
_BREAKS = re.compile("[\r\n\0]")


def fold(name: str, items: Iterable[list[str]]) -> str:
    """
    Return a header of items, each some tokens with a space before each; lines are broken between tokens only.

    An item stays on one line where it can.
    """
    lines: list[str] = []
    line = start = f"{name}:"
    for tokens in items:
        whole = " ".join(tokens)
        if len(line) + len(whole) < LINE:
            line += " " + whole
            continue
        if line != start:
            lines.append(line)
            line = ""
        for token in tokens:
            # The first line always has a token: one of a name alone looks to some readers like a header without text.
            if len(line) + len(token) >= LINE and line and (line != start or len(line) + len(token) >= LINE_LIMIT):
                lines.append(line)
                line = ""
            line += " " + token
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


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


def check_line(text: str, what: str, field: str) -> None:
    """
    Return when nothing in a text can end a line.

    The models see to that already; this is what stands between a mail changed behind their back and a header of
    somebody else's.

    Raises:
        InvalidEmail: It has a CR, LF or NUL.
    """
    if _BREAKS.search(text):
        raise InvalidEmail(f"{what} must not contain a line break or a NUL", field=field)


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
