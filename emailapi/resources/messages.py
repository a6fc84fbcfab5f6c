"""Messages that were sent: `client.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from .._delivery import Deadline
from ..errors import InvalidArgument, NotFound
from ..models.listing import Page
from ..models.message_status import MessageStatus, derive_status
from ..models.messages import (
    MESSAGES,
    HasMessageId,
    Message,
    MessageDetails,
    MessageDump,
    MessageFilters,
)
from ..models.opens import CLICKS, OPENS, Click, Open, OpenFilters
from ..models.outbound import SendResult
from ..transports.api.payload import DEFAULT_STREAM
from ..transports.api.reconciliation import Wanted, find
from ._resource import Resource, path_segment, sublist

if TYPE_CHECKING:
    from ..models.messages import MessageId


class Messages(Resource):
    """
    The messages that a server sent, with their events, opens and clicks.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> result = client.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "...", "tag": "new"})
        >>> client.messages.status(result).state
        <MessageState.DELIVERED: 'delivered'>
        >>> for message in client.messages.list(tag="new").iter_all():
        ...     print(message.subject, message.recipients)
        Hi ('jane@example.com',)
    """

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[MessageFilters]) -> Page[Message]:
        """
        Return a page of messages, newest first.

        Args:
            count: Number of messages on the page, 1 to 500.
            offset: Number of messages to skip. `count + offset` is at most 10,000; `Page.iter_all` reads on beyond
                that.
            **filters: Keys of `MessageFilters`: `recipient`, `sender`, `tag`, `status`, `subject`, `from_date`,
                `to_date`, `message_stream` and `metadata`. A plain `date` is a US Eastern day. The service searches the
                stream `outbound` if `message_stream` is not given.

        Returns:
            The page. `len(page)` is the number of messages on it, `page.total_count` the number of all that match;
            `page.iter_all()` reads the following pages, too.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(MESSAGES, count, offset, filters)

    def get(self, id: MessageId) -> MessageDetails:
        """
        Return a message with its content and its events.

        Args:
            id: The id of the message, or a record of it: a `SendResult`, `Message`, `Bounce`, `Open` ...

        Returns:
            The message. The service keeps it for 45 days by default, and at most 1 MB of it.

        Raises:
            NotFound: There is no message with this id.
        """
        return self._details(self._segment(id))

    def dump(self, id: MessageId) -> str:
        """
        Return the raw source of a message.

        Args:
            id: The id of the message, or a record of it: a `SendResult`, `Message`, `Bounce`, `Open` ...

        Returns:
            The source; `""` if the service no longer has it. It keeps sources for 30 days.

        Raises:
            NotFound: There is no message with this id.
        """
        return self._read(f"{MESSAGES.path}/{self._segment(id)}/dump", MessageDump).body

    def opens(self, *, count: int = 100, offset: int = 0, **filters: Unpack[OpenFilters]) -> Page[Open]:
        """
        Return a page of opens, newest first.

        Args:
            count: Number of opens on the page, 1 to 500.
            offset: Number of opens to skip. `count + offset` is at most 10,000.
            **filters: Keys of `OpenFilters`: `recipient`, `tag`, `client_name`, `client_company`, `client_family`,
                `os_name`, `os_family`, `os_company`, `platform`, `country`, `region`, `city` and `message_stream`.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(OPENS, count, offset, filters)

    def message_opens(self, id: MessageId, *, count: int = 100, offset: int = 0) -> Page[Open]:
        """
        Return the opens of one message. The service keeps the first open of each recipient.

        Args:
            id: The id of the message, or a record of it: a `SendResult`, `Message`, `Bounce`, `Open` ...
            count: Number of opens on the page, 1 to 500.
            offset: Number of opens to skip. `count + offset` is at most 10,000.

        Raises:
            InvalidArgument: `count` or `offset` is out of range.
            NotFound: There is no message with this id.
        """
        return self._list(sublist(OPENS, self._segment(id)), count, offset, {})

    def clicks(self, *, count: int = 100, offset: int = 0, **filters: Unpack[OpenFilters]) -> Page[Click]:
        """
        Return a page of clicks, newest first.

        Args:
            count: Number of clicks on the page, 1 to 500.
            offset: Number of clicks to skip. `count + offset` is at most 10,000.
            **filters: Keys of `OpenFilters`: `recipient`, `tag`, `client_name`, `client_company`, `client_family`,
                `os_name`, `os_family`, `os_company`, `platform`, `country`, `region`, `city` and `message_stream`.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(CLICKS, count, offset, filters)

    def message_clicks(self, id: MessageId, *, count: int = 100, offset: int = 0) -> Page[Click]:
        """
        Return the clicks on the links of one message. The service keeps the first click of each recipient on each link.

        Args:
            id: The id of the message, or a record of it: a `SendResult`, `Message`, `Bounce`, `Open` ...
            count: Number of clicks on the page, 1 to 500.
            offset: Number of clicks to skip. `count + offset` is at most 10,000.

        Raises:
            InvalidArgument: `count` or `offset` is out of range.
            NotFound: There is no message with this id.
        """
        return self._list(sublist(CLICKS, self._segment(id)), count, offset, {})

    def status(self, id_or_result: MessageId) -> MessageStatus:
        """
        Return the delivery state of a message: queued, sent, delivered or bounced.

        Args:
            id_or_result: The id of the message, or a record of it: a `SendResult`, `Message`, `Bounce`, `Open` ... An
                email that was not sent through the API has an id of another system: it is looked up by its idempotency
                key.

        Returns:
            The state over all recipients, and the state for each recipient.

        Raises:
            NotFound: There is no such message.
            InvalidArgument: The email was not sent through the API, and carries no idempotency key to look it up by.
        """
        return derive_status(self._details(self._segment(id_or_result)))

    def _details(self, segment: str) -> MessageDetails:
        return self._read(f"{MESSAGES.path}/{segment}/details", MessageDetails)

    def _segment(self, id: MessageId) -> str:
        found = self._look_up(id) if isinstance(id, SendResult) and not (id.message_id and id.via == "api") else id
        return path_segment(found, "id", HasMessageId, "message_id")

    def _look_up(self, result: SendResult) -> str:
        if result.idempotency_key is None:
            why = f"this email was sent by {result.via} and carries no idempotency key to look it up by"
            raise InvalidArgument(why, argument="id")
        stream = self._options.message_stream or DEFAULT_STREAM
        deadline = Deadline.after(self._options.deadline)
        wanted = Wanted.of_result(result, result.idempotency_key, stream)
        hits = find(self._session, self._options, wanted, deadline)
        found = hits.found.get(wanted.key)
        if found is None:
            why = "has the key of this email" if not hits.others else "with the key of this email has its recipients"
            raise NotFound(f"no message in the stream {stream!r} {why}, which was sent by {result.via}")
        return found.message_id
