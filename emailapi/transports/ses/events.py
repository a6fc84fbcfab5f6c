"""How far the request of a send came, as the events of boto3's client and the reading of the body tell it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import attrs

from ..._net import monotonic

OPERATIONS = ("SendEmail", "SendRawEmail")


@attrs.define
class Exchange:
    """
    One request of a send, and how far it came.

    Attributes:
        until: When it must be over, on the monotonic clock.
        limits: Seconds to connect, and seconds to wait for a response.
        attempt: Which attempt it is, from 1.
        marked: Whether the client tells how far its request came.
        begun: Whether the request was made and signed, and is about to leave.
        sent: Whether a byte of its body was read to be written, which comes after connect, CONNECT and TLS.
        late: Whether it was kept from leaving because its time was over.
        status: HTTP status of the response, once there is one.
        others: How many requests of somebody else's interrupt this one, in a signal handler or an event handler.
    """

    until: float
    limits: tuple[float, float]
    attempt: int
    marked: bool
    begun: bool = False
    sent: bool = False
    late: bool = False
    status: int | None = None
    others: int = 0


# Each thread, and each greenlet, has a context of its own, whenever gevent or eventlet patches what; a signal handler
# that sends restores what it found.
_current: ContextVar[Exchange | None] = ContextVar("emailapi_ses_exchange", default=None)


@contextmanager
def under_way(exchange: Exchange) -> Iterator[None]:
    """Let the client's events mark this exchange."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


class _Body(io.BytesIO):
    """
    The body of a request, which marks that it is read.

    Types of exceptions lie: an `SSLError` or `ConnectionClosedError` comes before a request is written or after. This
    needs nothing of the client but that it reads the body when it writes it. The head alone makes no mail.
    """

    def __init__(self, data: bytes, exchange: Exchange) -> None:
        super().__init__(data)
        self._exchange = exchange

    def read(self, size: int | None = -1, /) -> bytes:
        if monotonic() >= self._exchange.until:
            self._exchange.late = True
            raise TimeoutError("the deadline is over")
        self._exchange.sent = True
        return super().read(size)


def mark(request: Any, **_: object) -> None:
    """Watch the body of a signed request, and let the wait for its answer end with the call (in newer botocores)."""
    exchange = _current.get()
    if exchange is None:
        return
    if exchange.begun:  # ours is made once
        exchange.others += 1
        return
    exchange.begun = True
    body = request.body
    request.body = _Body(body.encode() if isinstance(body, str) else bytes(body or b""), exchange)
    context = getattr(request, "context", None)
    if isinstance(context, dict):
        connect, read = exchange.limits
        exchange.limits = connect, max(0.001, min(read, exchange.until - monotonic()))
        context["read_timeout"] = exchange.limits[1]


def note(response_dict: Any, **_: object) -> None:
    """Keep the status of an answer: an exception that says it cannot be parsed does not have it."""
    exchange = _current.get()
    if exchange is not None and not exchange.others:
        exchange.status = response_dict["status_code"]


def once(response: Any, caught_exception: Exception | None, operation: Any, **_: object) -> None:
    """
    End a send at its first failure, with the exception that it would end with if nothing retried it.

    Raised here, before the client's own retries are asked: in each retry mode, for one more handler of the user's, and
    without changing what the same client does for others.
    """
    exchange = _current.get()
    if exchange is None:
        return
    if exchange.others:
        exchange.others -= 1
        return
    if caught_exception is not None:
        raise caught_exception
    if response is not None and response[0].status_code >= 300:
        from botocore.exceptions import ClientError

        raise ClientError(response[1], operation.name)


def watch(client: Any) -> None:
    """Let a boto3 client mark its sends and end each at its first failure; being told so twice changes nothing."""
    events = client.meta.events
    for operation in OPERATIONS:
        # Last, so that others see the body as it was; first, so that nothing retries before.
        events.register_last(f"before-send.ses.{operation}", mark, unique_id=f"emailapi-mark-{operation}")
        events.register(f"before-parse.ses.{operation}", note, unique_id=f"emailapi-note-{operation}")
        events.register_first(f"needs-retry.ses.{operation}", once, unique_id=f"emailapi-once-{operation}")
