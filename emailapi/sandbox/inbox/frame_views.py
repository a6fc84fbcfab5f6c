"""
The addresses of frames: an email's HTML, and the images in it.

They carry no cookie, also where the inbox asks for a password: the image of a document without an origin has none. The
address itself cannot be guessed.
"""

from __future__ import annotations

from urllib.parse import unquote

from flask import Flask, Response, request

from ..attachments import File
from ..rejection import Rejection
from ..routing import URLRule
from ..served_files import image
from ..store import Row, Transaction
from ..surroundings import Surroundings
from ..tables import account, messages, templates
from ..tracking import Key, read_key, received
from .frame import PREFIX, SCHEMES, TEMPLATE, Frame, frame_headers, framed, read_capability
from .message_template import content_of_row
from .template_preview import choose, preview

FRAME_RULES = (
    URLRule(f"{PREFIX}/<capability>/html", endpoint="frame html", methods=["GET"]),
    URLRule(f"{PREFIX}/<capability>/template", endpoint="frame template", methods=["GET"]),
    URLRule(f"{PREFIX}/<capability>/cid/<int:number>", endpoint="frame file", methods=["GET"]),
)


class FrameViews:
    """The views of frames."""

    def __init__(self, here: Surroundings) -> None:
        """Show the emails that are here."""
        self._here = here

    def add_to(self, app: Flask) -> None:
        """Let an application show frames; its URL map has `FRAME_RULES`."""
        app.view_functions.update({"frame html": self.html, "frame file": self.file, "frame template": self.template})

    def html(self, capability: str) -> Response:
        """Return the HTML of an email, as one recipient gets it, in the colours that are asked for."""
        scheme = request.args.get("scheme", "")
        with self._here.store.transaction(writing=False) as db:
            frame, row = _find(db, capability)
            secret = account.secret(db)
            files = messages.file_facts(db, row["id"])
        html = row["html_body"]
        if html and row["stream_type"] != "Inbound":
            counted = request.args.get("count") == "1"
            url = request.host_url.rstrip("/")
            html = received(row, frame.recipient, url, secret, counted=counted).html_body
        if not html:
            raise Rejection(701, "The message has no HTML.", status=404)
        numbers = {file["content_id"].strip("<>"): file["position"] for file in reversed(files) if file["content_id"]}

        def file_address(content_id: str) -> str | None:
            number = numbers.get(unquote(content_id).strip("<>"), numbers.get(content_id))
            return None if number is None else f"{PREFIX}/{capability}/cid/{number}"

        shown = framed(html, scheme if scheme in SCHEMES else "light", file_address)
        return Response(
            shown.encode("utf-8", "replace"),
            headers=frame_headers(request.host_url, capability),
            content_type="text/html; charset=utf-8",
        )

    def template(self, capability: str) -> Response:
        """Return the HTML of a template, rendered with the model that is asked for."""
        with self._here.store.transaction(writing=False) as db:
            key = read_key(capability, TEMPLATE, account.secret(db))
            row = None if key is None else templates.of_any_server(db, key.message)
            content = None if row is None else content_of_row(db, row)
            asked = request.args.get("of", ""), request.args.get("model", "")
            chosen = None if row is None else choose(db, row, *asked)
        if row is None or content is None or chosen is None:
            raise Rejection(1101, "There is no such template.", status=404)
        scheme = request.args.get("scheme", "")
        html = preview(content, row["type"], chosen.given).html
        shown = framed(html, scheme if scheme in SCHEMES else "light", lambda _content_id: None)
        return Response(
            shown.encode("utf-8", "replace"),
            headers=frame_headers(request.host_url, capability),
            content_type="text/html; charset=utf-8",
        )

    def file(self, capability: str, number: int) -> Response:
        """Return an image that an email shows."""
        with self._here.store.transaction(writing=False) as db:
            _, row = _find(db, capability)
            found: File | None = None
            if number < len(files := messages.files(db, row["id"])):
                found = files[number]
        response = None if found is None else image(found.content_type, found.content)
        if response is None:
            raise Rejection(701, "The message has no such image.", status=404)
        return response


def template_capability(template: int, secret: bytes) -> str:
    """Return the part of the address of a template's frame that cannot be guessed."""
    return Key(TEMPLATE, template, 0).sign(secret)


def _find(db: Transaction, capability: str) -> tuple[Frame, Row]:
    frame = read_capability(capability, account.secret(db))
    row = None if frame is None else messages.by_id(db, frame.message)
    if frame is None or row is None:
        raise Rejection(701, "There is no such frame: the message was deleted.", status=404)
    return frame, row
