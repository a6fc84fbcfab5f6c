"""Handling of a webhook request, independent of the framework."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Mapping
from typing import Any

import attrs

from .._log import report
from .._records import Immutable
from ..errors import InvalidWebhook
from .headers import header_text
from .parsing import Event, parse
from .seen import SeenStore
from .verifier import Verifier

# Inbound emails have up to 35 MB, including attachments in base64.
BODY_LIMIT = 35_000_000
# The first retry follows after a minute, and must be handled if the worker of the first attempt has died.
CLAIM_SECONDS = 50.0

_TEXTS = {
    200: "OK",
    400: "the body is not a JSON object",
    401: "the credentials are missing or wrong",
    403: "do not send this event again",
    405: "webhooks are sent by POST",
    413: "the body is too large",
    415: "the body must be application/json",
    500: "the event could not be handled",
}
_HEADERS = {401: (("WWW-Authenticate", 'Basic realm="webhooks", charset="UTF-8"'),), 405: (("Allow", "POST"),)}

Handler = Callable[[Event], object]
Headers = Mapping[str, Any] | Iterable[tuple[Any, Any]]


class StopRetries(Exception):
    """
    Raised by a handler so that the service does not send the event again.

    The response is 403, which ends the retries. The event counts as handled.
    """


def _headers(given: Headers) -> Headers:
    # Pairs may come from a generator, but are read several times.
    return given if isinstance(given, Mapping) else tuple(given)


@attrs.frozen(kw_only=True)
class WebhookRequest(Immutable):
    """
    The parts of an HTTP request that webhooks need.

    Attributes:
        method: The HTTP method.
        headers: The headers: a mapping or pairs. Names are case-insensitive.
        body: The whole body.
        remote_addr: The address of the peer, for `Verifier(networks=...)`.
    """

    method: str = "POST"
    headers: Headers = attrs.field(default=(), repr=False, converter=_headers)
    body: bytes = attrs.field(default=b"", repr=False)
    remote_addr: str | None = None


@attrs.frozen
class WebhookResponse(Immutable):
    """
    The response to a webhook request.

    Attributes:
        status: The HTTP status.
        body: A sentence in plain text.
        headers: Headers other than Content-Type and Content-Length.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def respond(status: int) -> WebhookResponse:
    """Create the response for a status."""
    return WebhookResponse(status, _TEXTS[status].encode(), _HEADERS.get(status, ()))


def early_response(request: WebhookRequest, verifier: Verifier, length: int, max_body: int) -> WebhookResponse | None:
    """
    Return the response if the request is rejected before its body is read, otherwise None.

    Args:
        request: The request; its body is ignored.
        verifier: Checks the credentials.
        length: The size of the body, if known, otherwise 0.
        max_body: The largest size allowed.
    """
    method = request.method.upper()
    if method != "POST":
        # Not every server drops the body of a response to HEAD; the client would take it for the next response.
        return attrs.evolve(respond(405), body=b"") if method == "HEAD" else respond(405)
    if not verifier.check(request.headers, request.remote_addr):
        return respond(401)
    if length > max_body:
        return respond(413)
    media_type = (header_text(request.headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        return respond(415)
    return None


def receive(
    request: WebhookRequest,
    verifier: Verifier,
    handler: Handler,
    seen: SeenStore | None = None,
    *,
    max_body: int = BODY_LIMIT,
) -> WebhookResponse:
    """
    Verify a webhook request, call the handler with its event, and return the response.

    The status is 200 if the event was handled, now or before; 401 if the credentials are missing or wrong; 405 if the
    method is not POST; 413 if the body is larger than `max_body`; 415 or 400 if it is not a JSON object; 403 if the
    handler raised `StopRetries`; and 500 if the handler or the store raised another exception, so that the service
    sends the event again.

    Exceptions of the handler are logged with their traceback, without the event. `KeyboardInterrupt`, `SystemExit` and
    other exceptions that are not an `Exception` are raised.

    Args:
        request: The request.
        verifier: Checks the credentials.
        handler: Called with each event; its return value is ignored.
        seen: The store of handled events. Without a store, repeated deliveries are handled again.
        max_body: The largest body, in bytes.
    """
    rejected = early_response(request, verifier, len(request.body), max_body)
    if rejected is not None:
        return rejected
    try:
        event = parse(request.body, request.headers)
    except InvalidWebhook:
        return respond(400)
    if seen is None:
        return respond(_handle(handler, event))
    return respond(_handle_once(handler, event, seen))


def check_called(result: object) -> None:
    """
    Check the result of a handler: the body of a coroutine function or generator function has not run yet.

    Raises:
        TypeError: The handler is such a function.
    """
    if isinstance(result, (Coroutine, Generator, AsyncGenerator)):
        if not isinstance(result, AsyncGenerator):
            result.close()
        raise TypeError("the handler must be a plain function, without `async` and `yield`: it was not called")


def _handle(handler: Handler, event: Event) -> int:
    try:
        check_called(handler(event))
    except StopRetries:
        return 403
    except Exception as error:
        text = "the webhook handler failed: %s, message %s"
        report(logging.ERROR, text, type(event).__name__, event.message_id, error=error)
        return 500
    return 200


def _handle_once(handler: Handler, event: Event, seen: SeenStore) -> int:
    key = event.dedupe_key
    try:
        if not seen.claim(key, CLAIM_SECONDS):
            return 200
    except Exception as error:
        report(logging.ERROR, "the store of seen events failed; the event is not handled yet", error=error)
        return 500
    status = 500
    try:
        status = _handle(handler, event)
    finally:
        # Also for a BaseException such as KeyboardInterrupt.
        _record_outcome(seen, key, handled=status != 500)
    return status


def _record_outcome(seen: SeenStore, key: str, *, handled: bool) -> None:
    try:
        if handled:
            seen.commit(key)
        else:
            seen.release(key)
    except Exception as error:
        # The event was handled, or its claim will expire: the response does not change.
        report(logging.WARNING, "the store of seen events failed; the event may be handled again", error=error)
