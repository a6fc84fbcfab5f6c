"""`sandbox.faults`: failures that a test arms."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import attrs

from .._hints import unknown_name_message
from ..errors import ERROR_CODES, InvalidArgument
from ..models.bounces import BounceType
from .effects import Effect, by_address, rejecting
from .events import BOUNCE_TYPES, BounceType as Kind
from .fault import Fault
from .matching import Incoming, Matching

if TYPE_CHECKING:
    from typing import Unpack

__all__ = ["Fault", "Faults"]

_SENDING = "POST /email*"
# Seconds that no clock of the sandbox can show.
_FOREVER = 1e11


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
        if status is not None and (not isinstance(status, int) or not 200 <= status <= 599):
            raise InvalidArgument(f"status must be a number from 200 to 599, got {status!r}", argument="status")
        return self._arm("fail", matching, rejecting(status, code, message, body, _known_code))

    def rate_limit(self, retry_after: int = 1, **matching: Unpack[Matching]) -> Fault:
        """
        Respond with status 429 and the header Retry-After; once by default.

        Args:
            retry_after: Seconds after which the client may try again.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        effect = attrs.evolve(rejecting(429, None, None, None, _known_code), retry_after=retry_after)
        return self._arm("rate_limit", matching, effect)

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

    def webhook_fail(self, status: int | None = 500, **matching: Unpack[Matching]) -> Fault:
        """
        Let a request to a webhook fail without sending it; once by default.

        Args:
            status: The status that the webhook seems to respond with; None for no response.
            **matching: Keys of `Matching`: `times`, `to` (the recipient of the event), `route` (the path of the URL),
                `server` (its id) and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if status is not None and (not isinstance(status, int) or not 300 <= status <= 599):
            raise InvalidArgument(f"status must be None or a number from 300 to 599, got {status!r}", argument="status")
        return self._arm("webhook_fail", matching, status)

    def _meet(self, kinds: Iterable[str], incoming: Incoming) -> Fault | None:
        """Return the first fault of these kinds that matches, and count the hit."""
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if fault.kind in kinds and fault.meets(incoming):
                    if fault.remaining == 0:
                        self._armed.remove(fault)
                    return fault
        return None

    def effect_on(self, incoming: Incoming) -> tuple[Effect, str] | None:
        """Return what happens to a request, with the fault in words, or None."""
        fault = self._meet(("fail", "rate_limit", "cut_before_accept", "cut_after_accept", "delay", "drip"), incoming)
        if fault is not None and isinstance(fault.effect, Effect):
            return fault.effect, f"fault {fault.number}: {fault.effect.words}"
        effect = by_address(incoming.recipients, _known_code) if incoming.recipients else None
        return None if effect is None else (effect, f"address: {effect.words}")

    def hidden_seconds(self, incoming: Incoming) -> float:
        """Return for how many seconds messages are hidden from a search."""
        fault = self._meet(("index_delay",), incoming)
        return 0.0 if fault is None or not isinstance(fault.effect, float) else fault.effect

    def outcome_for(self, incoming: Incoming) -> tuple[Kind | None, Fault | None]:
        """Return the bounce of an email to one recipient, or the fault that holds it; two times None for neither."""
        fault = self._meet(("bounce_all", "hold"), incoming)
        if fault is None:
            return None, None
        return (fault.effect, None) if isinstance(fault.effect, Kind) else (None, fault)

    def webhook_failure(self, incoming: Incoming) -> tuple[int | None, str] | None:
        """Return the status that a request to a webhook fails with, with the fault in words, or None."""
        fault = self._meet(("webhook_fail",), incoming)
        if fault is None:
            return None
        return (fault.effect if isinstance(fault.effect, int) else None), f"fault {fault.number}"


def _seconds(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _FOREVER:
        raise InvalidArgument(f"seconds must be a number of at least 0, got {value!r}", argument="seconds")
    return float(value)
