"""Mail that came in: `client.inbound`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.inbound import INBOUND, InboundDetails, InboundFilters, InboundMessage
from ..models.listing import Page
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Inbound(Resource):
    """The inbound mail of one server."""

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[InboundFilters]) -> Page[InboundMessage]:
        """
        Return a page of messages, newest first; processed ones when no status is named.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(INBOUND, count, offset, filters)

    def get(self, id: str) -> InboundDetails:
        """
        Return one message with its content.

        Raises:
            NotFound: There is no such message.
        """
        return self._read(f"{INBOUND.path}/{path_part(id, 'id')}/details", InboundDetails)

    def bypass(self, id: str) -> None:
        """
        Let a blocked message through.

        Raises:
            NotFound: There is no such message.
            InvalidRequest: It cannot be let through (code 702).
        """
        self._do("PUT", f"{INBOUND.path}/{path_part(id, 'id')}/bypass")

    def retry(self, id: str) -> None:
        """
        Post a message to the inbound webhook once more.

        Raises:
            NotFound: There is no such message.
            InvalidRequest: It cannot be posted again (code 703).
        """
        self._do("PUT", f"{INBOUND.path}/{path_part(id, 'id')}/retry")
