"""The addresses of tracking links: an image, a redirection, and a page to unsubscribe. They need no token."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from .clock import Clock
from .forks import imports
from .outcomes import Outcomes, Target
from .progress import Progress, progress_of
from .routing import URLRule
from .store import Row, Store, Transaction
from .tables import account, messages
from .tracking import CLICK, OPEN, UNSUBSCRIBE, Key, links_of_row, read_key, unsubscribable

if TYPE_CHECKING:
    from .programs import Reader

RULES = (
    URLRule("/o/<key>.gif", endpoint="open", methods=["GET"]),
    URLRule("/c/<key>", endpoint="click", methods=["GET"]),
    URLRule("/u/<key>", endpoint="unsubscribe", methods=["GET", "POST"]),
)
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_AGENT_LENGTH = 500
_HEADERS = {
    "Cache-Control": "no-store",
    # Not "no-referrer": the form would be sent without its origin then.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main><h1>{title}</h1>{content}</main></body></html>
"""
_FORM = """<p>{address} will get no more emails of this kind.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>Unsubscribe</button></form>"""


def _page(title: str, content: str, status: int = 200) -> Response:
    return Response(
        _PAGE.format(title=title, content=content), status, _HEADERS, content_type="text/html; charset=utf-8"
    )


def _unknown() -> Response:
    return _page("Unknown link", "<p>The sandbox has made no such link, or the message was erased.</p>", 404)


def _reader() -> Reader:
    """Return the program that makes the request."""
    with imports:
        from .programs import identify  # only now: few tests fetch an image or a link

    return identify(request.headers.get("User-Agent", "")[:_AGENT_LENGTH])


class TrackingPages:
    """The views of tracking links."""

    def __init__(self, store: Store, clock: Callable[[], Clock]) -> None:
        """Record what readers do in this database."""
        self._store, self._clock = store, clock

    def add_to(self, app: Flask) -> None:
        """Let an application show the pages; its URL map has `RULES`."""
        app.view_functions.update(open=self.open, click=self.click, unsubscribe=self.unsubscribe)

    def _find(self, db: Transaction, text: str, kind: bytes) -> tuple[Key, Row, Progress] | None:
        key = read_key(text, kind, account.secret(db))
        row = None if key is None else messages.by_id(db, key.message)
        if key is None or row is None:
            return None
        return key, row, [*progress_of(db, row).values()][key.recipient]

    def _record(self, db: Transaction, at: Progress, cause: str, happens: Callable[[Outcomes, Target], None]) -> None:
        """Store an outcome, if the email was delivered to the recipient."""
        if not at.not_delivered:
            outcomes = Outcomes(db, self._clock().now(), cause)
            happens(outcomes, at.target)
            outcomes.store()

    def open(self, key: str) -> Response:
        """Return an image of one pixel, and record an open."""
        reader = _reader()
        with self._store.transaction() as db:
            found = self._find(db, key, OPEN)
            if found is not None and found[1]["track_opens"]:
                self._record(db, found[2], "image", lambda outcomes, at: outcomes.open(at, reader, None))
        return Response(_GIF, 404 if found is None else 200, _HEADERS, content_type="image/gif")

    def click(self, key: str) -> Response:
        """Redirect to the link of the email, and record a click."""
        reader = _reader()
        with self._store.transaction() as db:
            found = self._find(db, key, CLICK)
            links = [] if found is None else links_of_row(found[1])
            if found is None or found[0].link >= len(links):
                return _unknown()
            link = links[found[0].link]
            self._record(
                db, found[2], "link", lambda outcomes, at: outcomes.click(at, reader, link.target, link.location)
            )
        response = _page("Redirection", f"<p>{escape(link.target)}</p>", 302)
        # As it was written: the framework would change how it is spelt.
        response.autocorrect_location_header = False
        response.headers["Location"] = link.target
        return response

    def unsubscribe(self, key: str) -> Response:
        """Ask whether to unsubscribe; a POST does it, also that of an email program (RFC 8058)."""
        agreed = request.method == "POST" and request.form.get("List-Unsubscribe") == "One-Click"
        with self._store.transaction(writing=agreed) as db:
            found = self._find(db, key, UNSUBSCRIBE)
            if found is None or not unsubscribable(found[1]):
                return _unknown()
            address = escape(found[2].target.address)
            if agreed:
                self._record(db, found[2], "page", Outcomes.unsubscribe)
        if request.method == "POST" and not agreed:
            return _page("Unsubscribe", "<p>The form lacks List-Unsubscribe=One-Click.</p>", 400)
        if agreed:
            return _page("Unsubscribed", f"<p>{address} is unsubscribed.</p>")
        return _page("Unsubscribe", _FORM.format(address=address))
