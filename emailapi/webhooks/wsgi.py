"""Webhooks as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs

from .headers import content_length
from .receiving import BODY_LIMIT, Handler, WebhookRequest, WebhookResponse, early_response, receive, respond
from .seen import SeenStore
from .verifier import Verifier

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

_PIECE = 64 * 1024


def wsgi_app(
    verifier: Verifier, handler: Handler, *, seen: SeenStore | None = None, max_body: int = BODY_LIMIT
) -> WSGIApplication:
    """
    Return a WSGI application that receives webhooks. It can be mounted at any path.

    Args:
        verifier: Checks the credentials.
        handler: Called with each event, in the thread of the request.
        seen: The store of handled events. Without a store, repeated deliveries are handled again.
        max_body: The largest body, in bytes. No more is read. The body is read after the credentials are verified.
    """

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        length = content_length(request.headers)
        response = early_response(request, verifier, length, max_body)
        if response is None:
            body = _read(environ, length, max_body)
            if body is None:
                return _send(respond(500), start_response)
            request = attrs.evolve(request, body=body)
            del body
            response = receive(request, verifier, handler, seen, max_body=max_body)
        else:
            # Some servers reset the connection if the body is not read, and the client gets no response.
            _read(environ, min(length, _PIECE), _PIECE)
        return _send(response, start_response)

    return application


def _request(environ: dict[str, Any]) -> WebhookRequest:
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers |= {"Content-Type": environ.get("CONTENT_TYPE"), "Content-Length": environ.get("CONTENT_LENGTH")}
    method = str(environ.get("REQUEST_METHOD", ""))
    return WebhookRequest(method=method, headers=headers, remote_addr=environ.get("REMOTE_ADDR"))


def _read(environ: dict[str, Any], length: int, max_body: int) -> bytes | None:
    """Read the body, at most one byte more than the limit; None if the server fails to read it."""
    if not length and not environ.get("wsgi.input_terminated"):
        # Neither the length nor the end of the body is known: read() might block for ever.
        return b""
    left = min(length or max_body + 1, max_body + 1)
    pieces = []
    try:
        read: Callable[[int], bytes] = environ["wsgi.input"].read
        while left and (piece := read(min(left, _PIECE))):
            pieces.append(piece)
            left -= len(piece)
    except Exception:  # servers raise various exceptions if the client disconnects
        return None
    return b"".join(pieces)


def _send(response: WebhookResponse, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(response.body)))]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", [*headers, *response.headers])
    return [response.body]
