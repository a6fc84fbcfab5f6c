"""The namespaces of the client of one server, except the one that sends emails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base_client import BaseClient, Namespace

if TYPE_CHECKING:
    from .resources.bounces import Bounces
    from .resources.inbound import Inbound
    from .resources.inbound_rules import InboundRules
    from .resources.messages import Messages
    from .resources.server import OwnServer
    from .resources.stats import Stats
    from .resources.streams import Streams
    from .resources.suppressions import Suppressions
    from .resources.templates import Templates
    from .resources.webhooks import Webhooks


class ServerNamespaces(BaseClient):
    """The namespaces of one server, except `outbound`; each is created at its first use."""

    @Namespace
    def messages(self) -> Messages:
        """The namespace of sent messages, and of their events."""
        from .resources.messages import Messages

        return Messages(self._session, self._options)

    @Namespace
    def inbound(self) -> Inbound:
        """The namespace of received messages."""
        from .resources.inbound import Inbound

        return Inbound(self._session, self._options)

    @Namespace
    def inbound_rules(self) -> InboundRules:
        """The namespace of senders whose inbound email is blocked."""
        from .resources.inbound_rules import InboundRules

        return InboundRules(self._session, self._options)

    @Namespace
    def bounces(self) -> Bounces:
        """The namespace of bounces."""
        from .resources.bounces import Bounces

        return Bounces(self._session, self._options)

    @Namespace
    def templates(self) -> Templates:
        """The namespace of templates."""
        from .resources.templates import Templates

        return Templates(self._session, self._options)

    @Namespace
    def streams(self) -> Streams:
        """The namespace of message streams."""
        from .resources.streams import Streams

        return Streams(self._session, self._options)

    @Namespace
    def suppressions(self) -> Suppressions:
        """The namespace of addresses that a stream does not send to."""
        from .resources.suppressions import Suppressions

        return Suppressions(self._session, self._options)

    @Namespace
    def webhooks(self) -> Webhooks:
        """The namespace of webhooks, to which the service reports events."""
        from .resources.webhooks import Webhooks

        return Webhooks(self._session, self._options)

    @Namespace
    def stats(self) -> Stats:
        """The namespace of statistics about sent emails and their events."""
        from .resources.stats import Stats

        return Stats(self._session, self._options)

    @Namespace
    def server(self) -> OwnServer:
        """The namespace of the server that the token belongs to."""
        from .resources.server import OwnServer

        return OwnServer(self._session, self._options)
