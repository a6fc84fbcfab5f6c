"""Inbound messages: `client.inbound`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ..models.inbound import INBOUND, InboundDetails, InboundFilters, InboundMessage
from ..models.listing import Page
from ._resource import Resource, path_segment

if TYPE_CHECKING:
    from uuid import UUID


class Inbound(Resource):
    """
    The inbound messages of a server.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> for message in client.inbound.list(status="Blocked"):
        ...     if message.sender == "friend@example.com":
        ...         client.inbound.bypass(message.message_id)
    """

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[InboundFilters]) -> Page[InboundMessage]:
        """
        Return a page of inbound messages, newest first.

        Args:
            count: Number of messages on the page, 1 to 500.
            offset: Number of messages to skip. `count + offset` is at most 10,000.
            **filters: Keys of `InboundFilters`: `recipient`, `sender`, `tag`, `subject`, `mailbox_hash`, `status`,
                `from_date` and `to_date`. The service lists processed messages if `status` is not given.

        Returns:
            The page. Its messages have no bodies and headers, which `get` returns.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(INBOUND, count, offset, filters)

    def get(self, id: str | UUID | InboundMessage) -> InboundDetails:
        """
        Return an inbound message with its content.

        Args:
            id: The id of the message, or the `InboundMessage`.

        Raises:
            NotFound: There is no message with this id.
        """
        return self._read(self._path(id, "details"), InboundDetails)

    def bypass(self, id: str | UUID | InboundMessage) -> None:
        """
        Process a blocked message as if it had not been blocked.

        Args:
            id: The id of the message, or the `InboundMessage`.

        Raises:
            NotFound: There is no message with this id, or it cannot be bypassed (code 701).
            InvalidRequest: The service could not process the message (code 702).
        """
        self._send_once("PUT", self._path(id, "bypass"))

    def retry(self, id: str | UUID | InboundMessage) -> None:
        """
        Post a message to the inbound webhook again, for example after all attempts of the service have failed.

        Args:
            id: The id of the message, or the `InboundMessage`.

        Raises:
            NotFound: There is no message with this id, or it cannot be retried (code 701).
            InvalidRequest: The service could not post the message (code 703).
        """
        self._send_once("PUT", self._path(id, "retry"))

    @staticmethod
    def _path(id: str | UUID | InboundMessage, verb: str) -> str:
        return f"{INBOUND.path}/{path_segment(id, 'id', InboundMessage, 'message_id')}/{verb}"
