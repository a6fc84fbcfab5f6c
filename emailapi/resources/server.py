"""The server that the token belongs to: `client.server`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.servers import Server, ServerChanges
from ..wire import write_body
from ._resource import Resource

if TYPE_CHECKING:
    from typing import Unpack


class OwnServer(Resource):
    """The server that the token belongs to."""

    def get(self) -> Server:
        """Return its settings."""
        return self._read("/server", Server)

    def edit(self, **changes: Unpack[ServerChanges]) -> Server:
        """
        Change settings; what is left out stays as it is.

        Raises:
            TypeError: A setting it does not have.
            InvalidRequest: A setting cannot be.
            Conflict: The name or the inbound domain is taken.
        """
        return self._change("PUT", "/server", Server, write_body(ServerChanges, changes))
