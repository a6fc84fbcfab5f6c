"""The front desk: one attribute a namespace."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from .models.address import AddressLike
from .models.options import Hooks, OnUnknown, Retry
from .settings import Options, Timeout, resolve_base_url, resolve_sender, resolve_token

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    import requests

    from ._http import Session
    from .models.transport import Transport
    from .resources.bounces import Bounces
    from .resources.inbound import Inbound
    from .resources.inbound_rules import InboundRules
    from .resources.messages import Messages
    from .resources.outbound import Outbound
    from .resources.server import OwnServer
    from .resources.stats import Stats
    from .resources.streams import Streams
    from .resources.suppressions import Suppressions
    from .resources.templates import Templates
    from .resources.webhooks import Webhooks
    from .transports.fallback import Fallback


T = TypeVar("T")


class Namespace(cached_property[T]):
    """
    A namespace of a client, created on first use.

    Unlike a plain `cached_property` it is a data descriptor: `unittest.mock.create_autospec` then takes it for an
    attribute of unknown type, whose methods can be mocked.
    """

    def __set__(self, client: object, value: T) -> None:
        """Replace the namespace of one client, as `mock.patch.object` does."""
        vars(client)[self.attrname or ""] = value

    def __delete__(self, client: object) -> None:
        """Create the namespace anew on next use."""
        vars(client).pop(self.attrname or "", None)


class BaseClient:
    """What both clients share: a pool of connections, and the options of their calls."""

    _session: Session
    _options: Options
    _fallback: Fallback | None = None
    _owner = True

    def close(self) -> None:
        """Close the connections; a call after that is a `ConfigurationError`."""
        if self._owner:
            self._session.close()
            if self._fallback is not None:
                self._fallback.second.close()

    def __enter__(self) -> Self:
        """Return this client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Name the host, never the token."""
        return f"{type(self).__name__}(base_url={self._session.base_url!r})"

    def __reduce__(self) -> str:
        """Refuse to be pickled or copied: the token would stand in what comes of it."""
        raise TypeError(f"a {type(self).__name__} holds a token and connections: make one in each process")


class Client(BaseClient):
    """
    One server of the service.

    It may be shared by threads and survives a fork; leaving its `with` block, or `close()`, closes its connections.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: Timeout = 10.0,
        deadline: float = 30.0,
        retry: Retry | None = None,
        fallback: Transport | None = None,
        on_unknown: OnUnknown = "raise",
        fallback_ignore: Iterable[str] = (),
        reconcile: bool = True,
        sender: AddressLike | None = None,
        message_stream: str | None = None,
        allow_http: bool = False,
        hooks: Hooks | None = None,
        session: requests.Session | None = None,
    ) -> None:
        """
        Open nothing yet: the first call connects.

        Args:
            token: The server token; else `EMAILAPI_SERVER_TOKEN`, else `POSTMARK_SERVER_TOKEN`.
            base_url: Where the API is; else `EMAILAPI_BASE_URL`, else the service's own address.
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, with all tries and look-ups (for which a third is kept if `timeout` is not
                shorter); name resolution is beyond it. Each chunk of a batch has as long, and a second for each MB.
            retry: How often what may be tried again is tried; `Retry()` when None.
            fallback: Another way out, for mails that the API surely did not take and did not refuse; closed with the
                client.
            on_unknown: With a mail that may have been sent and cannot be found: `"raise"`, or `"resend"` it once.
            fallback_ignore: Fields that `fallback` may leave behind, as in `{"tag", "metadata"}`.
            reconcile: Let mails carry a key in their metadata, and look unknown ones up by it.
            sender: Stands in where a mail has none; else `EMAILAPI_SENDER`, else `POSTMARK_SENDER_EMAIL`.
            message_stream: Stands in where a mail names none.
            allow_http: Let the token travel in clear, off loopback too; else `EMAILAPI_ALLOW_HTTP`.
            hooks: Functions that are told how requests go.
            session: A `requests.Session` of your own to send by, with its adapters, proxies and certificates.

        Raises:
            ConfigurationError: No token, or an option that cannot be.
        """
        from ._http import SERVER_TOKEN, Session

        options = Options(
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            on_unknown=on_unknown,
            reconcile=reconcile,
            hooks=hooks,
            sender=resolve_sender(sender),
            message_stream=message_stream,
        )
        secret = resolve_token(token, "server token")
        self._session = Session(resolve_base_url(base_url, allow_http), SERVER_TOKEN, secret, session)
        self._options = options
        if fallback is not None or fallback_ignore != ():
            from .transports.api.transport import APITransport
            from .transports.fallback import Fallback, check_ignore

            ignore = check_ignore(fallback_ignore)
            self._fallback = None if fallback is None else Fallback(APITransport(self), fallback, ignore=ignore)

    @Namespace
    def outbound(self) -> Outbound:
        """Sending emails."""
        from .resources.outbound import Outbound

        return Outbound(self._session, self._options, self._fallback)

    @Namespace
    def messages(self) -> Messages:
        """Sent emails, and what happened to each."""
        from .resources.messages import Messages

        return Messages(self._session, self._options)

    @Namespace
    def inbound(self) -> Inbound:
        """Received emails."""
        from .resources.inbound import Inbound

        return Inbound(self._session, self._options)

    @Namespace
    def inbound_rules(self) -> InboundRules:
        """Senders whose inbound email is blocked."""
        from .resources.inbound_rules import InboundRules

        return InboundRules(self._session, self._options)

    @Namespace
    def bounces(self) -> Bounces:
        """Emails that bounced."""
        from .resources.bounces import Bounces

        return Bounces(self._session, self._options)

    @Namespace
    def templates(self) -> Templates:
        """Templates."""
        from .resources.templates import Templates

        return Templates(self._session, self._options)

    @Namespace
    def streams(self) -> Streams:
        """Message streams."""
        from .resources.streams import Streams

        return Streams(self._session, self._options)

    @Namespace
    def suppressions(self) -> Suppressions:
        """Addresses that a stream does not send to."""
        from .resources.suppressions import Suppressions

        return Suppressions(self._session, self._options)

    @Namespace
    def webhooks(self) -> Webhooks:
        """Where the service reports events."""
        from .resources.webhooks import Webhooks

        return Webhooks(self._session, self._options)

    @Namespace
    def stats(self) -> Stats:
        """Counts of sent emails and of their events."""
        from .resources.stats import Stats

        return Stats(self._session, self._options)

    @Namespace
    def server(self) -> OwnServer:
        """The server that the token belongs to."""
        from .resources.server import OwnServer

        return OwnServer(self._session, self._options)

    def with_options(
        self,
        *,
        timeout: Timeout | None = None,
        deadline: float | None = None,
        retry: Retry | None = None,
        on_unknown: OnUnknown | None = None,
        reconcile: bool | None = None,
        sender: AddressLike | None = None,
        message_stream: str | None = None,
        hooks: Hooks | None = None,
    ) -> Client:
        """
        Return a client with other options on the same connections; what is None stays as it is.

        The connections stay the first client's: closing the new one leaves them open.

        Raises:
            ConfigurationError: An option that cannot be.
        """
        given = {
            "timeout": timeout,
            "deadline": deadline,
            "retry": retry,
            "on_unknown": on_unknown,
            "reconcile": reconcile,
            "sender": sender,
            "message_stream": message_stream,
            "hooks": hooks,
        }
        client = Client.__new__(Client)
        client._owner, client._session, client._fallback = False, self._session, self._fallback
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        client._options = attrs.evolve(self._options, **changes)
        return client
