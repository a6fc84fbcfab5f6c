"""HTML as lines of coloured pieces, for people to read: a template escapes each piece."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import attrs

from ...mime.html_tokens import Tag, Text, tokens

# The class of a piece ("" for text, `t` for tags, `v` for values, `c` for comments) and its characters.
Piece = tuple[str, str]
# A page shows so many characters of a source, in so many pieces and lines; all of it can be downloaded.
MOST = 300_000
_MOST_PIECES = 10_000
_MOST_LINES = 10_000


@attrs.frozen
class Source:
    """
    The beginning of HTML.

    Attributes:
        lines: Its lines, each as pieces with their classes.
        shown: How many characters of the HTML they have.
    """

    lines: list[list[Piece]]
    shown: int


def _pieces(html: str) -> Iterator[Piece]:
    at = 0
    for token in tokens(html):
        if token.start > at:
            yield "c", html[at : token.start]
        if isinstance(token, Text):
            at = token.start + len(token.text)
            yield "", token.text
        else:
            at = token.end
            yield from _of_tag(html, token)
    if at < len(html):
        yield "c", html[at:]


def _of_tag(html: str, tag: Tag) -> Iterator[Piece]:
    at = tag.start
    for start, end in sorted(place for place in tag.places.values() if place[0] >= 0):
        yield "t", html[at:start]
        yield "v", html[start:end]
        at = end
    yield "t", html[at : tag.end]


def source_lines(html: str) -> Source:
    """Return the lines of HTML, as many as a page shows."""
    lines: list[list[Piece]] = [[]]
    beginning, shown = html[:MOST], 0
    further = beginning.split("\n", _MOST_LINES)[_MOST_LINES:]
    for kind, text in islice(_pieces(beginning[: len(beginning) - sum(map(len, further))]), _MOST_PIECES):
        first, *others = text.replace("\r\n", "\n").split("\n")
        shown += len(text)
        if first:
            lines[-1].append((kind, first))
        lines += [[(kind, each)] if each else [] for each in others]
    return Source(lines, shown)
