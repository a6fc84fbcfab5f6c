"""The client of one server: its options, and the transport that sends the emails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._secrets import hide
from .base_client import Namespace
from .models.address import AddressLike
from .models.options import Hooks, OnUnknown, Retry
from .server_namespaces import ServerNamespaces
from .settings import Options, Timeout, check_api_options, resolve_sender

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    import requests

    from ._http import Session
    from .models.transport import Transport
    from .resources.outbound import Outbound
    from .transports.base import BaseTransport
    from .transports.fallback import Fallback
    from .transports.memory import MemoryTransport


class Client(ServerNamespaces):
    """
    A client of one server of the service.

    `client.outbound` sends emails, `client.messages` tells their delivery state; each attribute is a namespace.
    A client may be shared by threads, and works after a fork. Leaving its `with` block, or `close()`, closes its
    connections.

    Example:
        >>> with Client.in_memory(sender="shop@example.com") as client:
        ...     client.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}).via
        'memory'
    """

    _session: Session
    _token_kind = "server token"
    _transport: Transport | None = None
    _fallback: Fallback | None = None

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
        transport: Transport | None = None,
    ) -> None:
        """
        Create a client. No connection is opened until the first request.

        Args:
            token: The server token; by default `EMAILAPI_SERVER_TOKEN` or `POSTMARK_SERVER_TOKEN`.
            base_url: URL of the API; by default `EMAILAPI_BASE_URL`, else the service's own.
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, including retries and look-ups (for which a third is reserved unless
                `timeout` is shorter), but not name resolution. Each chunk of a batch has this deadline, plus a second
                per MB.
            retry: When to retry; by default `Retry()`.
            fallback: A second transport, for emails that were surely neither sent nor rejected; closed with the client.
            on_unknown: The reaction to an email of unknown outcome that cannot be found: `"raise"`, or `"resend"`
                it once.
            fallback_ignore: Fields that `fallback` may leave out, as in `{"tag", "metadata"}`.
            reconcile: Whether emails carry a key in their metadata, by which those of unknown outcome are looked up.
            sender: Sender of emails without one; by default `EMAILAPI_SENDER` or `POSTMARK_SENDER_EMAIL`.
            message_stream: Message stream of emails without one.
            allow_http: Allow `http://` to another host, with the token unencrypted; by default `EMAILAPI_ALLOW_HTTP`.
            hooks: Functions that are called for each request.
            session: A `requests.Session` of your own, with its adapters, proxies and certificates.
            transport: A transport that replaces the API, as a `MemoryTransport()` in tests; closed with the client.
                No token is needed then. Only the options `deadline`, `fallback`, `fallback_ignore`, `sender` and
                `message_stream` can be given with it, and only `outbound` can be used.

        Raises:
            ConfigurationError: There is no token, or an option is not valid.
        """
        hidden, token, url, base_url = hide(token), None, hide(base_url), None
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
        if transport is None:
            self._open(options, token=hidden, base_url=url, allow_http=allow_http, session=session)
        else:
            from .transports.client_transport import NoAPI

            check_api_options(options, token=hidden, base_url=url, allow_http=allow_http, session=session)
            self._session, self._options, self._transport = NoAPI(transport), options, transport
        if fallback is not None or fallback_ignore != ():
            from .transports.fallback import Fallback, check_ignore

            ignore = check_ignore(fallback_ignore, "fallback_ignore")
            self._fallback = None if fallback is None else Fallback(self.transport, fallback, ignore=ignore)

    @staticmethod
    def in_memory(*, sender: AddressLike | None = None, message_stream: str | None = None) -> InMemoryClient:
        """
        Create a client that keeps emails in memory, for tests. Nothing is sent, and no token is needed.

        `client.transport` is a `MemoryTransport`: its list `sent` has the emails in order, with the defaults of the
        client, and `client.transport.clear()` empties the list. Emails are validated as by the API. Only `outbound`
        can be used.

        Args:
            sender: Sender of emails without one; by default `EMAILAPI_SENDER` or `POSTMARK_SENDER_EMAIL`.
            message_stream: Message stream of emails without one.

        Raises:
            ConfigurationError: An option is not valid.

        Example:
            >>> client = Client.in_memory(sender="shop@example.com")
            >>> result = client.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"})
            >>> client.transport.sent[0].subject
            'Hi'
        """
        return InMemoryClient(sender=sender, message_stream=message_stream)

    @property
    def transport(self) -> Transport:
        """The transport that sends the emails, either the one given to the client or the API as a transport."""
        if self._transport is not None:
            return self._transport
        from .transports.api.transport import APITransport

        return APITransport(self)

    def close(self) -> None:
        """Close the connections, the transport and the fallback; later calls are a `ConfigurationError`."""
        try:
            super().close()
        finally:
            if self._owner and self._fallback is not None:
                self._fallback.second.close()

    def __repr__(self) -> str:
        """Name the host or the transport, never the token."""
        given = self._transport
        return super().__repr__() if given is None else f"{type(self).__name__}(transport={given!r})"

    def _sends_by(self) -> BaseTransport[Any]:
        if self._transport is not None:
            from .transports.client_transport import ClientTransport

            return ClientTransport(self._fallback or self._transport, self._options, self._session)
        from .transports.api.transport import APITransport

        return APITransport(self) if self._fallback is None else self._fallback._behind(APITransport(self))

    @Namespace
    def outbound(self) -> Outbound:
        """The namespace for sending emails."""
        from .resources.outbound import Outbound

        return Outbound(self._session, self._options, self._sends_by())

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
    ) -> Self:
        """
        Return a client with other options on the same connections; an option that is None is unchanged.

        The connections belong to the first client: closing the new client leaves them open, and closing the first
        client closes both. A client with a `transport` uses the new `deadline`, `sender` and `message_stream`; the
        other options are for the API.

        Args:
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, including retries and look-ups.
            retry: When to retry.
            on_unknown: The reaction to an email of unknown outcome that cannot be found: `"raise"` or `"resend"`.
            reconcile: Whether emails carry a key in their metadata, by which those of unknown outcome are looked up.
            sender: Sender of emails without one.
            message_stream: Message stream of emails without one.
            hooks: Functions that are called for each request; they replace all hooks of the first client.

        Raises:
            ConfigurationError: An option is not valid.

        Example:
            >>> client = Client.in_memory(sender="shop@example.com")
            >>> news = client.with_options(message_stream="news", deadline=60)
            >>> result = news.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"})
            >>> client.transport.sent[0].message_stream
            'news'
        """
        return self._with(
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            on_unknown=on_unknown,
            reconcile=reconcile,
            sender=sender,
            message_stream=message_stream,
            hooks=hooks,
        )


class InMemoryClient(Client):
    """A `Client` that keeps emails in memory, for tests; created by `Client.in_memory()`."""

    def __init__(self, *, sender: AddressLike | None = None, message_stream: str | None = None) -> None:
        """
        Create a client that has sent nothing.

        Args:
            sender: Sender of emails without one; by default `EMAILAPI_SENDER` or `POSTMARK_SENDER_EMAIL`.
            message_stream: Message stream of emails without one.

        Raises:
            ConfigurationError: An option is not valid.
        """
        from .transports.memory import MemoryTransport

        self._memory = MemoryTransport()
        super().__init__(transport=self._memory, sender=sender, message_stream=message_stream)

    @property
    def transport(self) -> MemoryTransport:
        """The transport that keeps the emails."""
        return self._memory
