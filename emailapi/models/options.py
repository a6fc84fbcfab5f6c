"""Retries and hooks: how a client behaves when a request fails, and which functions it calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import attrs

from .._records import Immutable
from ..errors import ConfigurationError

# A process that sends one email and has no hooks does not need the event.
if TYPE_CHECKING:
    from .hook_event import HookEvent

    Hook = Callable[[HookEvent], object]
else:
    Hook = Callable[..., object]


def is_seconds(value: object) -> bool:
    """Return whether a value is a positive number of seconds that a socket can wait."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= SECONDS_LIMIT


# The limit of poll(): a signed 32-bit number of milliseconds.
SECONDS_LIMIT = (2**31 - 1) // 1000


@attrs.frozen(kw_only=True)
class Retry(Immutable):
    """
    How often a request is retried, and how long the client waits in between.

    Only a request that can be repeated safely is retried. The wait doubles with every attempt; half of it is random. It
    is never shorter than the service asks for by `Retry-After`, and never goes beyond the deadline.

    Attributes:
        attempts: Number of attempts in total; 1 turns retries off.
        initial: Wait after the first attempt, in seconds.
        maximum: Longest wait, in seconds.
    """

    attempts: int = 4
    initial: float = 0.5
    maximum: float = 10.0

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise ConfigurationError(f"retry: attempts must be a whole number of at least 1, got {self.attempts!r}")
        for name in ("initial", "maximum"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= SECONDS_LIMIT:
                raise ConfigurationError(f"retry: {name} must be a number of seconds, got {value!r}")


OnUnknown = Literal["raise", "resend"]


@attrs.frozen(kw_only=True)
class Hooks(Immutable):
    """
    Functions that a client calls while it sends requests. An exception that a hook raises is logged and ignored.

    Attributes:
        before_send: Called before each attempt.
        on_response: Called after each response, whatever its status.
        on_retry: Called before the wait for another attempt.
        on_error: Called when a request ends with an error.
        on_fallback: Called before emails fail over to the fallback, once for each batch; `event.error` is the error of
            the first of them, None if the circuit breaker kept the API from being tried. `method` and `path` are empty.
    """

    before_send: Hook | None = None
    on_response: Hook | None = None
    on_retry: Hook | None = None
    on_error: Hook | None = None
    on_fallback: Hook | None = None

    def __attrs_post_init__(self) -> None:
        """Check that each hook can be called."""
        for field in attrs.fields(Hooks):
            hook = getattr(self, field.name)
            if hook is not None and not callable(hook):
                raise ConfigurationError(f"hooks: {field.name} must be a function, got {type(hook).__name__}")
