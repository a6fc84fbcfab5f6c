"""Servers of an account: `account.servers`."""

from __future__ import annotations

from typing import Unpack

from ..models.listing import Page, RecordId
from ..models.servers import SERVERS, NewServer, Server, ServerChanges, ServerFilters
from ..wire import write_body
from ._resource import Resource, path_segment


class Servers(Resource):
    """
    The servers of an account.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> server = account.servers.create(name="Staging", delivery_type="Sandbox")
        >>> token = account.servers.get(server.id).api_tokens[0]
        >>> account.servers.list(name="Stag").total_count
        1
    """

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[ServerFilters]) -> Page[Server]:
        """
        Return a page of servers.

        Args:
            count: Number of servers on the page, 1 to 500.
            offset: Number of servers to skip. `count + offset` is at most 10,000.
            **filters: The key of `ServerFilters`: `name`, a part of the name.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(SERVERS, count, offset, filters)

    def get(self, id: RecordId | Server) -> Server:
        """
        Return a server with its settings and its tokens.

        Args:
            id: The id of the server, or the `Server`.

        Raises:
            InvalidRequest: There is no server with this id (code 422).
        """
        return self._read(self._path(id), Server)

    def create(self, **server: Unpack[NewServer]) -> Server:
        """
        Create a server.

        Args:
            **server: Keys of `NewServer`: `name`, which is required, `delivery_type`, `color`, `smtp_api_activated`,
                `raw_email_enabled`, `inbound_domain`, `inbound_hook_url`, `inbound_spam_threshold`, `bounce_hook_url`,
                `open_hook_url`, `delivery_hook_url`, `click_hook_url`, `post_first_open_only`,
                `include_bounce_content_in_hook`, `enable_smtp_api_error_hooks`, `track_opens` and `track_links`.

        Returns:
            The server, with its id and its tokens.

        Raises:
            TypeError: `name` is missing, or a setting is unknown.
            InvalidRequest: The value of a setting is invalid.
            Conflict: The name or the inbound domain is used by another server.
            LimitExceeded: The account has as many servers as its plan allows.
        """
        return self._write_once("POST", SERVERS.path, Server, write_body(NewServer, server))

    def edit(self, id: RecordId | Server, **changes: Unpack[ServerChanges]) -> Server:
        """
        Change settings of a server. Settings that are not given stay as they are.

        Args:
            id: The id of the server, or the `Server`.
            **changes: Keys of `ServerChanges`: `name`, `color`, `smtp_api_activated`, `raw_email_enabled`,
                `inbound_domain`, `inbound_hook_url`, `inbound_spam_threshold`, `bounce_hook_url`, `open_hook_url`,
                `delivery_hook_url`, `click_hook_url`, `post_first_open_only`, `include_bounce_content_in_hook`,
                `enable_smtp_api_error_hooks`, `track_opens` and `track_links`.

        Returns:
            The server after the change.

        Raises:
            TypeError: A setting is unknown.
            InvalidRequest: There is no server with this id (code 422), or the value of a setting is invalid.
            Conflict: The name or the inbound domain is used by another server.
        """
        return self._write("PUT", self._path(id), Server, write_body(ServerChanges, changes))

    def delete(self, id: RecordId | Server) -> None:
        """
        Delete a server with all its data.

        Args:
            id: The id of the server, or the `Server`.

        Raises:
            InvalidRequest: There is no server with this id (code 422), or the account may not delete servers through
                the API (code 604): the service's support can enable it.
        """
        self._delete(self._path(id))

    @staticmethod
    def _path(id: RecordId | Server) -> str:
        return f"{SERVERS.path}/{path_segment(id, 'id', Server)}"
