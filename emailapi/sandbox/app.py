"""
The WSGI application: everything that all routes share.

A request is checked in this order: host, origin, path, token, JSON headers, size, JSON. Then its route runs in one
transaction, and the response is sent after the commit. The response is complete before the commit, so that a request
that ends in an error of the sandbox has stored nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from functools import cache, partial

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from . import access
from .access import Hosts
from .calls import Call
from .edge import EFFECT, NOTES, Edge
from .effects import Effect
from .faults import Faults
from .http_json import JSON, json_response, read_arguments, read_json
from .inbox import RULES as INBOX_RULES, Inbox, is_page
from .inbox.frontend import error_page
from .inbox_api import PREFIX, RULES, InboxAPI, error_response
from .matching import Incoming, recipients_of
from .paths import Paths
from .posting.verification import NotVerified
from .rejection import Rejection
from .request_log import Notes
from .routes import ROUTES
from .routing import Route, URLRule
from .store import StorageFailed
from .surroundings import Surroundings
from .tables.servers import Server
from .tracking_pages import TrackingPages, with_tracking_pages

_log = logging.getLogger("emailapi.sandbox")


def _rejected(rejection: Rejection) -> Response:
    if f"{request.path}/".startswith(f"{PREFIX}/"):
        return error_response(rejection)
    if is_page(request.path):
        return error_page(rejection)
    request.environ[NOTES].reject(rejection)
    response = json_response(rejection.envelope, rejection.status)
    response.headers.update(rejection.headers)
    return response


def _not_routed(error: HTTPException) -> Response:
    """Return the response to what Flask itself rejects: an unknown path, and a method that the path does not have."""
    if error.code == 405:
        response = _rejected(Rejection(615, f"{request.path} does not take {request.method}.", status=405))
        response.headers.extend(name_value for name_value in error.get_headers() if name_value[0] == "Allow")
        return response
    return _rejected(Rejection(12, f"There is nothing at {request.path}.", status=error.code))


def _failed(error: Exception) -> Response:
    """
    Log an error of the sandbox, and respond with its id instead of a traceback.

    The response to a request that only reads is the service's. Any other request has stored nothing, and code 100 says
    so: after code 101 its client would have to find out whether an email was accepted.
    """
    fault = uuid.uuid4()
    _log.error("the sandbox failed at %s %s (fault %s)", request.method, request.path, fault, exc_info=error)
    if request.method in {"GET", "HEAD"}:
        return _rejected(Rejection(101, f"The sandbox failed; its log has the reason at the fault {fault}."))
    return _rejected(
        Rejection(100, f"The sandbox failed and stored nothing; its log has the reason at the fault {fault}.")
    )


def _unavailable(error: StorageFailed) -> Response:
    _log.error("%s %s was not carried out: %s", request.method, request.path, error)
    return _rejected(Rejection(100, f"The request was not carried out: {error}."))


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


def _view(here: Surroundings, route: Route, **arguments: object) -> Response:
    """Carry one request out."""
    headers = request.headers
    server = None
    notes: Notes = request.environ[NOTES]
    if route.account:
        access.admit_account(here.store, headers.get(access.ACCOUNT_HEADER))
    else:
        server = access.server_of(here.store, headers.get(access.SERVER_HEADER), test_token=route.test_token)
        notes.server_id = None if server is None else server.id
    if request.accept_mimetypes.quality(JSON) <= 0:
        raise Rejection(409, f"The header 'Accept: {JSON}' is missing or wrong.", status=415)
    body, addressed = read_json(request, route.body_limit, notes.see) if route.body_limit else (None, False)
    query = read_arguments(request)
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


def _admit(hosts: Hosts) -> None:
    hosts.admit(request.headers.get("Host", ""))
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        access.admit_origin(request.headers)


def _endpoint(route: Route) -> str:
    return f"{route.method} {route.path}"


@cache
def _url_map() -> Map:
    """Compile the routes once in a process: this takes longer than everything else a sandbox does at its start."""
    rules = [URLRule(route.path, endpoint=_endpoint(route), methods=[route.method]) for route in ROUTES]
    return with_tracking_pages([*rules, *(rule.empty() for rule in (*RULES, *INBOX_RULES))])


def create_app(here: Surroundings) -> Flask:
    """Return the application."""
    app = Flask("emailapi.sandbox", static_folder=None, template_folder=None)
    app.url_map = _url_map()
    app.view_functions.update((_endpoint(route), partial(_view, here, route)) for route in ROUTES)
    TrackingPages(here.store, here.clock).add_to(app)
    InboxAPI(here).add_to(app)
    Inbox(here).add_to(app)
    app.before_request(partial(_admit, here.hosts))
    app.register_error_handler(Rejection, _rejected)
    app.register_error_handler(HTTPException, _not_routed)
    app.register_error_handler(StorageFailed, _unavailable)
    app.register_error_handler(Exception, _failed)
    paths = Paths(route.path for route in ROUTES)
    edge = Edge(app.wsgi_app, paths, lambda: here.clock().now(), here.log, here.shaping)
    app.wsgi_app = edge  # type: ignore[method-assign]
    return app
