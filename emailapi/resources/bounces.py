"""Bounces: `client.bounces`."""

from __future__ import annotations

from typing import Unpack

from ..models.bounces import BOUNCES, Bounce, BounceActivation, BounceFilters, DeliveryStats
from ..models.listing import Page, RecordId
from ..models.messages import MessageDump
from ._resource import Resource, path_segment


class Bounces(Resource):
    """
    The bounces of a server.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> client.outbound.send({"to": "hardbounce@bounce-testing.postmarkapp.com", "text_body": "Hello"}).message
        'OK'
        >>> for bounce in client.bounces.list(type="HardBounce", inactive=True):
        ...     print(bounce.email, bounce.can_activate)
        hardbounce@bounce-testing.postmarkapp.com True
        >>> client.bounces.activate(bounce.id).inactive
        False
    """

    def delivery_stats(self) -> DeliveryStats:
        """
        Return the number of bounces by type, and the number of suppressed addresses.

        Returns:
            One count for each type that occurred; the first is the sum over all types.
        """
        return self._read("/deliverystats", DeliveryStats)

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[BounceFilters]) -> Page[Bounce]:
        """
        Return a page of bounces, newest first.

        Args:
            count: Number of bounces on the page, 1 to 500.
            offset: Number of bounces to skip. `count + offset` is at most 10,000; `Page.iter_all` reads on beyond that.
            **filters: Keys of `BounceFilters`: `type`, `inactive`, `email`, `tag`, `message_id`, `from_date`, `to_date`
                and `message_stream`. The service searches the stream `outbound` if `message_stream` is not given.

        Returns:
            The page. Its bounces have no `content`, which `get` returns.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(BOUNCES, count, offset, filters)

    def get(self, id: RecordId | Bounce) -> Bounce:
        """
        Return a bounce with its content.

        Args:
            id: The id of the bounce, or the `Bounce`.

        Raises:
            NotFound: There is no bounce with this id.
        """
        return self._read(f"{BOUNCES.path}/{path_segment(id, 'id', Bounce)}", Bounce)

    def dump(self, id: RecordId | Bounce) -> str:
        """
        Return the raw source of a bounce.

        Args:
            id: The id of the bounce, or the `Bounce`.

        Returns:
            The source; `""` if the service no longer has it. It keeps sources for 30 days.

        Raises:
            NotFound: There is no bounce with this id.
        """
        return self._read(f"{BOUNCES.path}/{path_segment(id, 'id', Bounce)}/dump", MessageDump).body

    def activate(self, id: RecordId | Bounce) -> Bounce:
        """
        Remove the suppression that followed from a bounce, so that emails to the address are accepted again.

        Args:
            id: The id of the bounce, or the `Bounce`.

        Returns:
            The bounce after the change, with `inactive` False.

        Raises:
            NotFound: There is no bounce with this id.
            InvalidRequest: The address cannot be activated, for example after a spam complaint (code 1003).
        """
        path = f"{BOUNCES.path}/{path_segment(id, 'id', Bounce)}/activate"
        return self._write_once("PUT", path, BounceActivation, {}).bounce
