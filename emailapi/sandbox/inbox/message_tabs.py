"""The tabs of a message: what each shows, worked out only when it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar
from urllib.parse import urlencode

import attrs

from ...mime.extraction import all_links_of, places_of_links, text_of_html
from ..captured import CapturedEmail
from ..served_files import file_name
from ..tracking import links_of_row
from .checks import Examined, Finding, check
from .checks.links import rules as link_rules
from .copying import pretty, request_of, snippets
from .examining import examined
from .frame import PREFIX, SCHEMES
from .header_rows import header_rows
from .inbound_message import details_of
from .kept import Kept
from .page_reading import reading_of
from .pages import PageCall
from .parts import Part, part_of
from .source_lines import MOST, source_lines

_T = TypeVar("_T")

# A page shows so many bytes of a source; all of it can be downloaded.
_MOST_RAW = 1_000_000
# In a text so many links are links.
_MOST_LINKS = 2_000
# The links and the checks of so many emails are kept: reading one of 1 MB takes a tenth of a second.
_KEPT = 10
# Of so many attempts to post to webhooks the payloads are shown.
_MOST_ATTEMPTS = 20
WIDTHS = (("w375", "375"), ("w600", "600"), ("full", "Full"))
SCHEME_NAMES = {"light": "Light", "dark": "Dark", "forced": "Forced dark"}


@attrs.frozen
class Opened:
    """
    A message whose page is shown.

    Attributes:
        email: The message.
        call: The request.
        capability: Of its frame, for the recipient whose copy is shown.
    """

    email: CapturedEmail
    call: PageCall
    capability: str

    def chosen(self, name: str, known: tuple[str, ...]) -> str:
        """Return which of the known values the query names; the first if none."""
        value = self.call.query.get(name, "")
        return value if value in known else known[0]


@attrs.frozen
class Attached:
    """A row of the attachments."""

    number: int
    name: str
    content_type: str
    size: int
    digest: str
    content_id: str


@attrs.frozen
class LinkRow:
    """A row of the links."""

    text: str
    target: str
    tracked: bool


def _part(opened: Opened, items: Sequence[_T]) -> Part[_T]:
    """Return the part of a list that the query asks for."""
    return part_of(items, opened.call.query.get("from", ""))


def _preview(opened: Opened) -> dict[str, object]:
    html = opened.email.html_body or ""
    scheme = opened.chosen("scheme", SCHEMES)
    width = opened.chosen("width", ("w600", "w375", "full"))
    # A change of width or colours does not count as another open.
    default = "0" if {"scheme", "width"} & opened.call.query.keys() else "1"
    counts = opened.email.track_opens and opened.call.query.get("count", default) == "1"
    asked = urlencode({"scheme": scheme, **({"count": "1"} if counts else {})})
    return {
        "html": html,
        "frame": f"{PREFIX}/{opened.capability}/html?{asked}",
        "scheme": scheme,
        "schemes": tuple(SCHEME_NAMES.items()),
        "width": width,
        "widths": WIDTHS,
        "counts": counts,
        "tracks_opens": opened.email.track_opens,
        "no_dark": scheme == "dark" and not reading_of(opened.email).has_dark,
    }


def _text(opened: Opened) -> dict[str, object]:
    own = opened.email.text_body or ""
    whole = own or opened.email.html_body or ""
    text = whole[:MOST] if own else text_of_html(whole[:MOST])
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in islice(places_of_links(text), _MOST_LINKS) if own else ():
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return {"pieces": pieces, "text": text, "own": bool(own), "cut": max(0, len(whole) - MOST)}


def _html(opened: Opened) -> dict[str, object]:
    html = opened.email.html_body or ""
    source = source_lines(html)
    return {"lines": source.lines, "cut": len(html) - source.shown, "any": bool(html)}


def _headers(opened: Opened) -> dict[str, object]:
    rows, wanted = header_rows(opened.email.raw), opened.call.query.get("filter", "").strip()[:200]
    found = [row for row in rows if wanted.lower() in f"{row.name}: {row.value}\n{row.raw}".lower()]
    return {"headers": _part(opened, found), "all_headers": len(rows), "filter": wanted}


def _raw(opened: Opened) -> dict[str, object]:
    raw = opened.email.raw
    return {"raw": raw[:_MOST_RAW].decode("utf-8", "replace"), "cut": max(0, len(raw) - _MOST_RAW), "size": len(raw)}


def _json(opened: Opened) -> dict[str, object]:
    found = opened.call.webhooks.attempts(message=opened.email, limit=_MOST_ATTEMPTS + 1)
    newest = reversed(found[:_MOST_ATTEMPTS])
    payloads = {attempt.trace_id: (attempt.trigger, pretty(attempt.payload)) for attempt in newest}
    inbound = opened.email._row["stream_type"] == "Inbound"
    shown = pretty(details_of(opened.call, opened.email) if inbound else request_of(opened.email, whole=False))
    return {
        "request": shown[:MOST],
        "cut": max(0, len(shown) - MOST),
        "payloads": [*payloads.values()],
        "more_payloads": len(found) > _MOST_ATTEMPTS,
    }


def _attachments(opened: Opened) -> dict[str, object]:
    part = _part(opened, opened.email.attachments)
    files = [
        Attached(
            number,
            file_name(file.name),
            file.content_type or "",
            len(file.content),
            hashlib.sha256(file.content).hexdigest(),
            file.content_id or "",
        )
        for number, file in enumerate(part.items, part.first - 1)
    ]
    return {"files": files, "part": part}


def _read_links(email: CapturedEmail) -> tuple[list[LinkRow], list[Finding]]:
    """Return all links of an email, and what the rules about them find."""
    read = Examined(html=email.html_body or "")  # the rules about links look at nothing else
    tracked = {link.target for link in links_of_row(email._row)}
    links, mailto_links = all_links_of(read.tokens, email.text_body)
    findings = [found for rule in link_rules for found in rule.find(read)]
    return [LinkRow(link.text, str(link), str(link) in tracked) for link in (*links, *mailto_links)], findings


_links_of = Kept(_read_links, _KEPT).of
_checks_of = Kept(lambda email: check(examined(email)), _KEPT).of


def _links(opened: Opened) -> dict[str, object]:
    links, findings = _links_of(opened.email)
    part = _part(opened, links)
    return {"links": part.items, "part": part, "findings": findings}


def _checks(opened: Opened) -> dict[str, object]:
    return {"checks": _checks_of(opened.email)}


def _copy(opened: Opened) -> dict[str, object]:
    calls, large = snippets(opened.email, f"http://{opened.call.host}")
    return {"snippets_of_send": calls, "large": large}


TABS: dict[str, tuple[str, Callable[[Opened], dict[str, object]]]] = {
    "preview": ("Preview", _preview),
    "text": ("Text", _text),
    "html": ("HTML", _html),
    "headers": ("Headers", _headers),
    "raw": ("Raw", _raw),
    "json": ("JSON", _json),
    "attachments": ("Attachments", _attachments),
    "links": ("Links", _links),
    "checks": ("Checks", _checks),
    "copy": ("Copy as", _copy),
}
