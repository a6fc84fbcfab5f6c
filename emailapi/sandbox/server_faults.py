"""The faults of one server on a sandbox that several tests share."""

from __future__ import annotations

from collections.abc import Iterator

from .faults import Fault, Faults
from .matching import Matching


class ServerFaults(Faults):
    """
    Faults as those of a sandbox, which meet the requests and emails of one server.

    They are kept by the sandbox: of its faults and these, the first that was armed and matches meets a request.
    """

    def __init__(self, faults: Faults, server: int) -> None:
        """Arm faults among those of a sandbox, for the server of this id."""
        super().__init__()
        self._all, self._server = faults, server

    def _arm(self, kind: str, matching: Matching, effect: object, times: int | None = 1, at: str = "api") -> Fault:
        return self._all._arm(kind, {"server": self._server, **matching}, effect, times, at)

    def __contains__(self, fault: object) -> bool:
        """Return whether a fault of this server is armed."""
        return any(each is fault for each in self)

    def __iter__(self) -> Iterator[Fault]:
        """Go through the armed faults of this server, in the order in which they were armed."""
        return iter([fault for fault in self._all if fault.server == self._server])

    def __len__(self) -> int:
        """Return how many faults of this server are armed."""
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Cancel all faults of this server."""
        for fault in self:
            fault.cancel()
