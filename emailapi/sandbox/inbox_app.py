"""The WSGI application of what looks at the sandbox: the web inbox, and the JSON API below it."""

from __future__ import annotations

from functools import cache

from flask import Flask, Response, request
from werkzeug.routing import Map

from .access import admit
from .failures import handle_failures
from .inbox import RULES as PAGES, Inbox
from .inbox.frontend import error_page
from .inbox_api import PREFIX, RULES, InboxAPI, error_response
from .rejection import Rejection
from .surroundings import Surroundings


def _rejected(rejection: Rejection) -> Response:
    return error_response(rejection) if f"{request.path}/".startswith(f"{PREFIX}/") else error_page(rejection)


@cache
def _url_map() -> Map:
    rules = [rule.empty() for rule in (*RULES, *PAGES)]
    return Map(rules, strict_slashes=False, merge_slashes=False)


def create_inbox_app(here: Surroundings) -> Flask:
    """Return the application."""
    app = Flask("emailapi.sandbox.inbox", static_folder=None, template_folder=None)
    app.url_map = _url_map()
    InboxAPI(here).add_to(app)
    Inbox(here).add_to(app)
    app.before_request(lambda: admit(here.hosts, request.environ))
    handle_failures(app, _rejected)
    return app
