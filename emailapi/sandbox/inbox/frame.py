"""
The HTML of an email in a frame of its own.

The document in the frame has no origin, runs no script and loads nothing but the files of the email and the image that
counts opens: its Content-Security-Policy says so, whatever the HTML says. The HTML itself is changed only where it must
be, and stays as it was sent elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import attrs

from ...mime.html_tokens import Tag, Text, replaced, tokens
from ..tracking import Key, read_key

PREFIX = "/inbox/frame"
SCHEMES = ("light", "dark", "forced")
# Beside the kinds of tracking links: the address of a frame needs no login, and cannot be guessed.
FRAME, TEMPLATE = b"f", b"t"

_BASE = '<base target="_blank">'
# Colours turned around, and images turned back: roughly as email programs do that darken every email.
_FORCED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img,video,svg,[background]{filter:invert(1) hue-rotate(180deg)}</style>"
)
_DOCTYPE = re.compile(r"[\t\n\f\r ]*<!doctype[^>]*>", re.IGNORECASE)
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_COLOR_SCHEME = re.compile(r"(?<![\w-])color-scheme\s*:[^;{}]*", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width:0)", "(max-width:0)"
_Change = tuple[int, int, str]


@attrs.frozen
class Frame:
    """
    What the address of a frame stands for.

    Attributes:
        message: The message's id in the database.
        recipient: The place of the recipient whose copy it shows.
    """

    message: int
    recipient: int = 0

    def capability(self, secret: bytes) -> str:
        """Return the part of the address that cannot be guessed."""
        return Key(FRAME, self.message, self.recipient).sign(secret)


def read_capability(text: str, secret: bytes) -> Frame | None:
    """Return what a capability stands for; None unless the sandbox has made it."""
    key = read_key(text, FRAME, secret)
    return None if key is None else Frame(key.message, key.recipient)


def frame_headers(host_url: str, capability: str) -> dict[str, str]:
    """
    Return the headers of the document in a frame.

    Args:
        host_url: The URL of the sandbox as the browser has it, from a `Host` header that was checked.
        capability: Of the frame, whose files may be loaded.
    """
    url = host_url.rstrip("/")
    # Of the image that counts opens, the path is enough: it never redirects, so that nothing else can be reached by it.
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; "
        f"img-src data: {url}/o/ {url}{PREFIX}/{capability}/cid/; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-DNS-Prefetch-Control": "off",
        "Cache-Control": "no-store",
    }


def framed(html: str, scheme: str, file_address: Callable[[str], str | None]) -> str:
    """
    Return the HTML of an email for a frame.

    Links open a new tab, `cid:` images lead to the files of the email, and the styles of a colour scheme apply whatever
    the system prefers.

    Args:
        html: The HTML as the recipient gets it.
        scheme: `light`, `dark`, or `forced`: light, with all colours turned around.
        file_address: Returns the address of an inline file by its `Content-ID`; None if the email has none.
    """
    start = _DOCTYPE.match(html)
    at = 0 if start is None else start.end()
    added = _BASE + (_FORCED if scheme == "forced" else "")
    return replaced(html, [(at, at, added), *_changes(html, "dark" if scheme == "dark" else "light", file_address)])


def _changes(html: str, scheme: str, file_address: Callable[[str], str | None]) -> Iterator[_Change]:
    for token in tokens(html):
        if isinstance(token, Text):
            if token.raw == "style":
                styled = _with_scheme(token.text, scheme)
                if styled != token.text:
                    yield token.start, token.start + len(token.text), styled
        elif not token.closing and token.attributes:
            yield from sorted(_attribute_changes(token, scheme, file_address))


def _attribute_changes(tag: Tag, scheme: str, file_address: Callable[[str], str | None]) -> Iterator[_Change]:
    for name, value in tag.attributes.items():
        new = None
        if name in ("src", "background"):
            address = unescape(value).strip()
            new = file_address(address[4:]) if address[:4].lower() == "cid:" else None
        elif name == "target" and value:
            new = "_blank"
        elif name == "media":
            new = _with_scheme(value, scheme)
        elif name == "style" and "cid:" in value.lower():
            new = _with_files(value, file_address)
        elif name == "content" and unescape(tag.attributes.get("name", "")).lower().endswith("color-scheme"):
            new = scheme
        if new is not None and new != value:
            yield (*tag.places[name], new)


def _with_scheme(css: str, scheme: str) -> str:
    """Return style with the conditions of a colour scheme decided, and no colours of the system's."""
    decided = _PREFERS.sub(lambda found: _ALWAYS if found[1].lower() == scheme else _NEVER, css)
    return _COLOR_SCHEME.sub(f"color-scheme:{scheme}", decided)


_CID = re.compile(r"\bcid:([^\s\"'()&;]+)", re.IGNORECASE)


def _with_files(css: str, file_address: Callable[[str], str | None]) -> str:
    return _CID.sub(lambda found: file_address(found[1]) or found[0], css)


def has_dark_styles(html: str) -> bool:
    """Return whether an email has styles of its own for a dark scheme."""
    # Without a condition anywhere, tags need not be looked at.
    for token in tokens(html) if _PREFERS.search(html) else ():
        text = (
            token.attributes.get("media", "") if isinstance(token, Tag) else token.text if token.raw == "style" else ""
        )
        if any(found[1].lower() == "dark" for found in _PREFERS.finditer(text)):
            return True
    return False
