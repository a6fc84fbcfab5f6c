"""The base class of the clients: a pool of connections, the options, and the namespaces."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import attrs

from ._closing import Closing
from ._hints import Explaining, explain_calls
from .settings import Options, resolve_base_url, resolve_token

if TYPE_CHECKING:
    from typing import Self

    import requests

    from ._http import Session


T = TypeVar("T")


class Namespace(cached_property[T]):
    """
    A namespace of a client, created on first use.

    Unlike a plain `cached_property`, it is a data descriptor: `unittest.mock.create_autospec` then regards the
    namespace as an attribute of unknown type, whose methods can be mocked.
    """

    def __set__(self, client: object, value: T) -> None:
        """Replace the namespace of one client, as `mock.patch.object` does."""
        vars(client)[self.attrname or ""] = value

    def __delete__(self, client: object) -> None:
        """Remove the namespace; the next use creates a new one."""
        vars(client).pop(self.attrname or "", None)


class BaseClient(Closing, Explaining):
    """A client: a pool of connections, and options that all calls share."""

    _token_kind: ClassVar[str]
    _session: Session
    _options: Options
    _owner = True

    def __init_subclass__(cls) -> None:
        """Let the calls explain unknown keyword arguments."""
        super().__init_subclass__()
        explain_calls(cls)

    def _open(
        self,
        options: Options,
        *,
        token: str | type | None,
        base_url: str | type | None,
        allow_http: bool,
        session: requests.Session | None,
    ) -> None:
        """
        Store the options, and create a pool whose connections are opened by the first request.

        Raises:
            ConfigurationError: There is no token, or an option is not valid.
        """
        from ._http import TOKEN_HEADERS, Session

        secret = resolve_token(token, self._token_kind)
        url = resolve_base_url(base_url, allow_http)
        self._session = Session(url, TOKEN_HEADERS[self._token_kind], secret, session)
        self._options = options

    def _with(self, **options: Any) -> Self:
        """Return a client with other options on the same connections; an option that is None stays as it is."""
        kind = type(self)
        client = object.__new__(kind)
        mine = {name: it for name, it in vars(self).items() if not isinstance(getattr(kind, name, None), Namespace)}
        changes = {name: value for name, value in options.items() if value is not None}
        vars(client).update(mine, _owner=False, _options=attrs.evolve(self._options, **changes))
        return client

    def close(self) -> None:
        """Close the connections; later calls are a `ConfigurationError`."""
        if self._owner:
            self._session.close()

    def __repr__(self) -> str:
        """Name the host, never the token."""
        session = vars(self).get("_session")  # none, in a traceback of the constructor
        return f"{type(self).__name__}({'' if session is None else f'base_url={session.base_url!r}'})"

    def __reduce__(self) -> str:
        """Reject pickling and copying: the copy would contain the token."""
        raise TypeError(f"{type(self).__name__} holds a token and connections: create one in each process")
