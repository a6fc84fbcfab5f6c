"""Lines of a header: where they are folded, and what may not stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
