"""
The WSGI application: everything that all routes share.

A request is checked in this order: host, origin, path, token, JSON headers, size, JSON. Then its route runs in one
transaction, and the response is sent after the commit. The response is complete before the commit, so that a request
that ends in an error of the sandbox has stored nothing.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from functools import cache, partial
from typing import NoReturn

import attrs
from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from ..wire import dump_json
from . import access
from .access import Hosts
from .calls import Call, read_query
from .clock import Clock
from .edge import EFFECT, NOTES, Edge
from .effects import FAULT_DOMAIN, Effect, Shaping
from .faults import Faults
from .fields import WrittenFloat
from .matching import Incoming, recipients_of
from .paths import Paths
from .rejection import Rejection
from .request_log import Notes, RequestLog
from .routes import ROUTES
from .routing import Route
from .rules import MEGABYTE
from .store import StorageFailed, Store
from .tables.servers import Server
from .tracking_pages import TrackingPages, with_tracking_pages

_log = logging.getLogger("emailapi.sandbox")
_JSON = "application/json"
_FAULT = f"@{FAULT_DOMAIN}".encode()


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _read_json(sent: Request, limit: int) -> tuple[object, bool]:
    """
    Return the JSON value of a request's body, and whether an address in it may ask for a fault.

    Raises:
        Rejection: 409 without the right Content-Type, 300 with status 413 when it is too large, 402 for no JSON.
    """
    if sent.mimetype != _JSON:
        raise Rejection(409, f"The header 'Content-Type: {_JSON}' is missing or wrong.", status=415)
    if (sent.content_length or 0) > limit:
        raise Rejection(300, f"The request is larger than {limit // MEGABYTE} MB.", status=413)
    encoding = sent.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise Rejection(402, f"Bodies are taken as they are, not as '{encoding[:80]}'.")
    try:
        data = sent.get_data(cache=False)
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=WrittenFloat)
        return value, _FAULT in data
    except RecursionError:
        raise Rejection(402, "The body is nested too deeply.") from None
    except ValueError as error:
        raise Rejection(402, f"The body is not valid JSON: {error}.") from None


def _query(sent: Request) -> dict[str, str]:
    query = read_query(sent.args.items(multi=True))
    for name, value in query.items():
        if "\0" in value:
            raise Rejection(403, f"'{name[:80]}' must not hold NUL characters.")
    return query


def _respond(value: object, status: int = 200) -> Response:
    return Response(dump_json(value), status, content_type=f"{_JSON}; charset=utf-8")


def _rejected(rejection: Rejection) -> Response:
    request.environ[NOTES].reject(rejection)
    response = _respond(rejection.envelope, rejection.status)
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


@attrs.frozen
class Surroundings:
    """
    Everything that an application works with.

    Attributes:
        store: The database.
        clock: Returns the clock.
        hosts: The host names that it accepts.
        faults: The faults that are armed.
        log: Keeps the requests.
        shaping: Applies the effects of faults.
    """

    store: Store
    clock: Callable[[], Clock]
    hosts: Hosts
    faults: Faults
    log: RequestLog
    shaping: Shaping


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
    if request.accept_mimetypes.quality(_JSON) <= 0:
        raise Rejection(409, f"The header 'Accept: {_JSON}' is missing or wrong.", status=415)
    body, addressed = _read_json(request, route.body_limit) if route.body_limit else (None, False)
    query = _query(request)
    effect = _meet(here.faults, route, server, body, addressed)
    if effect is not None and effect.prevents:
        return _instead(effect)
    with here.store.transaction(writing=route.writes) as db:
        call = Call(db=db, now=here.clock().now(), server=server, query=query, body=body, faults=here.faults)
        value = route.function(call, **arguments)
        notes.read(value)
        return _respond(value)


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
    rules = [Rule(route.path, endpoint=_endpoint(route), methods=[route.method]) for route in ROUTES]
    return with_tracking_pages(rules)


def create_app(here: Surroundings) -> Flask:
    """Return the application."""
    app = Flask("emailapi.sandbox", static_folder=None, template_folder=None)
    app.url_map = _url_map()
    app.view_functions.update((_endpoint(route), partial(_view, here, route)) for route in ROUTES)
    TrackingPages(here.store, here.clock).add_to(app)
    app.before_request(partial(_admit, here.hosts))
    app.register_error_handler(Rejection, _rejected)
    app.register_error_handler(HTTPException, _not_routed)
    app.register_error_handler(StorageFailed, _unavailable)
    app.register_error_handler(Exception, _failed)
    paths = Paths(route.path for route in ROUTES)
    edge = Edge(app.wsgi_app, paths, lambda: here.clock().now(), here.log, here.shaping)
    app.wsgi_app = edge  # type: ignore[method-assign]
    return app
