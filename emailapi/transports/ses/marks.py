"""How far the request of a send came, as the client's own events and the reading of the body tell it."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

OPERATIONS = ("SendEmail", "SendRawEmail")


class Call(threading.local):
    """
    The send under way in this thread.

    Attributes:
        under_way: Whether there is one: whoever else uses a given client is left alone.
        marked: Whether the client tells how far its request came.
        begun: Whether the request was made and signed, and is about to leave.
        sent: Whether a byte of its body was read to be written, which comes after connect, CONNECT and TLS.
        late: Whether it was kept from leaving because its time was over.
        status: HTTP status of the answer, once there is one.
        until: When it must be over, on the monotonic clock.
        limits: Seconds to connect, and seconds to wait for an answer.
        attempt: Which attempt it is, from 1.
    """

    under_way = False
    marked = False
    begun = False
    sent = False
    late = False
    status: int | None = None
    until = 0.0
    limits = (60.0, 60.0)
    attempt = 0


call = Call()


class _Body(io.BytesIO):
    """
    The body of a request, which marks that it is read.

    Types of exceptions lie: an `SSLError` or `ConnectionClosedError` comes before a request is written or after. This
    needs nothing of the client but that it reads the body when it writes it. The head alone makes no mail.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() >= call.until:
            call.late = True
            raise TimeoutError("the deadline is over")
        call.sent = True
        return super().read(size)


def mark(request: Any, **_: object) -> None:
    """Watch the body of a signed request, and let the wait for its answer end with the call (in newer botocores)."""
    if not call.under_way:
        return
    call.begun = True
    body = request.body
    request.body = _Body(body.encode() if isinstance(body, str) else bytes(body or b""))
    context = getattr(request, "context", None)
    if isinstance(context, dict):
        connect, read = call.limits
        call.limits = connect, max(0.001, min(read, call.until - time.monotonic()))
        context["read_timeout"] = call.limits[1]


def note(response_dict: Any, **_: object) -> None:
    """Keep the status of an answer: an exception that says it cannot be parsed does not have it."""
    if call.under_way:
        call.status = response_dict["status_code"]


def once(response: Any, caught_exception: Exception | None, operation: Any, **_: object) -> None:
    """
    End a send at its first failure, with the exception that it would end with if nothing retried it.

    Raised here, before the client's own retries are asked: in each retry mode, for one more handler of the user's, and
    without changing what the same client does for others.
    """
    if not call.under_way:
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
