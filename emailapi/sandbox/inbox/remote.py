"""Resources that an email would load from elsewhere, and the inbox does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from ...mime.html_tokens import Tag, tokens

_ADDRESS = re.compile(r"\s*(?:https?:)?//[^\s]", re.IGNORECASE)
# Of style: url(...) and @import "...", in which strings and brackets end where they do in CSS.
_URL = re.compile(
    r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'()]+))|@import\s+(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE
)
_LOADED = {
    "src": frozenset("img input video audio source track iframe embed frame script image".split()),
    "href": frozenset(("link", "image", "use", "feimage")),
    "xlink:href": frozenset(("image", "use", "feimage")),
    "poster": frozenset(("video",)),
    "data": frozenset(("object",)),
}
_CANDIDATE = re.compile(r"[\s,]*(\S+)[^,]*,?")


def remote_resources(html: str) -> tuple[str, ...]:
    """Return the addresses from which a program that shows an email would load something, each once, in order."""
    found: dict[str, None] = {}
    for token in tokens(html):
        if isinstance(token, Tag):
            candidates = () if token.closing or not token.attributes else _of_tag(token)
        else:
            candidates = addresses_in_style(token.text) if token.raw == "style" else ()
        for address in candidates:
            if _ADDRESS.match(address):
                found.setdefault(address.strip())
    return tuple(found)


def _of_tag(tag: Tag) -> Iterator[str]:
    for name, value in tag.attributes.items():
        if tag.name in _LOADED.get(name, ()) or name == "background":
            yield unescape(value)
        elif name in ("srcset", "imagesrcset"):
            yield from (found[1].rstrip(",") for found in _CANDIDATE.finditer(unescape(value)))
        elif name == "style":
            yield from addresses_in_style(unescape(value))


def addresses_in_style(css: str) -> Iterator[str]:
    """Yield the addresses that style loads: images, fonts and other style."""
    for found in _URL.finditer(css):
        yield next((address for address in found.groups() if address), "")
