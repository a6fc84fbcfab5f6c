"""
Tracking: the links and the image by which the service learns that an email was read, and the link to unsubscribe.

The stored email has the links that its sender wrote. Each recipient gets links with a key, which names message,
recipient and link, and is signed: a link can be followed without a token, and cannot be guessed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import struct
from collections.abc import Iterator
from html import unescape
from itertools import chain, islice

import attrs

from ..errors import InvalidArgument
from ..mime.extraction import places_of_links
from ..mime.html_tokens import Tag, replaced, tokens
from .store import Row
from .tables.messages import shown_of

_KEY = struct.Struct(">cQBH")
_MAC_BYTES = 12
# A key has two bytes for the place of a link; further links of an email are not tracked.
_MOST_LINKS = 1 << 16
_HTTP = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)
# The places of the links that unsubscribe, with or without spaces; `_url` is the bare address.
_UNSUBSCRIBE = re.compile(r"\{\{\{?\s*pm:unsubscribe(?P<url>_url)?\s*\}?\}\}")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)

OPEN, CLICK, UNSUBSCRIBE = b"o", b"c", b"u"


@attrs.frozen
class TrackedLink:
    """
    A link whose clicks are recorded.

    Attributes:
        target: Where it leads to.
        location: The body that it stands in: `HTML` or `Text`.
        start: Where it starts in this body, and `end` where it ends.
    """

    target: str
    location: str
    start: int
    end: int


@attrs.frozen
class Key:
    """
    What a tracking link stands for.

    Attributes:
        kind: `OPEN`, `CLICK` or `UNSUBSCRIBE`.
        message: The message's id in the database.
        recipient: The place of the recipient in the message, from 0.
        link: The place of the link among the tracked ones, from 0.
    """

    kind: bytes
    message: int
    recipient: int
    link: int = 0

    def sign(self, secret: bytes) -> str:
        """Return the text of the key."""
        packed = _KEY.pack(self.kind, self.message, self.recipient, self.link)
        return base64.urlsafe_b64encode(packed + _mac(packed, secret)).decode().rstrip("=")


def _mac(packed: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, packed, "sha256")[:_MAC_BYTES]


def read_key(text: str, kind: bytes, secret: bytes) -> Key | None:
    """Return the key that a text is; None unless the sandbox has signed it for this kind of link."""
    try:
        signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    packed, mac = signed[: _KEY.size], signed[_KEY.size :]
    if len(packed) < _KEY.size or not hmac.compare_digest(mac, _mac(packed, secret)):
        return None
    key = Key(*_KEY.unpack(packed))
    return key if key.kind == kind else None


def _html_links(html: str) -> Iterator[TrackedLink]:
    for token in tokens(html):
        if isinstance(token, Tag) and token.name in ("a", "area") and not token.closing and "href" in token.attributes:
            start, end = token.places["href"]
            target = unescape(html[start:end]).strip()
            if _HTTP.fullmatch(target):
                yield TrackedLink(target, "HTML", start, end)


def _text_links(text: str) -> Iterator[TrackedLink]:
    for start, end in places_of_links(text):
        if _HTTP.fullmatch(text[start:end]):
            yield TrackedLink(text[start:end], "Text", start, end)


def tracked_links(html: str | None, text: str | None, mode: str) -> list[TrackedLink]:
    """
    Return the links whose clicks are recorded: those of the HTML, then those of the text, in their order.

    Args:
        html: The HTML body.
        text: The text body.
        mode: `HtmlAndText`, `HtmlOnly`, `TextOnly` or `None`.
    """
    in_html = _html_links(html or "") if mode in ("HtmlAndText", "HtmlOnly") else ()
    in_text = _text_links(text or "") if mode in ("HtmlAndText", "TextOnly") else ()
    return [*islice(chain(in_html, in_text), _MOST_LINKS)]


def links_of_row(row: Row) -> list[TrackedLink]:
    """Return the tracked links of a stored message."""
    return tracked_links(row["html_body"], row["text_body"], row["track_links"])


def link_of(row: Row, link: str | None) -> TrackedLink:
    """
    Return the tracked link of a stored message that has a target; the first one for None.

    Raises:
        InvalidArgument: There is no such link, or its clicks are not tracked.
    """
    if row["track_links"] == "None":
        raise InvalidArgument("clicks of this email are not tracked: send it with track_links", argument="message")
    known = links_of_row(row)
    found = next((each for each in known if link is None or each.target == link), None)
    if found is not None:
        return found
    if not known:
        raise InvalidArgument(
            f"the email has no link to http or https that is tracked (track_links is {row['track_links']})",
            argument="message",
        )
    shown = ", ".join(sorted({each.target.partition("?")[0] for each in known}))
    raise InvalidArgument(f"the email has no tracked link {link!r}; it has {shown}", argument="link")


def unsubscribable(row: Row) -> bool:
    """Return whether the service puts links to unsubscribe into the emails of the message's stream."""
    return str(row["unsubscribe_handling"]).lower() == "postmark"


@attrs.frozen
class Received:
    """
    An email as one recipient has it.

    Attributes:
        html_body: The HTML, and `text_body` the text, with tracking links in place of the sender's.
        headers: Headers that the service adds.
    """

    html_body: str | None
    text_body: str | None
    headers: tuple[tuple[str, str], ...]


def _bodies(row: Row) -> tuple[tuple[str, str | None], ...]:
    return ("HTML", row["html_body"]), ("Text", row["text_body"])


def received(row: Row, recipient: int, url: str, secret: bytes, *, counted: bool = True) -> Received:
    """
    Return a stored message as a recipient gets it.

    Args:
        row: The message.
        recipient: The place of the recipient in the message.
        url: The base URL of the sandbox.
        secret: The key that signs.
        counted: Whether the HTML has the image that opens are counted by.
    """

    def address(kind: bytes, link: int = 0) -> str:
        return f"{url}/{kind.decode()}/{Key(kind, row['id'], recipient, link).sign(secret)}"

    changes: dict[str, list[tuple[int, int, str]]] = {"HTML": [], "Text": []}
    for position, link in enumerate(links_of_row(row)):
        changes[link.location].append((link.start, link.end, address(CLICK, position)))
    html, text = (body and replaced(body, changes[name]) for name, body in _bodies(row))
    headers: tuple[tuple[str, str], ...] = ()
    if unsubscribable(row):
        leave = address(UNSUBSCRIBE)
        html = html and _UNSUBSCRIBE.sub(
            lambda found: leave if found["url"] else f'<a href="{leave}">Unsubscribe</a>', html
        )
        text = text and _UNSUBSCRIBE.sub(lambda _found: leave, text)
        headers = (("List-Unsubscribe", f"<{leave}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if counted and row["track_opens"] and html:
        html = _with_image(html, f"{address(OPEN)}.gif")
    return Received(html, text, headers)


def _with_image(html: str, source: str) -> str:
    image = f'<img src="{source}" width="1" height="1" border="0" alt="">'
    ends = [*_BODY_END.finditer(html)]
    at = ends[-1].start() if ends else len(html)
    return html[:at] + image + html[at:]


def place_of(row: Row, recipient: str) -> int:
    """Return the place of a recipient in a stored message; -1 if it is none."""
    addresses = [email.lower() for email in shown_of(row)["recipients"]]
    return addresses.index(recipient.lower()) if recipient.lower() in addresses else -1
