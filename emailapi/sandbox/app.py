"""
The WSGI application: everything that all routes share.

A request is checked in this order: host, origin, path, token, JSON headers, size, JSON. Then its route runs in one
transaction, and the response is sent after the commit. The response is complete before the commit, so that a request
that ends in an error of the sandbox has stored nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request
from werkzeug.routing import MapAdapter

from . import access
from .calls import Call
from .edge import EFFECT, NOTES, Edge
from .effects import Effect
from .failures import handle_failures
from .faults import Faults
from .forks import imports
from .http_json import JSON, accepts_json, json_response, read_arguments, read_json
from .matching import Incoming, recipients_of
from .posting.verification import NotVerified
from .rejection import Rejection
from .request_log import Notes
from .routing import Route
from .surroundings import Surroundings
from .tables.servers import Server
from .tracking_pages import TrackingPages
from .url_maps import HOME, ROUTE, RouteRule, url_map_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def _rejected(rejection: Rejection) -> Response:
    request.environ[NOTES].reject(rejection)
    response = json_response(rejection.envelope, rejection.status)
    response.headers.update(rejection.headers)
    return response


def _meet(faults: Faults, route: Route, server: Server | None, body: object, addressed: bool) -> Effect | None:
    """Return what an armed fault, or an address in the request, does to it."""
    if not addressed and not faults:
        return None
    incoming = Incoming(
        method=request.method,
        path=request.path,
        route=route.path,
        server=None if server is None else server.id,
        token=request.headers.get(access.SERVER_HEADER, ""),
        recipients=recipients_of(body),
    )
    met = faults.effect_on(incoming)
    if met is None:
        return None
    request.environ[EFFECT] = met
    return met[0]


def _view(here: Surroundings, **arguments: object) -> Response:
    """Carry one request out."""
    # Each look at an attribute of the proxy takes longer than the attribute.
    sent: Request = request._get_current_object()  # type: ignore[attr-defined]
    environ, rule = sent.environ, sent.url_rule
    assert isinstance(rule, RouteRule)  # noqa: S101 - the endpoint has no others
    route = rule.route
    server = None
    notes: Notes = environ[NOTES]
    if route.account:
        access.admit_account(here.store, environ.get(access.ACCOUNT_KEY))
    else:
        server = access.server_of(here.store, environ.get(access.SERVER_KEY), test_token=route.test_token)
        notes.server_id = None if server is None else server.id
    if not accepts_json(environ.get("HTTP_ACCEPT", "")):
        raise Rejection(409, f"The header 'Accept: {JSON}' is missing or wrong.", status=415)
    body, addressed = read_json(sent, route.body_limit, notes.see) if route.body_limit else (None, False)
    query = read_arguments(sent)
    effect = _meet(here.faults, route, server, body, addressed)
    if effect is not None and effect.prevents:
        return _instead(effect)
    call = partial(Call, server=server, query=query, body=body, faults=here.faults)
    try:
        value, response = _carry_out(here, route, call, arguments)
    except NotVerified as asked:
        # The webhook may call the sandbox before it responds: the database is not held while it is asked.
        verified = here.verifying.ask(asked)
        value, response = _carry_out(here, route, partial(call, verified=verified), arguments)
    notes.read(value)
    return response


def _carry_out(
    here: Surroundings, route: Route, call: Callable[..., Call], arguments: dict[str, object]
) -> tuple[object, Response]:
    """Carry a request out in one transaction; return its value and the response, complete before the commit."""
    with here.store.transaction(writing=route.writes) as db:
        value = route.function(call(db=db, now=here.clock().now()), **arguments)
        return value, json_response(value)


def _instead(effect: Effect) -> Response:
    response = Response(effect.body, effect.status or 503, content_type=effect.content_type)
    if effect.retry_after is not None:
        response.headers["Retry-After"] = str(effect.retry_after)
    return response


def _home() -> Response:
    if "text/html" in request.headers.get("Accept", ""):
        return Response(status=303, headers={"Location": "/inbox"})
    raise Rejection(12, "There is nothing at /.", status=404)


class _Application(Flask):
    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the routes for a request."""
        if request is None:
            return None
        # The sandbox builds no URLs: the name of the server does not matter.
        path, query = request.path, request.environ.get("QUERY_STRING", "")
        return MapAdapter(url_map_of(path), "localhost", "/", "", "http", path, request.method, query)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is: none of the sandbox is a coroutine."""
        return func


class _InboxLater:
    """The application of the inbox, imported at its first request: most tests need neither pages nor the JSON API."""

    def __init__(self, here: Surroundings) -> None:
        self._here, self._lock = here, threading.Lock()
        self._application: Flask | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            if self._application is None:
                with imports:
                    from .inbox_app import create_inbox_app

                self._application = create_inbox_app(self._here)
        return self._application(environ, start_response)


def create_app(here: Surroundings) -> Flask:
    """Return the application, which has that of the inbox within."""
    app = _Application("emailapi.sandbox", static_folder=None, template_folder=None)
    app.view_functions.update({ROUTE: partial(_view, here), HOME: _home})
    TrackingPages(here.store, here.clock).add_to(app)
    app.before_request(lambda: access.admit(here.hosts, request.environ))
    handle_failures(app, _rejected)
    edge = Edge(app.wsgi_app, _InboxLater(here), lambda: here.clock().now(), here.log, here.shaping)
    app.wsgi_app = edge  # type: ignore[method-assign]
    return app
