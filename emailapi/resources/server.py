"""The server that the token belongs to: `client.server`."""

from __future__ import annotations

from typing import Unpack

from ..models.servers import Server, ServerChanges
from ..wire import write_body
from ._resource import Resource


class OwnServer(Resource):
    """
    The server that the token of the client belongs to.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> client.server.get().delivery_type
        <DeliveryType.LIVE: 'Live'>
        >>> client.server.edit(track_opens=True).track_opens
        True
    """

    def get(self) -> Server:
        """Return the server with its settings."""
        return self._read("/server", Server)

    def edit(self, **changes: Unpack[ServerChanges]) -> Server:
        """
        Change settings of the server. Settings that are not given stay as they are.

        Args:
            **changes: Keys of `ServerChanges`: `name`, `color`, `smtp_api_activated`, `raw_email_enabled`,
                `inbound_domain`, `inbound_hook_url`, `inbound_spam_threshold`, `bounce_hook_url`, `open_hook_url`,
                `delivery_hook_url`, `click_hook_url`, `post_first_open_only`, `include_bounce_content_in_hook`,
                `enable_smtp_api_error_hooks`, `track_opens` and `track_links`.

        Returns:
            The server after the change.

        Raises:
            TypeError: A setting is unknown.
            InvalidRequest: The value of a setting is invalid.
            Conflict: The name or the inbound domain is used by another server.
        """
        return self._write("PUT", "/server", Server, write_body(ServerChanges, changes))
