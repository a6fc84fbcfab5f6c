"""Webhooks as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs

from .headers import content_length
from .receiving import BODY_LIMIT, Handler, WebhookRequest, WebhookResponse, receive, refusal
from .seen import SeenStore
from .verifier import Verifier

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

_PIECE = 64 * 1024


def wsgi_app(
    verifier: Verifier, handler: Handler, *, seen: SeenStore | None = None, max_body: int = BODY_LIMIT
) -> WSGIApplication:
    """
    Return a WSGI application that receives webhooks at whatever path it is mounted.

    Args:
        verifier: Checks the credentials.
        handler: Called with each event, in the thread of the request.
        seen: Remembers the events that were handled; without one each delivery is handled.
        max_body: The largest body, in bytes. No more is read, and nothing before the credentials are checked.
    """

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        length = content_length(request.headers)
        response = refusal(request, verifier, length, max_body)
        if response is None:
            request = attrs.evolve(request, body=_read(environ, length, max_body))
            response = receive(request, verifier, handler, seen, max_body=max_body)
        else:
            # Some servers reset the connection when a body is not read, and the response is lost.
            _read(environ, min(length, _PIECE), _PIECE)
        return _answer(response, start_response)

    return application


def _request(environ: dict[str, Any]) -> WebhookRequest:
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers |= {"Content-Type": environ.get("CONTENT_TYPE"), "Content-Length": environ.get("CONTENT_LENGTH")}
    method = str(environ.get("REQUEST_METHOD", ""))
    return WebhookRequest(method=method, headers=headers, remote_addr=environ.get("REMOTE_ADDR"))


def _read(environ: dict[str, Any], length: int, max_body: int) -> bytes:
    """Return the body, or one byte more than is allowed."""
    if not length and not environ.get("wsgi.input_terminated"):
        # The server says neither how long the body is nor that it ends: reading might never return.
        return b""
    left = min(length or max_body + 1, max_body + 1)
    read: Callable[[int], bytes] = environ["wsgi.input"].read
    pieces = []
    while left and (piece := read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _answer(response: WebhookResponse, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(response.body)))]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", [*headers, *response.headers])
    return [response.body]
