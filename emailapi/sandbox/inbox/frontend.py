"""HTML of templates, assets, and the headers that keep pages safe from what they show."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..rejection import Rejection
from .copying import pretty
from .parts import short

_OF_SERVER = re.compile(r"/inbox/\d+(?=/)", re.ASCII)
_FOLDER = Path(__file__).parent
# Each file that a browser asks for, with the files it is made of, in their order: one request for all scripts.
_PARTS = {
    "inbox.css": ("base.css", "frame.css", "list.css", "message.css", "widths.css"),
    "inbox.js": (
        *("base.js", "panels.js", "list.js", "updates.js", "live.js", "keys.js"),
        *("search.js", "notify.js", "rail.js"),
    ),
}
_TYPES = {"inbox.css": "text/css; charset=utf-8", "inbox.js": "text/javascript; charset=utf-8"}
KEYBOARD = (
    (("j", "k"), "next and previous message"),
    (("Enter", "o"), "open"),
    (("u", "Esc"), "back to the list"),
    (("/",), "search"),
    ((".",), "show new messages"),
    (("x",), "select; then # deletes, c copies the ids"),
    (("#",), "delete"),
    (("1", "9"), "the first to the ninth tab of a message"),
    (("b", "c"), "menus of bounces and clicks"),
    (("r",), "post the last webhook request again"),
    (("t",), "light, dark, or as the system"),
    (("g i", "g w", "g t", "g r"), "inbox, webhooks, templates, requests"),
    (("?",), "this table"),
)


@cache
def environment() -> Environment:
    """Return the templates, each compiled once in a process."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "html"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(pretty=pretty, short=short)
    return made


@cache
def _assets() -> tuple[dict[str, bytes], str]:
    """Return the files of the browser, and a text that changes with them."""
    folder = _FOLDER / "static"
    files = {name: b"\n".join([(folder / part).read_bytes() for part in parts]) for name, parts in _PARTS.items()}
    return files, hashlib.sha256(b"".join(files.values())).hexdigest()[:12]


def asset(name: str) -> Response:
    """
    Return a file for the browser.

    Raises:
        Rejection: 404: there is no such file.
    """
    files, _ = _assets()
    if name not in files:
        raise Rejection(12, f"There is nothing at {request.path}.", status=404)
    headers = {"Cache-Control": "max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(files[name], headers=headers, content_type=_TYPES[name])


def page_headers(host: str) -> dict[str, str]:
    """Return the headers of a page: neither scripts nor anything else from elsewhere, and no frames around it."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        f" frame-src http://{host}/inbox/frame/; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def html_response(template: str, values: Mapping[str, object], status: int = 200) -> Response:
    """Return the page that a template makes of values."""
    html = (
        environment()
        .get_template(template)
        .render(
            {
                "assets": _assets()[1],
                "keyboard": KEYBOARD,
                "base": "",
                "q": "",
                "said": "",
                "failed": False,
                **values,
            }
        )
    )
    return Response(html, status, page_headers(request.host), content_type="text/html; charset=utf-8")


def error_page(rejection: Rejection) -> Response:
    """Return the page for a request that was rejected."""
    status = rejection.status
    title = {403: "Not allowed", 404: "Not found", 405: "Not allowed"}.get(
        status, "The sandbox failed" if status >= 500 else "Not valid"
    )
    server, search = _OF_SERVER.match(request.path), request.args.get("q", "")
    back = (server[0] if server else "/inbox") + (f"?{urlencode({'q': search})}" if server and search else "")
    values = {"title": title, "text": rejection.reason or rejection.message, "back": back}
    response = html_response("error.html", values, status)
    response.headers.update(rejection.headers)
    return response
