"""One armed fault."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from .matching import Incoming, Matching, check, matches

if TYPE_CHECKING:
    from typing import Self


class Owner(Protocol):
    """The faults that an armed fault is one of."""

    def __contains__(self, fault: object) -> bool:
        """Return whether a fault is armed."""

    def _cancel(self, fault: Fault) -> None: ...


class Fault:
    """
    An armed fault. As a context manager, it is cancelled at the end of the block.

    Attributes:
        number: The number of the fault in its sandbox, from 1.
        kind: The method that armed it.
        hits: How many requests, or emails, it has met.
        remaining: How many it will meet still; None for all until it is cancelled.
        server: The server whose requests it meets; None for all servers.
        effect: The effect on a request or an email.
    """

    def __init__(
        self, owner: Owner, kind: str, matching: Matching, effect: object, times: int | None, at: str = ""
    ) -> None:
        """Arm a fault; methods of `Faults` do that. With `at` it meets requests, or SMTP at this stage, only."""
        self._owner, self.effect, self._at = owner, effect, at
        self.kind, self.hits = kind, 0
        self.remaining = matching.get("times", times)
        self._skips = matching.get("after", 0)
        self._matching, self.server = matching, matching.get("server")
        self.number = 0
        check(matching, at)

    def __repr__(self) -> str:
        """Return the kind and the counts."""
        left = "armed" if self.remaining is None else f"{self.remaining} left"
        return f"<Fault {self.number} {self.kind}, {self.hits} hits, {left if self in self._owner else 'over'}>"

    def cancel(self) -> None:
        """Meet no more requests; a fault that is over stays as it is."""
        self._owner._cancel(self)

    def meets(self, incoming: Incoming) -> bool:
        """
        Return whether the fault applies to a request or an email, and count it. The sandbox calls this method.

        Args:
            incoming: The request, or the email that came by SMTP.
        """
        if self._at not in ("", incoming.at) or not matches(self._matching, incoming):
            return False
        if self._skips:
            self._skips -= 1
            return False
        self.hits += 1
        if self.remaining is not None:
            self.remaining -= 1
        return True

    def due_at(self, now: int) -> int | None:
        """
        Return the instant at which a delayed email is delivered; None if the fault delays none.

        The sandbox calls this method.

        Args:
            now: The present time, in microseconds of Unix time.
        """
        seconds = self.effect
        return now + round(seconds * 1_000_000) if isinstance(seconds, float) else None

    def __enter__(self) -> Self:
        """Return the fault."""
        return self

    def __exit__(
        self, error_class: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Cancel the fault."""
        self.cancel()
