"""
The links and the text of an email: for tests, and for programs that show emails.

All `links` and `link` of the package follow these rules. Each function takes time in proportion to its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any, Self

from .html_tokens import Tag, Text, tokens

# HTML, or its tokens, for which it is read once only.
HTML = str | Sequence[Tag | Text]

_BLOCKS = frozenset(
    "address article aside blockquote br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_SPACES = re.compile(r"[^\S\n]+")
_ANY_SPACE = re.compile(r"\s+")
_LINES = re.compile(r" ?\n[ \n]*")
_URL = re.compile(r"(?<![A-Za-z0-9])(?:https?://|mailto:)[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CLOSING = {")": "(", "]": "["}
# How far back the opening bracket of a link is looked for.
_BRACKETS_WITHIN = 256
# What a reader rarely came for.
_LAST = re.compile(
    r"unsubscribe|opt-?out|email-?preferences|manage-?subscription|abmelden|abbestellen|desabonn|cancelar-suscripcion|"
    r"//(?:[a-z0-9-]+\.)*(?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|pinterest)\.com(?![a-z0-9.-])|"
    r"//(?:track|click|open|trk)[a-z0-9-]*\.|utm_medium=social",
    re.IGNORECASE,
)


class Link(str):
    """
    A link of an email: its target, as a `str`.

    Attributes:
        text: The words of the link, on which a reader clicks; the target itself in plain text.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, target: str, text: str) -> Self:
        """Take the target and what is clicked on."""
        link = super().__new__(cls, target)
        link.text = text
        return link

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the text in copies."""
        return type(self), (str(self), self.text)


def links_of(html: HTML | None, text: str | None) -> tuple[Link, ...]:
    """
    Return the links of an email, each target once: those of the HTML in their order, then those only in the text.

    Links to unsubscribe, to tracking hosts and to social networks stand behind the others. Addresses (`mailto:`) are
    `mailto_links_of`; images (`cid:`), anchors within the page and scripts are left out.
    """
    return all_links_of(html, text)[0]


def mailto_links_of(html: str | None, text: str | None) -> tuple[Link, ...]:
    """Return the `mailto:` links of an email, each target once, in their order."""
    return all_links_of(html, text)[1]


def all_links_of(html: HTML | None, text: str | None) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return the links of an email as `links_of`, and those as `mailto_links_of`."""
    found: dict[str, Link] = {}
    for link in (*_anchors(html or ""), *_written(text or "")):
        found.setdefault(str(link), link)
    links = [link for link in found.values() if not link.lower().startswith("mailto:")]
    links.sort(key=lambda link: bool(_LAST.search(link) or _LAST.search(link.text)))
    return tuple(links), tuple([link for link in found.values() if link.lower().startswith("mailto:")])


def _tokens(html: HTML) -> Iterable[Tag | Text]:
    return tokens(html) if isinstance(html, str) else html


def _anchors(html: HTML) -> Iterator[Link]:
    target, pieces = "", [""]
    for token in _tokens(html):
        if not isinstance(token, Tag):
            if not token.raw:
                pieces.append(token.text)
            continue
        if token.name == "img" and target:
            pieces.append(f" {token.attributes.get('alt', '')} ")
        if token.name not in ("a", "area"):
            continue
        if target:
            yield Link(target, " ".join(unescape("".join(pieces)).split()))
        address = "" if token.closing else unescape(token.attributes.get("href", "")).strip()
        target, pieces = (address if _is_link(address) else ""), [""]
        if token.name == "area" and target:
            yield Link(target, unescape(token.attributes.get("alt", "")))
            target = ""
    if target:
        yield Link(target, " ".join(unescape("".join(pieces)).split()))


def _is_link(address: str) -> bool:
    scheme = _SCHEME.match(address)
    if scheme is None:
        return address[:1] not in ("", "#")
    return scheme[0].lower() not in ("cid:", "data:", "javascript:", "vbscript:")


def _written(text: str) -> Iterator[Link]:
    for start, end in places_of_links(text):
        yield Link(text[start:end], text[start:end])


def places_of_links(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each link starts and ends in plain text, without the punctuation behind it."""
    for found in _URL.finditer(text):
        target, end = found[0], len(found[0])
        while end and (target[end - 1] in ".,;:!?*_" or _opens_outside(target, end)):
            end -= 1
        if not target[:end].endswith(("//", ":")):
            yield found.start(), found.start() + end


def _opens_outside(target: str, end: int) -> bool:
    """Return whether the last character closes a bracket that stands before the link."""
    opening = _CLOSING.get(target[end - 1])
    start = max(0, end - _BRACKETS_WITHIN)
    return opening is not None and target.count(target[end - 1], start, end) > target.count(opening, start, end)


def text_of_html(html: HTML) -> str:
    """Return what a reader of HTML sees, a line for each block."""
    pieces: list[str] = []
    for token in _tokens(html):
        if isinstance(token, Tag):
            if token.name in _BLOCKS:
                pieces.append("\n")
        elif not token.raw:
            pieces.append(_ANY_SPACE.sub(" ", token.text))
    return _LINES.sub("\n", _SPACES.sub(" ", unescape("".join(pieces)))).strip()
