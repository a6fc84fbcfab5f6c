"""Parameters of Content-Type and Content-Disposition, file names first among them (RFC 2045, 2231)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from .lines import LINE

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
