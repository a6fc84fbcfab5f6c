"""The requests to pages: what is the same for all of them."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, request

from ...errors import InvalidArgument
from ..http_json import read_arguments
from ..rejection import Rejection
from ..routing import URLRule
from ..rules import MEGABYTE
from ..store import Row
from ..surroundings import Surroundings
from ..tables import servers
from . import (
    connect_page,
    inbound_message,
    inbound_page,
    lab_page,
    list_page,
    message_page,
    requests_page,
    searching,
    stats_page,
    suppressions_page,
    templates_page,
    webhooks_page,
)
from .entry import Entry
from .frame_views import FRAME_RULES, FrameViews
from .frontend import asset, html_response
from .layout import layout_of
from .live import LiveUpdates
from .pages import Described, PageCall

_BODY_LIMIT = 50 * MEGABYTE
_PARTS = 200
PAGES = (
    *list_page.pages,
    *message_page.pages,
    *inbound_message.pages,
    *requests_page.pages,
    *webhooks_page.pages,
    *suppressions_page.pages,
    *templates_page.pages,
    *stats_page.pages,
    *inbound_page.pages,
    *lab_page.pages,
    *connect_page.pages,
    *searching.pages,
)


def _endpoint(page: Described) -> str:
    return f"page {page.method} {page.path}"


_OF_ALL = {
    "start": URLRule("/inbox", endpoint="inbox start", methods=["GET"]),
    "login": URLRule("/inbox/login", endpoint="inbox login", methods=["POST"]),
    "events": URLRule("/inbox/events", endpoint="inbox events", methods=["GET"]),
    "asset": URLRule("/inbox/static/<name>", endpoint="inbox asset", methods=["GET"]),
}
RULES = (
    *_OF_ALL.values(),
    *FRAME_RULES,
    *(URLRule(f"/inbox/<int:server_id>{page.path}", endpoint=_endpoint(page), methods=[page.method]) for page in PAGES),
)


class Inbox:
    """The views of pages."""

    def __init__(self, here: Surroundings) -> None:
        """Show what is here."""
        self._here = here
        self._entry = Entry(here.password)
        self._live = LiveUpdates(here.store, lambda: here.shaping.closing)

    def add_to(self, app: Flask) -> None:
        """Let an application show the pages; its URL map has `RULES`."""
        app.view_functions.update(
            {
                "inbox start": self._start,
                "inbox events": self._events,
                "inbox login": self._entry.log_in,
                "inbox asset": asset,
            }
        )
        FrameViews(self._here).add_to(app)
        app.view_functions.update((_endpoint(page), partial(self._view, page)) for page in PAGES)

    def _start(self) -> Response:
        """Lead to the server that was looked at last, or to the first."""
        if not self._entry.admitted():
            return self._entry.ask()
        last = request.cookies.get("inbox_server", "")
        number = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else servers.FIRST
        with self._here.store.transaction(writing=False) as db:
            there = servers.exists(db, number)
        return Response(status=303, headers={"Location": f"/inbox/{number if there else servers.FIRST}"})

    def _events(self) -> Response:
        if not self._entry.admitted():
            return Response(status=401)
        return self._live.respond(request.environ.get("waitress.client_disconnected", lambda: False))

    def _server(self, server_id: int) -> Row:
        with self._here.store.transaction(writing=False) as db:
            row = servers.by_id(db, server_id) if server_id < 1 << 62 else None
        if row is None:
            raise Rejection(12, f"There is no server {server_id}.", status=404)
        return row

    def _view(self, page: Described, server_id: int, **arguments: object) -> Response:
        if not self._entry.admitted():
            return self._entry.ask()
        request.max_content_length = _BODY_LIMIT
        request.max_form_parts = _PARTS
        call = PageCall(
            here=self._here,
            server=self._server(server_id),
            host=request.host,
            query=read_arguments(request),
            form=request.form,
            files=request.files,
        )
        revision = self._here.store.revision
        try:
            value = page.function(call, **arguments)
        except InvalidArgument as error:
            if page.method == "GET":
                raise Rejection(403, f"{error}.", status=422) from None
            return call.back(call.form.get("page", ""), str(error), failed=True)
        if isinstance(value, Response):
            return value
        response = html_response(page.template, {**layout_of(call, page.path), "revision": revision, **value})
        if request.cookies.get("inbox_server") != str(server_id):
            response.set_cookie("inbox_server", str(server_id), path="/inbox", httponly=True, samesite="Strict")
        return response
