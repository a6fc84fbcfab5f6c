"""Where requests to webhooks may go: to this machine, and to hosts that the user names."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from urllib.parse import unquote

import attrs

from ..access import host_name, is_loopback
from ..arguments import host_names
from ..forks import imports

_PORTS = {"http": 80, "https": 443}
_LOCALHOST = "localhost"


class NotAllowed(Exception):
    """A URL that the sandbox does not post to, with the reason in words."""


class NotFound(Exception):
    """A host that has no address."""


@attrs.frozen
class Target:
    """
    The parts of a URL.

    Attributes:
        scheme: `http` or `https`.
        host: The host name, or address, in lower case and without brackets.
        port: The port.
        path: Path and query.
        login: User name and password of the URL; None if it has none.
    """

    scheme: str
    host: str
    port: int
    path: str
    login: tuple[str, str] | None = attrs.field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Host and port as in messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        """The header `Host`."""
        return self.place if self.port != _PORTS[self.scheme] else self.place.rpartition(":")[0]

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port. Credentials for one URL may be sent to another one of the same origin."""
        return self.scheme, self.host, self.port

    @property
    def shown(self) -> str:
        """The URL without user name and password."""
        return f"{self.scheme}://{self.host_header}{self.path}"


def read_url(url: str) -> Target:
    """
    Return the parts of a URL.

    Raises:
        NotAllowed: The URL is not valid, or not http or https.
    """
    with imports:  # only now, as in the runner
        from urllib3.exceptions import LocationParseError
        from urllib3.util import parse_url

    try:
        parts = parse_url(url)
    except LocationParseError:
        parts = None
    if parts is None or parts.scheme not in _PORTS or not parts.host or parts.port == 0:
        raise NotAllowed("the URL is not a whole one with http or https")
    login = None
    if parts.auth:
        user, _, password = parts.auth.partition(":")
        login = unquote(user), unquote(password)
    host = parts.host.strip("[]").lower()
    return Target(parts.scheme, host, parts.port or _PORTS[parts.scheme], parts.request_uri, login)


class Targets:
    """The hosts that may be posted to."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """
        Allow this machine, and the hosts that the user names.

        Raises:
            ConfigurationError: An entry of `webhook_hosts` is not a host name.
        """
        self._names = host_names(allowed, "webhook_hosts", _bare)

    def addresses(self, target: Target) -> list[str]:
        """
        Return the addresses of a target, each of which may be connected to; names are looked up here and nowhere else.

        Other names than those of this machine are not even looked up, unless the user has named them.

        Raises:
            NotAllowed: The host is neither this machine nor one that the user has named.
            NotFound: The host has no address.
        """
        name = target.host.removesuffix(".")
        named = name in self._names
        local = name == _LOCALHOST or name.endswith(f".{_LOCALHOST}")
        if not (named or local or is_loopback(name)):
            raise NotAllowed(f"{name} is not this machine: name it by Sandbox(webhook_hosts=[{name!r}])")
        try:
            found = socket.getaddrinfo(_LOCALHOST if local else name, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotFound(f"the host name {name} cannot be resolved") from None
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        return [address for address in addresses if named or is_loopback(address)]


def _bare(name: str) -> str:
    """Return a host in lower case, without brackets and the final dot; a port is none of it."""
    return name.lower() if name.count(":") > 1 and not name.startswith("[") else host_name(name)
