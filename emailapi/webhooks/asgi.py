"""Webhooks as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import attrs

from .headers import content_length
from .receiving import BODY_LIMIT, Handler, WebhookRequest, WebhookResponse, early_response, receive
from .seen import SeenStore
from .verifier import Verifier

# As ASGI frameworks declare them.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi_app(
    verifier: Verifier, handler: Handler, *, seen: SeenStore | None = None, max_body: int = BODY_LIMIT
) -> ASGIApplication:
    """
    Return an ASGI application that receives webhooks. It can be mounted at any path.

    It requires a server on asyncio, and can be mounted in Starlette and FastAPI.

    Args:
        verifier: Checks the credentials.
        handler: Called with each event in a thread, so that it may block; a plain function, not a coroutine function.
        seen: The store of handled events. Without a store, repeated deliveries are handled again.
        max_body: The largest body, in bytes. No more is read. The body is read after the credentials are verified.
    """

    async def application(scope: Scope, receive_message: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _handle_lifespan(receive_message, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            response = await _respond(scope, receive_message, verifier, handler, seen, max_body)
            if response is not None:
                # Raised if the client has disconnected; the event was handled.
                with suppress(OSError):
                    await _send(response, send)

    return application


async def _respond(
    scope: Scope,
    receive_message: Receive,
    verifier: Verifier,
    handler: Handler,
    seen: SeenStore | None,
    max_body: int,
) -> WebhookResponse | None:
    from asyncio import to_thread

    client = scope.get("client")
    request = WebhookRequest(
        method=scope["method"], headers=scope["headers"], remote_addr=str(client[0]) if client else None
    )
    rejected = early_response(request, verifier, content_length(request.headers), max_body)
    if rejected is not None:
        return rejected
    body = await _read(receive_message, max_body)
    if body is None:
        return None
    request = attrs.evolve(request, body=body)
    del body
    return await to_thread(receive, request, verifier, handler, seen, max_body=max_body)


async def _read(receive_message: Receive, max_body: int) -> bytes | None:
    """Read the body, or the beginning of one that is too large; None if the client has disconnected."""
    body = bytearray()
    while len(body) <= max_body:
        message = await receive_message()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body") or b""
        if not message.get("more_body", False):
            break
    return bytes(body)


async def _handle_lifespan(receive_message: Receive, send: Send) -> None:
    while True:
        event = (await receive_message())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return


async def _send(response: WebhookResponse, send: Send) -> None:
    headers = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(response.body)))]
    headers += [(name.lower(), value) for name, value in response.headers]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})
