"""What was sent and what became of it: `client.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._delivery import Deadline
from ..errors import InvalidArgument, NotFound
from ..models.listing import Page
from ..models.messages import MESSAGES, Message, MessageDetails, MessageDump, MessageFilters, MessageStatus, status_of
from ..models.opens import CLICKS, OPENS, Click, Open, OpenFilters
from ..models.outbound import SendResult
from ..transports.api.payload import DEFAULT_STREAM
from ..transports.api.reconciliation import Wanted, find
from ._resource import Resource, below, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Messages(Resource):
    """The messages of one server."""

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[MessageFilters]) -> Page[Message]:
        """
        Return a page of messages, newest first; the service looks in one stream, `outbound` when none is named.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(MESSAGES, count, offset, filters)

    def get(self, id: str) -> MessageDetails:
        """
        Return one message with its content and its events.

        Raises:
            NotFound: There is no such message.
        """
        return self._read(f"{MESSAGES.path}/{path_part(id, 'id')}/details", MessageDetails)

    def dump(self, id: str) -> str:
        """
        Return a message's raw source, or `""` when the service no longer has it.

        Raises:
            NotFound: There is no such message.
        """
        return self._read(f"{MESSAGES.path}/{path_part(id, 'id')}/dump", MessageDump).body

    def opens(self, *, count: int = 100, offset: int = 0, **filters: Unpack[OpenFilters]) -> Page[Open]:
        """
        Return a page of opens, newest first.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(OPENS, count, offset, filters)

    def message_opens(self, id: str, *, count: int = 100, offset: int = 0) -> Page[Open]:
        """
        Return the opens of one message; the service keeps each recipient's first.

        Raises:
            InvalidArgument: A range the service does not list.
            NotFound: There is no such message.
        """
        return self._list(below(OPENS, path_part(id, "id")), count, offset, {})

    def clicks(self, *, count: int = 100, offset: int = 0, **filters: Unpack[OpenFilters]) -> Page[Click]:
        """
        Return a page of clicks, newest first.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(CLICKS, count, offset, filters)

    def message_clicks(self, id: str, *, count: int = 100, offset: int = 0) -> Page[Click]:
        """
        Return the clicks on the links of one message.

        Raises:
            InvalidArgument: A range the service does not list.
            NotFound: There is no such message.
        """
        return self._list(below(CLICKS, path_part(id, "id")), count, offset, {})

    def status(self, id_or_result: str | SendResult) -> MessageStatus:
        """
        Return how far a message got, over all recipients and for each.

        Args:
            id_or_result: The message's id, or what `send` returned. A mail that did not leave by the API, whose id is
                not the service's, is searched by its key.

        Raises:
            NotFound: There is no such message.
            InvalidArgument: The result is of a mail that nothing can be looked up by.
        """
        id = self._id_of(id_or_result) if isinstance(id_or_result, SendResult) else id_or_result
        return status_of(self.get(id))

    def _id_of(self, result: SendResult) -> str:
        if result.message_id and result.via == "api":
            return result.message_id
        if result.idempotency_key is None:
            why = f"this mail left by {result.via}, and carries no key to be looked up by"
            raise InvalidArgument(why, argument="id_or_result")
        stream = self._options.message_stream or DEFAULT_STREAM
        deadline = Deadline.after(self._options.deadline)
        wanted = Wanted.of_result(result, result.idempotency_key, stream)
        hits = find(self._session, self._options, wanted, deadline)
        found = hits.found.get(wanted.key)
        if found is None:
            why = "carries this email's key" if not hits.others else "that carries this email's key has its recipients"
            raise NotFound(f"no message in the stream {stream!r} {why}; it left by {result.via}")
        return found.message_id
