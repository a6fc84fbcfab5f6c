"""The servers of an account: `account.servers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.listing import Page, RecordId
from ..models.servers import SERVERS, NewServer, Server, ServerChanges, ServerFilters
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Servers(Resource):
    """The servers of an account."""

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[ServerFilters]) -> Page[Server]:
        """
        Return a page of servers.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(SERVERS, count, offset, filters)

    def get(self, id: RecordId) -> Server:
        """
        Return one server, its tokens with it.

        Raises:
            InvalidRequest: There is no such server (code 422).
        """
        return self._read(self._path(id), Server)

    def create(self, **server: Unpack[NewServer]) -> Server:
        """
        Make a server.

        Raises:
            TypeError: No name, or a setting it does not have.
            Conflict: The name is taken.
            LimitExceeded: The account has as many as it may.
        """
        return self._once("POST", SERVERS.path, Server, write_body(NewServer, server))

    def edit(self, id: RecordId, **changes: Unpack[ServerChanges]) -> Server:
        """
        Change settings; what is left out stays as it is.

        Raises:
            TypeError: A setting it does not have.
            Conflict: The name or the inbound domain is taken.
        """
        return self._change("PUT", self._path(id), Server, write_body(ServerChanges, changes))

    def delete(self, id: RecordId) -> None:
        """
        Delete a server with all it has.

        Raises:
            InvalidRequest: The account may not delete servers by the API (code 604); support has to allow it.
        """
        self._delete(self._path(id))

    @staticmethod
    def _path(id: RecordId) -> str:
        return f"{SERVERS.path}/{path_part(id, 'id')}"
