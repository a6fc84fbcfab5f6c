"""`sandbox.faults`: failures that a test arms."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from ..errors import ERROR_CODES, InvalidArgument
from ..models.bounces import BounceType
from ..wire import unknown_name_message
from .effects import Effect, by_address, rejecting
from .events import BOUNCE_TYPES, BounceType as Kind
from .matching import Incoming, Matching, check, matches

if TYPE_CHECKING:
    from typing import Self, Unpack

_SENDING = "POST /email*"
# Seconds that no clock of the sandbox can show.
_FOREVER = 1e11


class Fault:
    """
    An armed fault. As a context manager, it is cancelled at the end of the block.

    Attributes:
        number: The number of the fault in its sandbox, from 1.
        kind: The method that armed it.
        hits: How many requests, or emails, it has met.
        remaining: How many it will meet still; None for all until it is cancelled.
        server: The server whose requests it meets; None for all servers.
    """

    def __init__(self, owner: Faults, kind: str, matching: Matching, effect: object, times: int | None) -> None:
        """Arm a fault; methods of `Faults` do that."""
        self._owner, self._effect = owner, effect
        self.kind, self.hits = kind, 0
        self.remaining = matching.get("times", times)
        self._skips = matching.get("after", 0)
        self._matching, self.server = matching, matching.get("server")
        self.number = 0
        check(matching)

    def __repr__(self) -> str:
        """Return the kind and the counts."""
        left = "armed" if self.remaining is None else f"{self.remaining} left"
        return f"<Fault {self.number} {self.kind}, {self.hits} hits, {left if self in self._owner else 'over'}>"

    def cancel(self) -> None:
        """Meet no more requests; a fault that is over stays as it is."""
        self._owner._cancel(self)

    def due_at(self, now: int) -> int | None:
        """Return the instant of the delivery of an email that the fault holds; None for an email without one."""
        seconds = self._effect
        return now + round(seconds * 1_000_000) if isinstance(seconds, float) else None

    def __enter__(self) -> Self:
        """Return the fault."""
        return self

    def __exit__(
        self, error_class: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Cancel the fault."""
        self.cancel()


def _known_code(code: int) -> tuple[int, str] | None:
    row = ERROR_CODES.get(code)
    return None if row is None else (row.status, row.meaning)


class Faults:
    """
    Failures of the sandbox, armed by a test: `sandbox.faults`.

    Each method returns a `Fault`. Of several faults, the first that was armed and matches meets a request. Faults end
    with the sandbox::

        with sandbox.faults.fail(status=503, times=2) as fault:
            client.outbound.send(email)
        assert fault.hits == 2
    """

    def __init__(self) -> None:
        """Begin without faults."""
        self._lock = threading.Lock()
        self._armed: list[Fault] = []
        self._count = 0

    def __contains__(self, fault: object) -> bool:
        """Return whether a fault is armed."""
        return fault in self._armed

    def __iter__(self) -> Iterator[Fault]:
        """Go through the armed faults, in the order in which they were armed."""
        return iter([*self._armed])

    def __len__(self) -> int:
        """Return how many faults are armed."""
        return len(self._armed)

    def _arm(self, kind: str, matching: Matching, effect: object, times: int | None = 1) -> Fault:
        fault = Fault(self, kind, matching, effect, times)
        with self._lock:
            self._count += 1
            fault.number = self._count
            self._armed.append(fault)
        return fault

    def _cancel(self, fault: Fault) -> None:
        with self._lock:
            if fault in self._armed:
                self._armed.remove(fault)

    def clear(self) -> None:
        """Cancel all faults."""
        with self._lock:
            self._armed.clear()

    def fail(
        self,
        status: int | None = None,
        code: int | None = None,
        message: str | None = None,
        body: str | bytes | dict[str, object] | list[object] | None = None,
        *,
        via: Literal["api"] = "api",
        **matching: Unpack[Matching],
    ) -> Fault:
        """
        Reject requests, or respond to them with anything, instead of carrying them out; once by default.

        Args:
            status: HTTP status; by default that of `code`, or 503. A status without a code of its own, such as 502, has
                an HTML body, as that of a proxy.
            code: The service's error code; by default the one that is usual for the status.
            message: The message of the response.
            body: The whole body instead: text, bytes, or a value that is sent as JSON.
            via: `"api"`: the requests that are met.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if via != "api":
            raise InvalidArgument(f"via must be 'api', got {via!r}", argument="via")
        return self._arm("fail", matching, rejecting(status, code, message, body, _known_code))

    def rate_limit(self, retry_after: int = 1, **matching: Unpack[Matching]) -> Fault:
        """
        Respond with status 429 and the header Retry-After; once by default.

        Args:
            retry_after: Seconds after which the client may try again.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        return self._arm("rate_limit", matching, rejecting(429, None, None, None, _known_code, retry_after))

    def cut_before_accept(self, **matching: Unpack[Matching]) -> Fault:
        """
        Close the connection when a request that sends emails has been read, and store nothing; once by default.

        Args:
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        effect = Effect(words="cut before accept", cut="before")
        return self._arm("cut_before_accept", {"route": _SENDING, **matching}, effect)

    def cut_after_accept(self, **matching: Unpack[Matching]) -> Fault:
        """
        Store the emails of a request, and close the connection without a response; once by default.

        Args:
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        effect = Effect(words="stored, cut after accept", cut="after")
        return self._arm("cut_after_accept", {"route": _SENDING, **matching}, effect)

    def delay(self, seconds: float, at: Literal["head", "body"] = "head", **matching: Unpack[Matching]) -> Fault:
        """
        Send the response to a request late; once by default.

        Args:
            seconds: Seconds of the machine's time.
            at: `"head"` waits before the response, `"body"` between its head and its body.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if at not in ("head", "body"):
            raise InvalidArgument(f"at must be 'head' or 'body', got {at!r}", argument="at")
        time = _seconds(seconds)
        effect = Effect(words=f"delayed by {time:g} s", **{f"wait_{at}": time})  # type: ignore[arg-type]
        return self._arm("delay", matching, effect)

    def drip(self, seconds: float, **matching: Unpack[Matching]) -> Fault:
        """
        Send the body of a response byte by byte; once by default.

        Args:
            seconds: Seconds that the whole body takes.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        time = _seconds(seconds)
        return self._arm("drip", matching, Effect(words=f"dripped for {time:g} s", drip=time))

    def index_delay(self, seconds: float, **matching: Unpack[Matching]) -> Fault:
        """
        Hide new messages from searches by the API for some seconds of the sandbox's clock, until it is cancelled.

        Args:
            seconds: How old a message must be to be found.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        return self._arm("index_delay", matching, _seconds(seconds), None)

    def bounce_all(self, type: BounceType | str = "HardBounce", **matching: Unpack[Matching]) -> Fault:
        """
        Let each email bounce that is accepted from now on, until it is cancelled.

        Args:
            type: A type of bounce, such as `"SoftBounce"`.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`; recipients are counted.

        Raises:
            InvalidArgument: There is no such type of bounce.
        """
        kind = BOUNCE_TYPES.get(str(type))
        if kind is None or kind.type == "SpamComplaint":
            message = unknown_name_message(str(type), dict.fromkeys(BOUNCE_TYPES), "type of bounce")
            raise InvalidArgument(message, argument="type")
        return self._arm("bounce_all", matching, kind, None)

    def hold(self, seconds: float | None = None, **matching: Unpack[Matching]) -> Fault:
        """
        Leave each email in the queue that is accepted from now on, until it is cancelled.

        Args:
            seconds: Seconds of the sandbox's clock until the delivery. With None the emails wait for
                `sandbox.events.deliver`.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`; recipients are counted.
        """
        return self._arm("hold", matching, None if seconds is None else _seconds(seconds), None)

    def _meet(self, kinds: Iterable[str], incoming: Incoming) -> Fault | None:
        """Return the first fault of these kinds that matches, and count the hit."""
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if fault.kind not in kinds or not matches(fault._matching, incoming):
                    continue
                if fault._skips:
                    fault._skips -= 1
                    continue
                fault.hits += 1
                if fault.remaining is not None:
                    fault.remaining -= 1
                    if not fault.remaining:
                        self._armed.remove(fault)
                return fault
        return None

    def effect_on(self, incoming: Incoming) -> tuple[Effect, str] | None:
        """Return what happens to a request, with the fault in words, or None."""
        fault = self._meet(("fail", "rate_limit", "cut_before_accept", "cut_after_accept", "delay", "drip"), incoming)
        if fault is not None and isinstance(fault._effect, Effect):
            return fault._effect, f"fault {fault.number}: {fault._effect.words}"
        effect = by_address(incoming.recipients, _known_code) if incoming.recipients else None
        return None if effect is None else (effect, f"address: {effect.words}")

    def hidden_seconds(self, incoming: Incoming) -> float:
        """Return for how many seconds messages are hidden from a search."""
        fault = self._meet(("index_delay",), incoming)
        return 0.0 if fault is None or not isinstance(fault._effect, float) else fault._effect

    def outcome_for(self, incoming: Incoming) -> tuple[Kind | None, Fault | None]:
        """Return the bounce of an email to one recipient, or the fault that holds it; two times None for neither."""
        fault = self._meet(("bounce_all", "hold"), incoming)
        if fault is None:
            return None, None
        return (fault._effect, None) if isinstance(fault._effect, Kind) else (None, fault)


def _seconds(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _FOREVER:
        raise InvalidArgument(f"seconds must be a number of at least 0, got {value!r}", argument="seconds")
    return float(value)
