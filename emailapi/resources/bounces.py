"""Mails that came back: `client.bounces`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.bounces import BOUNCES, Bounce, BounceActivation, BounceFilters, DeliveryStats
from ..models.listing import Page, RecordId
from ..models.messages import MessageDump
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Bounces(Resource):
    """The bounces of one server."""

    def delivery_stats(self) -> DeliveryStats:
        """Return how many bounces there are of each type, and how many addresses are suppressed."""
        return self._read("/deliverystats", DeliveryStats)

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[BounceFilters]) -> Page[Bounce]:
        """
        Return a page of bounces, newest first; of the stream `outbound` when none is named.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(BOUNCES, count, offset, filters)

    def get(self, id: RecordId) -> Bounce:
        """
        Return one bounce with its content.

        Raises:
            NotFound: There is no such bounce.
        """
        return self._read(f"{BOUNCES.path}/{path_part(id, 'id')}", Bounce)

    def dump(self, id: RecordId) -> str:
        """
        Return a bounce's raw source, or `""` when the service no longer has it; it keeps sources for 30 days.

        Raises:
            NotFound: There is no such bounce.
        """
        return self._read(f"{BOUNCES.path}/{path_part(id, 'id')}/dump", MessageDump).body

    def activate(self, id: RecordId) -> Bounce:
        """
        Send to the bounce's address again, and return the bounce as it is now.

        Raises:
            NotFound: There is no such bounce.
            InvalidRequest: The address cannot be activated (code 1003).
        """
        path = f"{BOUNCES.path}/{path_part(id, 'id')}/activate"
        return self._once("PUT", path, BounceActivation, {}).bounce
