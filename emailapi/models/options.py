"""How a client's calls behave when something fails, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import attrs

from ..errors import ConfigurationError, EmailAPIError


def is_seconds(value: object) -> bool:
    """Return whether a value is a positive number of seconds that a socket can wait."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= SECONDS_LIMIT


# What poll() takes: a signed 32-bit number of milliseconds.
SECONDS_LIMIT = (2**31 - 1) // 1000


@attrs.frozen(kw_only=True)
class Retry:
    """
    How often what may be tried again is tried, and how long is waited between.

    The wait doubles from attempt to attempt; half of it is random. It is never less than the service asks for.

    Attributes:
        attempts: How often in all; 1 turns trying again off.
        initial: Seconds after the first attempt.
        maximum: The longest wait, in seconds.
    """

    attempts: int = 4
    initial: float = 0.5
    maximum: float = 10.0

    def __attrs_post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise ConfigurationError(f"retry: attempts must be a whole number from 1 on, not {self.attempts!r}")
        for name in ("initial", "maximum"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= SECONDS_LIMIT:
                raise ConfigurationError(f"retry: {name} must be a number of seconds, not {value!r}")


@attrs.frozen
class HookEvent:
    """
    What a hook is told; never a token, a recipient or a body.

    Attributes:
        method: HTTP method.
        path: Its path, without host and query.
        attempt: Which attempt it is, from 1.
        status: HTTP status, once there is an answer.
        seconds: How long the attempt took; None before it is over, and in `on_error`.
        wait: Seconds until the next attempt.
        error: What went wrong.
    """

    method: str
    path: str
    attempt: int
    status: int | None = None
    seconds: float | None = None
    wait: float | None = None
    error: EmailAPIError | None = None


Hook = Callable[[HookEvent], object]
OnUnknown = Literal["raise", "resend"]


@attrs.frozen(kw_only=True)
class Hooks:
    """
    Functions that are called as requests go; what they raise is logged, and breaks nothing.

    Attributes:
        before_send: Before each attempt.
        on_response: After each answer, whatever its status.
        on_retry: Before each wait for another attempt.
        on_error: When a request ends in an error.
    """

    before_send: Hook | None = None
    on_response: Hook | None = None
    on_retry: Hook | None = None
    on_error: Hook | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be called."""
        for field in attrs.fields(Hooks):
            hook = getattr(self, field.name)
            if hook is not None and not callable(hook):
                raise ConfigurationError(f"hooks: {field.name} must be a function, not {type(hook).__name__}")
