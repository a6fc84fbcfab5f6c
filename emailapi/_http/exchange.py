"""One exchange under way: whether its request may have been read, and how long each step of it may take."""

from __future__ import annotations

import math
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from .._net import monotonic


class Exchange:
    """
    One request on its way, and its response; each has an object of its own.

    It is the current one while its `with` block runs, in this thread or greenlet. A connection keeps the exchange that
    it was taken from the pool for: a signal handler that sends an email meanwhile has another one, on another
    connection.

    Attributes:
        sent: Whether the request may have been read: None where our connections do not say.
        unexpected: Whether more came than the one response.
        until: When all must be over, on the monotonic clock.
        timeout: Seconds that one write may take.
    """

    __slots__ = ("_token", "sent", "timeout", "unexpected", "until")

    def __init__(self, until: float = math.inf, timeout: float | None = None) -> None:
        self.sent: bool | None = None
        self.unexpected = False
        self.until = until
        self.timeout = timeout

    def __enter__(self) -> Exchange:
        self._token: Token[Exchange] = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.reset(self._token)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.until - monotonic()

    def check(self) -> None:
        """
        Check that there is time left.

        Raises:
            TimeoutError: There is none.
        """
        if self.left() <= 0:
            raise TimeoutError("the deadline is over")

    def limit(self, sock: Any) -> None:
        """Let the next operation of a socket take no longer than what is left."""
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        timeout = sock.gettimeout()
        if left < (math.inf if timeout is None else timeout):
            sock.settimeout(left)


# Without limits, for whoever uses one of our connections outside an exchange.
_current: ContextVar[Exchange] = ContextVar("emailapi-exchange", default=Exchange())  # noqa: B039 - has no limits
current_exchange = _current.get
