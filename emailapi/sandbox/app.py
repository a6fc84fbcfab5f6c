"""
The WSGI application: what is the same for every route.

A request goes through the gates in this order: host, path, token, JSON headers, size, JSON; then its route is carried
out in one transaction, and answered when that has been committed. The response is complete before the commit, so that a
request that ends in a fault of ours has stored nothing.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, NoReturn

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from ..wire import dump_json
from . import access
from .access import Hosts
from .calls import Call, read_query
from .clock import Clock
from .paths import Paths
from .refusal import Refusal
from .routes import ROUTES
from .routing import Route
from .rules import MEGABYTE
from .store import StorageFailed, Store
from .tracking_pages import TrackingPages, with_tracking_pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("emailapi.sandbox")
_JSON = "application/json"


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _read_json(sent: Request, limit: int) -> object:
    """
    Return the JSON value of a request's body.

    Raises:
        Refusal: 409 without the right Content-Type, 300 with status 413 when it is too large, 402 for no JSON.
    """
    if sent.mimetype != _JSON:
        raise Refusal(409, f"The header 'Content-Type: {_JSON}' is missing or wrong.", status=415)
    if (sent.content_length or 0) > limit:
        raise Refusal(300, f"The request is larger than {limit // MEGABYTE} MB.", status=413)
    encoding = sent.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise Refusal(402, f"Bodies are taken as they are, not as '{encoding[:80]}'.")
    try:
        return json.loads(sent.get_data(cache=False).decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError:
        raise Refusal(402, "The body is nested too deeply.") from None
    except ValueError as error:
        raise Refusal(402, f"The body is not valid JSON: {error}.") from None


def _query(sent: Request) -> dict[str, str]:
    query = read_query(sent.args.items(multi=True))
    for name, value in query.items():
        if "\0" in value:
            raise Refusal(403, f"'{name[:80]}' must not hold NUL characters.")
    return query


def _answer(value: object, status: int = 200) -> Response:
    return Response(dump_json(value), status, content_type=f"{_JSON}; charset=utf-8")


def _refused(refusal: Refusal) -> Response:
    response = _answer(refusal.envelope, refusal.status)
    response.headers["X-PM-ApiErrorCode"] = str(refusal.code)
    return response


def _not_routed(error: HTTPException) -> Response:
    """Answer what Flask itself refuses: an unknown path, and a method that the path does not have."""
    if error.code == 405:
        response = _refused(Refusal(615, f"{request.path} does not take {request.method}.", status=405))
        response.headers.extend(name_value for name_value in error.get_headers() if name_value[0] == "Allow")
        return response
    return _refused(Refusal(12, f"There is nothing at {request.path}.", status=error.code))


def _failed(error: Exception) -> Response:
    """
    Log a fault of ours and answer with an id instead of a traceback.

    A request that only reads is answered as the service does. Any other one has stored nothing, and is told so by code
    100: after code 101 its client would have to find out whether an email was accepted.
    """
    fault = uuid.uuid4()
    _log.error("the sandbox failed at %s %s (fault %s)", request.method, request.path, fault, exc_info=error)
    if request.method in {"GET", "HEAD"}:
        return _refused(Refusal(101, f"The sandbox failed; its log has the reason at the fault {fault}."))
    return _refused(
        Refusal(100, f"The sandbox failed and stored nothing; its log has the reason at the fault {fault}.")
    )


def _unavailable(error: StorageFailed) -> Response:
    _log.error("%s %s was not carried out: %s", request.method, request.path, error)
    return _refused(Refusal(100, f"The request was not carried out: {error}."))


class _Spelling:
    """Spells a request's path as its route is written, before Flask looks for it."""

    def __init__(self, application: WSGIApplication, paths: Paths) -> None:
        self._application = application
        self._paths = paths

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = self._paths.spell(environ.get("PATH_INFO", ""))
        return self._application(environ, start_response)


def _view(store: Store, clock: Callable[[], Clock], route: Route, **arguments: object) -> Response:
    """Carry one request out."""
    headers = request.headers
    server = None
    if route.account:
        access.admit_account(store, headers.get(access.ACCOUNT_HEADER))
    else:
        server = access.server_of(store, headers.get(access.SERVER_HEADER), test_token=route.test_token)
    if request.accept_mimetypes.quality(_JSON) <= 0:
        raise Refusal(409, f"The header 'Accept: {_JSON}' is missing or wrong.", status=415)
    body = _read_json(request, route.body_limit) if route.body_limit else None
    query = _query(request)
    with store.transaction(writing=route.writes) as db:
        call = Call(db=db, now=clock().now(), server=server, query=query, body=body)
        return _answer(route.function(call, **arguments))


def _endpoint(route: Route) -> str:
    return f"{route.method} {route.path}"


@cache
def _url_map() -> Map:
    """Compile the routes once in a process: this takes longer than everything else a sandbox does at its start."""
    rules = [Rule(route.path, endpoint=_endpoint(route), methods=[route.method]) for route in ROUTES]
    return with_tracking_pages(rules)


def create_app(store: Store, clock: Callable[[], Clock], hosts: Hosts) -> Flask:
    """Return the application over this database; `clock` is asked for the clock at each request."""
    app = Flask("emailapi.sandbox", static_folder=None, template_folder=None)
    app.url_map = _url_map()
    app.view_functions.update((_endpoint(route), partial(_view, store, clock, route)) for route in ROUTES)
    TrackingPages(store, clock).add_to(app)
    app.before_request(lambda: hosts.admit(request.headers.get("Host", "")))
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _not_routed)
    app.register_error_handler(StorageFailed, _unavailable)
    app.register_error_handler(Exception, _failed)
    app.wsgi_app = _Spelling(app.wsgi_app, Paths(route.path for route in ROUTES))  # type: ignore[method-assign]
    return app
