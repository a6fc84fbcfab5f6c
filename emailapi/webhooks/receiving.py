"""A webhook request to its response, whatever the framework."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from .._log import logger
from .._records import Immutable
from ..errors import InvalidWebhook
from .headers import header_text
from .parsing import Event, parse
from .seen import SeenStore
from .verifier import Verifier

# Emails of 35 MB come in, with their attachments in base64.
BODY_LIMIT = 35_000_000
# The service's first retry comes after a minute, and must be handled when the worker of the first attempt has died.
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
    Raised by a handler: the service must not send this event again.

    The response is 403, which ends the service's retries. The event counts as handled.
    """


def _headers(given: Headers) -> Headers:
    # Pairs may come from a generator, and are looked at more than once.
    return given if isinstance(given, Mapping) else tuple(given)


@attrs.frozen(kw_only=True)
class WebhookRequest(Immutable):
    """
    An HTTP request, as far as webhooks are concerned.

    Attributes:
        method: The HTTP method.
        headers: The headers: a mapping, in any case of letters, or pairs.
        body: The whole body.
        remote_addr: The address of the connection's other end, for `Verifier(networks=...)`.
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
        body: A sentence for people, in plain text.
        headers: Headers beside the content type and length.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def respond(status: int) -> WebhookResponse:
    """Return the response with a status."""
    return WebhookResponse(status, _TEXTS[status].encode(), _HEADERS.get(status, ()))


def refusal(request: WebhookRequest, verifier: Verifier, length: int, max_body: int) -> WebhookResponse | None:
    """
    Return the response to a request whose body need not be read, or None.

    Args:
        request: The request; its body is not looked at.
        verifier: Checks the credentials.
        length: The size of the body, as far as it is known.
        max_body: The size that is allowed.
    """
    if request.method.upper() != "POST":
        return respond(405)
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
    Verify a webhook request, hand its event to a handler, and return the response.

    The status is 200 when the event was handled, now or before; 401 when the credentials are missing or wrong; 405 for
    another method than POST; 413 for a body larger than `max_body`; 415 and 400 for one that is not a JSON object; 403
    when the handler raised `StopRetries`; and 500, so that the service tries again, when the handler or the store
    raised anything else.

    Exceptions of the handler are logged with their traceback, without the event. `KeyboardInterrupt`, `SystemExit` and
    the like pass.

    Args:
        request: The request.
        verifier: Checks the credentials.
        handler: Called with each event; what it returns is ignored.
        seen: Remembers the events that were handled; without one each delivery is handled.
        max_body: The largest body, in bytes.
    """
    refused = refusal(request, verifier, len(request.body), max_body)
    if refused is not None:
        return refused
    try:
        event = parse(request.body, request.headers)
    except InvalidWebhook:
        return respond(400)
    if seen is None:
        return respond(_handle(handler, event))
    return respond(_handle_once(handler, event, seen))


def _handle(handler: Handler, event: Event) -> int:
    try:
        result = handler(event)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError("the handler must be a plain function, not a coroutine function: it has not been run")
    except StopRetries:
        return 403
    except Exception as error:
        logger.error(
            "the webhook handler failed: %s, message %s", type(event).__name__, event.message_id, exc_info=error
        )
        return 500
    return 200


def _handle_once(handler: Handler, event: Event, seen: SeenStore) -> int:
    key = event.dedupe_key
    try:
        if not seen.claim(key, CLAIM_SECONDS):
            return 200
    except Exception as error:
        logger.error("the store of seen events failed; the event is not handled yet", exc_info=error)
        return 500
    status = 500
    try:
        status = _handle(handler, event)
    finally:
        # Also when what passes is no Exception.
        _settle(seen, key, handled=status != 500)
    return status


def _settle(seen: SeenStore, key: str, *, handled: bool) -> None:
    try:
        if handled:
            seen.commit(key)
        else:
            seen.release(key)
    except Exception as error:
        # The event was handled, or the claim expires by itself: the response is the same.
        logger.warning("the store of seen events failed; the event may be handled again", exc_info=error)
