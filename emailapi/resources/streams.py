"""Message streams: `client.streams`."""

from __future__ import annotations

from typing import Unpack

from ..models.listing import Page
from ..models.streams import STREAMS, NewStream, Stream, StreamArchival, StreamChanges, StreamFilters
from ..wire import write_body
from ._resource import Resource, path_segment


class Streams(Resource):
    """
    The message streams of a server; a new one has `outbound`, `broadcast` and `inbound`.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> stream = client.streams.create(id="news", name="Newsletter", message_stream_type="Broadcasts")
        >>> sorted(stream.id for stream in client.streams.list(message_stream_type="Broadcasts"))
        ['broadcast', 'news']
    """

    def list(self, **filters: Unpack[StreamFilters]) -> Page[Stream]:
        """
        Return all message streams of the server that are not archived.

        Args:
            **filters: Keys of `StreamFilters`: `message_stream_type` and `include_archived_streams`.

        Raises:
            InvalidArgument: A filter is unknown or invalid.
        """
        return self._list_whole(STREAMS, filters)

    def get(self, id: str | Stream) -> Stream:
        """
        Return a message stream.

        Args:
            id: The id of the stream, such as `outbound`.

        Raises:
            NotFound: There is no stream with this id.
        """
        return self._read(self._path(id), Stream)

    def create(self, **stream: Unpack[NewStream]) -> Stream:
        """
        Create a message stream.

        Args:
            **stream: Keys of `NewStream`: `id`, `name` and `message_stream_type`, which are required, `description` and
                `subscription_management_configuration`.

        Returns:
            The stream.

        Raises:
            TypeError: A required argument is missing, or an argument is unknown.
            Conflict: There is a stream with this id already (code 1230).
            InvalidRequest: The id or another argument is invalid.
            LimitExceeded: The server has 10 streams already (code 1225).
        """
        return self._write_once("POST", STREAMS.path, Stream, write_body(NewStream, stream))

    def edit(self, id: str | Stream, **changes: Unpack[StreamChanges]) -> Stream:
        """
        Change a message stream. Settings that are not given stay as they are.

        Args:
            id: The id of the stream.
            **changes: Keys of `StreamChanges`: `name`, `description` and `subscription_management_configuration`.

        Returns:
            The stream after the change.

        Raises:
            TypeError: An argument is unknown.
            NotFound: There is no stream with this id.
            InvalidRequest: An argument is invalid.
        """
        return self._write("PATCH", self._path(id), Stream, write_body(StreamChanges, changes))

    def archive(self, id: str | Stream) -> StreamArchival:
        """
        Archive a message stream. Nothing can be sent through it; after 45 days it is deleted permanently.

        Args:
            id: The id of the stream.

        Returns:
            When the stream will be deleted.

        Raises:
            NotFound: There is no stream with this id.
            InvalidRequest: A default stream cannot be archived (code 1229).
        """
        return self._write_once("POST", f"{self._path(id)}/archive", StreamArchival, {})

    def unarchive(self, id: str | Stream) -> Stream:
        """
        Restore an archived message stream.

        Args:
            id: The id of the stream.

        Returns:
            The stream, with `archived_at` None.

        Raises:
            NotFound: There is no stream with this id.
            InvalidRequest: The stream has been deleted permanently (code 1232).
        """
        return self._write_once("POST", f"{self._path(id)}/unarchive", Stream, {})

    @staticmethod
    def _path(id: str | Stream) -> str:
        return f"{STREAMS.path}/{path_segment(id, 'id', Stream)}"
