"""
The text of a reply, without the message that it quotes: `StrippedTextReply`.

As at the service, it is found in plain texts in English. The quoted message begins at a line that announces it, at a
separator, or at the last block of lines with `>`. A signature is left out, too. The result is empty for a text that
quotes nothing.
"""

from __future__ import annotations

import re

_ANNOUNCED = re.compile(r"On .{4,300} wrote:", re.IGNORECASE)
_BEGINS = re.compile(r"On\b.*\d", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"[-_*]{2,}\s*(?:Original|Forwarded|Reply) (?:Message|Appointment).*|_{10,}|Begin forwarded message:",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\*?(?:From|Sent|Date|To|Subject|Cc):\*?\s+\S.*", re.IGNORECASE)
_SIGNATURE = re.compile(r"-- ?|Sent from my \S.{0,60}|Get Outlook for \S.{0,60}|Sent from \w{4,7} for .{0,60}")
# A line such as `On Monday, 3 March 2025 at 10:12, Ada <ada@example.com> wrote:` may be broken.
_LINES_OF_ANNOUNCEMENT = 4


def stripped(text: str | None) -> str:
    """Return the reply in a text; empty if the text quotes nothing."""
    lines = (text or "").split("\n")
    quoted = _last_block(lines)
    end = next((place for place in range(quoted) if _announces(lines, place)), quoted)
    if end == len(lines):
        return ""
    kept = lines[:end]
    for place, line in enumerate(kept):
        if _SIGNATURE.fullmatch(line.rstrip()) or line == "-- ":
            kept = kept[:place]
            break
    return "\n".join(kept).strip()


def _last_block(lines: list[str]) -> int:
    """Return where the last lines with `>` begin, if nothing stands below them; else the number of lines."""
    begin = len(lines)
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place].lstrip()
        if line.startswith(">"):
            begin = place
        elif line:
            break
    return begin


def _announces(lines: list[str], place: int) -> bool:
    """Return whether the quoted message is announced at a line."""
    line = lines[place].strip()
    if _SEPARATOR.fullmatch(line):
        return True
    if _BEGINS.match(line):
        return any(
            _ANNOUNCED.fullmatch(" ".join(each.strip() for each in lines[place : place + count]))
            for count in range(1, _LINES_OF_ANNOUNCEMENT)
        )
    return bool(_HEADER.fullmatch(line)) and sum(map(_is_header, lines[place : place + 4])) >= 3


def _is_header(line: str) -> bool:
    return _HEADER.fullmatch(line.strip()) is not None
