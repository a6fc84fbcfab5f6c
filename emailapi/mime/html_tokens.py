"""
HTML as tags and text, in one pass.

The standard library's `html.parser` takes time that grows with the square of some inputs; here each character is read
a fixed number of times, whatever the input.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# White space in HTML is these characters only, so that `\s` would find tags and attributes that a browser does not see.
_WHITE = r"\t\n\f\r "
_NAME = re.compile(rf"(/?)([A-Za-z][^{_WHITE}/>]*+)")
_ATTRIBUTE = re.compile(
    rf"[{_WHITE}/]*+(?:([^{_WHITE}/>=][^{_WHITE}/>=]*+)"
    rf"(?:[{_WHITE}]*+=[{_WHITE}]*+(?:([\"'])|([^{_WHITE}>\"'][^{_WHITE}>]*+)|))?|=)"
)
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SPACE = re.compile(rf"[{_WHITE}/]*+")
# Elements whose content is not markup (HTML standard, section 13.2.5), with the end that each is looked for.
_RAW = {
    name: re.compile(rf"</{name}(?=[{_WHITE}/>])", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}


class Tag(NamedTuple):
    """
    A start tag or an end tag.

    Attributes:
        name: The name of the element, in lower case.
        closing: Whether it is an end tag.
        attributes: The attributes as written, by their names in lower case; of two with one name the first counts.
        places: Where the value of each attribute starts and ends in the source.
        start: Where the tag starts in the source.
        end: Where the tag ends in the source.
    """

    name: str
    closing: bool
    attributes: dict[str, str]
    places: dict[str, tuple[int, int]]
    start: int
    end: int


class Text(NamedTuple):
    """
    Characters between tags, with their entities as written.

    Attributes:
        text: The characters.
        raw: The element around the text, if its content is not markup, such as `"style"`; "" otherwise.
        start: Where the characters start in the source.
    """

    text: str
    raw: str = ""
    start: int = 0


def tokens(html: str) -> Iterator[Tag | Text]:
    """Yield the tags and the text of HTML; comments and what a browser ignores are left out."""
    at, raw = 0, ""
    while at < len(html):
        end = _text_end(html, at, raw)
        if end > at:
            yield Text(html[at:end], raw, at)
        if end >= len(html):
            return
        found = _NAME.match(html, end + 1)
        if found is None:
            at = _after_declaration(html, end)
            if at < 0:
                at = end + 1
                yield Text("<", "", end)
            continue
        tag = _tag(html, end, found)
        if tag is None:  # a browser drops a tag that does not end
            return
        yield tag
        at, raw = tag.end, tag.name if tag.name in _RAW and not tag.closing else ""


def replaced(source: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """Return a source with other text at places, from start to end, that are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, text in changes:
        pieces += (source[at:start], text)
        at = end
    return "".join([*pieces, source[at:]])


def _text_end(html: str, at: int, raw: str) -> int:
    if raw:
        found = _RAW[raw].search(html, at)
        return len(html) if found is None else found.start()
    end = html.find("<", at)
    return len(html) if end < 0 else end


def _after_declaration(html: str, start: int) -> int:
    """Return where a comment or declaration ends; -1 where the bracket is just a character."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 2)
        return len(html) if end < 0 else end + 3
    if html[start + 1 : start + 2] in ("!", "?", "/"):
        end = html.find(">", start)
        return len(html) if end < 0 else end + 1
    return -1


def _tag(html: str, start: int, name: re.Match[str]) -> Tag | None:
    attributes: dict[str, str] = {}
    places: dict[str, tuple[int, int]] = {}
    at = name.end()
    if html.startswith(">", at):  # most tags have no attributes
        return Tag(_lower(name[2]), bool(name[1]), attributes, places, start, at + 1)
    while True:
        found = _ATTRIBUTE.match(html, at)
        if found is None:
            break
        at = found.end()
        attribute, quote, value = found.groups("")
        place = found.span(3)
        if quote:
            end = html.find(quote, at)
            if end < 0:
                return None
            value, place, at = html[at:end], (at, end), end + 1
        attribute = _lower(attribute)
        if attribute and attribute not in attributes:
            attributes[attribute], places[attribute] = value, place
    space = _SPACE.match(html, at)
    at = at if space is None else space.end()
    if at >= len(html):
        return None
    return Tag(_lower(name[2]), bool(name[1]), attributes, places, start, at + 1)


def _lower(name: str) -> str:
    """Return a name with its ASCII letters in lower case: others are as written, so that no other name becomes this."""
    return name.lower() if name.isascii() else name.translate(_LOWER)
