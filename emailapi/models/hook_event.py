"""The argument of the hooks of a client."""

from __future__ import annotations

import attrs

from .._records import Immutable
from ..errors import EmailAPIError, Outcome


@attrs.frozen
class HookEvent(Immutable):
    """
    The argument of a hook. It never contains a token, a recipient or a body.

    Attributes:
        method: HTTP method.
        path: Path of the URL, without host and query.
        attempt: Number of the attempt, starting at 1.
        status: HTTP status of the response; None if there is no response.
        seconds: Duration of the attempt; None before its end and in `on_error`.
        wait: Seconds until the next attempt; None except in `on_retry`.
        error: The error of the attempt; None if there is none.
        message_id: Id of the message, in `on_response` to a request that sends one email; else None.
        count: Number of emails in the request, or in `on_fallback` of those that fail over; None for a request that
            sends none.
        outcome: The outcome of the emails in `on_response`, `on_retry` and `on_error`; None if the emails of a batch
            differ, and for a request that sends none.
        transport: The transport: `"api"`, or in `on_fallback` the one that takes over, as in
            `SendResult.via`; of a transport of your own, the name of its class.
    """

    method: str
    path: str
    attempt: int
    status: int | None = None
    seconds: float | None = None
    wait: float | None = None
    error: EmailAPIError | None = None
    message_id: str | None = None
    count: int | None = None
    outcome: Outcome | None = None
    transport: str = "api"
