"""How far the request of a send has got, by the events of boto3's client and the reading of the body."""

from __future__ import annotations

import io
from contextvars import ContextVar
from typing import Any

import attrs

from ..._net import monotonic

OPERATIONS = ("SendEmail", "SendRawEmail")


@attrs.define
class Exchange:
    """
    One request of a send, and how far it got.

    Attributes:
        until: The deadline, on the monotonic clock.
        limits: Seconds to connect, and seconds to wait for a response.
        attempt: Number of the attempt, from 1.
        marked: Whether the client reports how far its request got.
        begun: Whether the request was made and signed, and is about to be sent.
        sent: Whether a byte of the body was read to be written, which happens after connect, CONNECT and TLS.
        late: Whether the request was not sent because the deadline had passed.
        status: HTTP status of the response, once there is one.
        others: Number of other requests, of the user's, that interrupt this request in a signal or event handler.
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


# Each thread and each greenlet has a context of its own, whatever gevent or eventlet patches; a signal handler that
# sends restores the value that it found.
current_exchange: ContextVar[Exchange | None] = ContextVar("emailapi_ses_exchange", default=None)


class _Body(io.BytesIO):
    """
    The body of a request, which notes when it is read.

    Types of exceptions do not tell: an `SSLError` or `ConnectionClosedError` is raised before or after a request is
    written. This class relies only on the client reading the body when it writes it. The head alone sends no email.
    """

    def __init__(self, data: bytes, exchange: Exchange) -> None:
        super().__init__(data)
        self._exchange = exchange

    def read(self, size: int | None = -1, /) -> bytes:
        if monotonic() >= self._exchange.until:
            self._exchange.late = True
            raise TimeoutError("the deadline has passed")
        self._exchange.sent = True
        return super().read(size)


def mark(request: Any, **_: object) -> None:
    """Watch the body of a signed request, and end the wait for its response at the deadline (in recent botocore)."""
    exchange = current_exchange.get()
    if exchange is None:
        return
    if exchange.begun:  # the transport makes one request
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
    """Keep the status of a response: the exception for a response that cannot be parsed does not have it."""
    exchange = current_exchange.get()
    if exchange is not None and not exchange.others:
        exchange.status = response_dict["status_code"]


def once(response: Any, caught_exception: Exception | None, operation: Any, **_: object) -> None:
    """
    End a send at its first failure, with the exception that it would end with if nothing retried it.

    Raised here, before the client's own retries are asked: in each retry mode, for one more handler of the user's, and
    without changing what the same client does for others.
    """
    exchange = current_exchange.get()
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
    """Register handlers that mark the client's sends and end each at its first failure; doing so twice is harmless."""
    events, service = client.meta.events, client.meta.service_model.service_name
    for operation in OPERATIONS:
        # Last, so that other handlers see the original body; first, so that nothing retries before.
        events.register_last(f"before-send.{service}.{operation}", mark, unique_id=f"emailapi-mark-{operation}")
        events.register(f"before-parse.{service}.{operation}", note, unique_id=f"emailapi-note-{operation}")
        events.register_first(f"needs-retry.{service}.{operation}", once, unique_id=f"emailapi-once-{operation}")
