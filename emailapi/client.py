"""The front desk: one attribute a namespace."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import attrs

from .models.address import AddressLike
from .models.options import Hooks, OnUnknown, Retry
from .settings import (
    ACCOUNT_TOKEN_VARIABLES,
    SERVER_TOKEN_VARIABLES,
    Options,
    Timeout,
    check_allow_http,
    check_base_url,
    check_options,
    check_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    import requests

    from ._http import Session
    from .models.transport import Transport
    from .resources.bounces import Bounces
    from .resources.data_removals import DataRemovals
    from .resources.domains import Domains
    from .resources.inbound import Inbound
    from .resources.inbound_rules import InboundRules
    from .resources.messages import Messages
    from .resources.outbound import Outbound
    from .resources.server import OwnServer
    from .resources.servers import Servers
    from .resources.signatures import Signatures
    from .resources.stats import Stats
    from .resources.streams import Streams
    from .resources.suppressions import Suppressions
    from .resources.templates import AccountTemplates, Templates
    from .resources.webhooks import Webhooks

C = TypeVar("C", bound="_BaseClient")


class _BaseClient:
    """What both clients share: a pool of connections, and the options of their calls."""

    _session: Session
    _options: Options
    _owner = True

    def close(self) -> None:
        """Close the connections; a call after that is a `ConfigurationError`."""
        if self._owner:
            self._session.close()
            if self._options.relief is not None:
                self._options.relief.second.close()

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


class Client(_BaseClient):
    """
    One server of the service.

    It may be shared by threads and survives a fork; leaving its `with` block, or `close()`, closes its connections.

    Attributes:
        outbound: Sending.
        messages: What was sent, and what became of it.
        inbound: Mail that came in.
        inbound_rules: Senders whose inbound mail is blocked.
        bounces: Mails that came back.
        templates: Templates.
        streams: Message streams.
        suppressions: Addresses that a stream does not send to.
        webhooks: Where the service reports what happens.
        stats: Counts.
        server: The server that the token belongs to.
    """

    outbound: Outbound
    messages: Messages
    inbound: Inbound
    inbound_rules: InboundRules
    bounces: Bounces
    templates: Templates
    streams: Streams
    suppressions: Suppressions
    webhooks: Webhooks
    stats: Stats
    server: OwnServer

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
        from .transports.relief import join

        secret = check_token(token, SERVER_TOKEN_VARIABLES)
        url = check_base_url(base_url, check_allow_http(allow_http))
        given = {
            "timeout": timeout,
            "deadline": deadline,
            "retry": retry,
            "on_unknown": on_unknown,
            "reconcile": reconcile,
            "hooks": hooks,
            "sender": sender,
            "message_stream": message_stream,
        }
        options = Options(**check_options(given), relief=join(fallback, fallback_ignore))
        self._open(Session(url, SERVER_TOKEN, secret, session), options)

    def _open(self, session: Session, options: Options) -> None:
        from .resources import (
            bounces,
            inbound,
            inbound_rules,
            messages,
            outbound,
            server,
            stats,
            streams,
            suppressions,
            templates,
            webhooks,
        )

        self._session = session
        self._options = options
        self.outbound = outbound.Outbound(session, options)
        self.messages = messages.Messages(session, options)
        self.inbound = inbound.Inbound(session, options)
        self.inbound_rules = inbound_rules.InboundRules(session, options)
        self.bounces = bounces.Bounces(session, options)
        self.templates = templates.Templates(session, options)
        self.streams = streams.Streams(session, options)
        self.suppressions = suppressions.Suppressions(session, options)
        self.webhooks = webhooks.Webhooks(session, options)
        self.stats = stats.Stats(session, options)
        self.server = server.OwnServer(session, options)

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
        changes = check_options({name: value for name, value in given.items() if value is not None})
        client = Client.__new__(Client)
        client._owner = False
        client._open(self._session, attrs.evolve(self._options, **changes))
        return client


class AccountClient(_BaseClient):
    """
    One account of the service, with its servers and what they may send from.

    Attributes:
        servers: Its servers.
        domains: Domains it sends from.
        signatures: Single addresses it sends from.
        data_removals: Requests to forget a person.
        templates: Pushing templates from server to server.
    """

    servers: Servers
    domains: Domains
    signatures: Signatures
    data_removals: DataRemovals
    templates: AccountTemplates

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: Timeout = 10.0,
        deadline: float = 30.0,
        retry: Retry | None = None,
        allow_http: bool = False,
        hooks: Hooks | None = None,
        session: requests.Session | None = None,
    ) -> None:
        """
        Open nothing yet: the first call connects.

        Args:
            token: The account token; else `EMAILAPI_ACCOUNT_TOKEN`, else `POSTMARK_ACCOUNT_TOKEN`.
            base_url: Where the API is; else `EMAILAPI_BASE_URL`, else the service's own address.
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, with all that is tried again.
            retry: How often what may be tried again is tried; `Retry()` when None.
            allow_http: Let the token travel in clear, off loopback too; else `EMAILAPI_ALLOW_HTTP`.
            hooks: Functions that are told how requests go.
            session: A `requests.Session` of your own to send by.

        Raises:
            ConfigurationError: No token, or an option that cannot be.
        """
        from ._http import ACCOUNT_TOKEN, Session
        from .resources import data_removals, domains, servers, signatures, templates

        secret = check_token(token, ACCOUNT_TOKEN_VARIABLES)
        url = check_base_url(base_url, check_allow_http(allow_http))
        given = {"timeout": timeout, "deadline": deadline, "retry": retry, "hooks": hooks}
        options = Options(**check_options(given))
        opened = self._session, self._options = Session(url, ACCOUNT_TOKEN, secret, session), options
        self.servers = servers.Servers(*opened)
        self.domains = domains.Domains(*opened)
        self.signatures = signatures.Signatures(*opened)
        self.data_removals = data_removals.DataRemovals(*opened)
        self.templates = templates.AccountTemplates(*opened)
