"""The client of an account: its servers, and what they may send from."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """One account of the service, with its servers and what they may send from."""

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
            token: The account token; else `EMAILAPI_ACCOUNT_TOKEN`, else `POSTMARK_ACCOUNT_TOKEN`.
            base_url: Where the API is; else `EMAILAPI_BASE_URL`, else the service's own address.
            timeout: Seconds for each socket operation, or `(connect, read)`.
            deadline: Seconds for one call, with its retries.
            retry: When to retry; `Retry()` when None.
            allow_http: Allow a plain `http://` URL off loopback, where the token travels in clear; else
                `EMAILAPI_ALLOW_HTTP`.
            hooks: Functions that are told how requests go.
            session: A `requests.Session` of your own to send by.

        Raises:
            ConfigurationError: There is no token, or an option is not valid.
        """
        options = Options(timeout=timeout, deadline=deadline, retry=retry, hooks=hooks)
        self._open(options, token=token, base_url=base_url, allow_http=allow_http, session=session)

    @Namespace
    def servers(self) -> Servers:
        """Servers of the account."""
        from .resources.servers import Servers

        return Servers(self._session, self._options)

    @Namespace
    def domains(self) -> Domains:
        """Domains that the account sends from."""
        from .resources.domains import Domains

        return Domains(self._session, self._options)

    @Namespace
    def signatures(self) -> Signatures:
        """Single addresses that the account sends from."""
        from .resources.signatures import Signatures

        return Signatures(self._session, self._options)

    @Namespace
    def data_removals(self) -> DataRemovals:
        """Requests to erase a person's data."""
        from .resources.data_removals import DataRemovals

        return DataRemovals(self._session, self._options)

    @Namespace
    def templates(self) -> AccountTemplates:
        """Pushing templates from server to server."""
        from .resources.templates import AccountTemplates

        return AccountTemplates(self._session, self._options)
