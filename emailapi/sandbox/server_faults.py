"""The faults of one server on a sandbox that several tests share."""

from __future__ import annotations

from collections.abc import Iterator

from .faults import Fault, Faults
from .matching import Matching


class ServerFaults(Faults):
    """
    Faults as those of a sandbox, which meet the requests and emails of one server.

    They are kept by the sandbox: of its faults and these, the first that was armed and matches meets a request. A
    fault may name another server, or with `server=None` all of them; it is one of these faults all the same.
    """

    def __init__(self, faults: Faults, server: int) -> None:
        """Arm faults among those of a sandbox, for the server of this id."""
        super().__init__()
        self._all, self._server = faults, server
        self._own: list[Fault] = []

    def _arm(self, kind: str, matching: Matching, effect: object, times: int | None = 1, at: str = "api") -> Fault:
        fault = self._all._arm(kind, {"server": self._server, **matching}, effect, times, at)
        self._own.append(fault)
        return fault

    def __contains__(self, fault: object) -> bool:
        """Return whether one of these faults is armed."""
        return any(each is fault for each in self)

    def __iter__(self) -> Iterator[Fault]:
        """Go through those of these faults that are armed, in the order in which they were armed."""
        return iter([fault for fault in self._own if fault in self._all])

    def __len__(self) -> int:
        """Return how many of these faults are armed."""
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Cancel all of these faults."""
        for fault in self:
            fault.cancel()
