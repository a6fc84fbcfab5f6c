"""The client of an account: servers, domains and sender signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._secrets import hide
from .base_client import BaseClient, Namespace
from .models.options import Hooks, Retry
from .settings import Options, Timeout

if TYPE_CHECKING:
    import requests

    from .resources.data_removals import DataRemovals
    from .resources.domains import Domains
    from .resources.servers import Servers
    from .resources.signatures import Signatures
    from .resources.templates import AccountTemplates


class AccountClient(BaseClient):
    """
    A client of one account: its servers, and the domains and addresses that it sends from.

    Each attribute is a namespace of calls. Leaving the `with` block of a client, or `close()`, closes its connections.

    Example:
        >>> with AccountClient(account_token) as account:
        ...     account.servers.create(name="Shop").name
        'Shop'
    """

    _token_kind = "account token"

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
        Create a client. No connection is opened until the first request.

        Args:
            token: The account token; by default `EMAILAPI_ACCOUNT_TOKEN` or `POSTMARK_ACCOUNT_TOKEN`.
            base_url: URL of the API; by default `EMAILAPI_BASE_URL`, else the service's own.
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, including retries.
            retry: When to retry; by default `Retry()`.
            allow_http: Allow an `http://` URL off loopback, with the token in clear; by default
                `EMAILAPI_ALLOW_HTTP`.
            hooks: Functions that are called for each request.
            session: A `requests.Session` of your own.

        Raises:
            ConfigurationError: There is no token, or an option is not valid.
        """
        hidden, token, url, base_url = hide(token), None, hide(base_url), None
        options = Options(timeout=timeout, deadline=deadline, retry=retry, hooks=hooks)
        self._open(options, token=hidden, base_url=url, allow_http=allow_http, session=session)

    @Namespace
    def servers(self) -> Servers:
        """The namespace of the account's servers."""
        from .resources.servers import Servers

        return Servers(self._session, self._options)

    @Namespace
    def domains(self) -> Domains:
        """The namespace of domains that the account sends from."""
        from .resources.domains import Domains

        return Domains(self._session, self._options)

    @Namespace
    def signatures(self) -> Signatures:
        """The namespace of sender signatures, the single addresses that the account sends from."""
        from .resources.signatures import Signatures

        return Signatures(self._session, self._options)

    @Namespace
    def data_removals(self) -> DataRemovals:
        """The namespace of requests to erase a person's data."""
        from .resources.data_removals import DataRemovals

        return DataRemovals(self._session, self._options)

    @Namespace
    def templates(self) -> AccountTemplates:
        """The namespace for pushing templates from server to server."""
        from .resources.templates import AccountTemplates

        return AccountTemplates(self._session, self._options)
