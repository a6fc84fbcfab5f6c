"""The faults that are armed, and which of them meets a request."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from ..errors import ERROR_CODES
from .effects import Effect, by_address, reply_by_address
from .events import BounceType as Kind
from .fault import Fault
from .matching import Incoming, Matching

_EFFECTS = ("fail", "rate_limit", "cut_before_accept", "cut_after_accept", "delay", "drip", "reject")


def known_code(code: int) -> tuple[int, str] | None:
    """Return status and meaning of an error code, or None."""
    row = ERROR_CODES.get(code)
    return None if row is None else (row.status, row.meaning)


class ArmedFaults:
    """Faults in the order in which they were armed."""

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

    def _arm(self, kind: str, matching: Matching, effect: object, times: int | None = 1, at: str = "api") -> Fault:
        fault = Fault(self, kind, matching, effect, times, at)
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
        """Return what happens to a request, or to SMTP at a stage, with the fault in words, or None."""
        fault = self._meet(_EFFECTS, incoming)
        if fault is not None and isinstance(fault.effect, Effect):
            return fault.effect, f"fault {fault.number}: {fault.effect.words}"
        effect = None
        if incoming.at in ("api", "message") and incoming.recipients:
            effect = by_address(incoming.recipients, known_code if incoming.at == "api" else None)
        elif incoming.at == "rcpt":
            effect = next(filter(None, map(reply_by_address, incoming.recipients)), None)
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
