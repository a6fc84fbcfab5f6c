"""Message streams: `client.streams`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.listing import Page
from ..models.streams import STREAMS, NewStream, Stream, StreamArchival, StreamChanges, StreamFilters
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Streams(Resource):
    """The message streams of one server."""

    def list(self, **filters: Unpack[StreamFilters]) -> Page[Stream]:
        """
        Return all streams that are not archived.

        Raises:
            InvalidArgument: A filter it does not have.
        """
        return self._list_all(STREAMS, filters)

    def get(self, id: str) -> Stream:
        """
        Return one stream.

        Raises:
            NotFound: There is no such stream.
        """
        return self._read(self._path(id), Stream)

    def create(self, **stream: Unpack[NewStream]) -> Stream:
        """
        Make a stream.

        Raises:
            TypeError: An argument that it needs is missing, or one that it does not have.
            Conflict: There is a stream with this id.
            InvalidRequest: The id or another argument cannot be.
            LimitExceeded: The server has as many as it may.
        """
        return self._once("POST", STREAMS.path, Stream, write_body(NewStream, stream))

    def edit(self, id: str, **changes: Unpack[StreamChanges]) -> Stream:
        """
        Change a stream; what is left out stays as it is.

        Raises:
            NotFound: There is no such stream.
        """
        return self._change("PATCH", self._path(id), Stream, write_body(StreamChanges, changes))

    def archive(self, id: str) -> StreamArchival:
        """
        Stop a stream; it is deleted for good 45 days later.

        Raises:
            NotFound: There is no such stream.
            InvalidRequest: It cannot be archived (code 1229).
        """
        return self._once("POST", f"{self._path(id)}/archive", StreamArchival, {})

    def unarchive(self, id: str) -> Stream:
        """
        Take a stream back into use.

        Raises:
            NotFound: There is no such stream.
            InvalidRequest: It is deleted already (code 1232).
        """
        return self._once("POST", f"{self._path(id)}/unarchive", Stream, {})

    @staticmethod
    def _path(id: str) -> str:
        return f"{STREAMS.path}/{path_part(id, 'id')}"
