"""Access to the sandbox: the host names and the tokens of requests."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from .arguments import host_names
from .rejection import Rejection
from .store import Store
from .tables import account, servers
from .tables.servers import Server

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

SERVER_HEADER = "X-Postmark-Server-Token"
ACCOUNT_HEADER = "X-Postmark-Account-Token"
# The same headers in a WSGI environment.
SERVER_KEY, ACCOUNT_KEY = (f"HTTP_{name.upper().replace('-', '_')}" for name in (SERVER_HEADER, ACCOUNT_HEADER))
TEST_TOKEN = "POSTMARK_API_TEST"


def host_name(host: str) -> str:
    """Return the name in a `Host` header, without port, brackets and a final dot, in lower case."""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
        port = port.removeprefix(":")
    else:
        name, _, port = host.partition(":")
    return name.removesuffix(".").lower() if not port or (port.isascii() and port.isdigit()) else ""


def is_loopback(name: str) -> bool:
    """Return whether a host's name or address cannot mean another machine."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def inbox_password(secret: bytes) -> str:
    """Return the password of the inbox, which stays the same for a data file."""
    digest = hmac.digest(secret, b"password of the inbox", "sha256")
    text = base64.b32encode(digest).decode().lower()
    return "-".join([text[start : start + 5] for start in range(0, 20, 5)])


class Hosts:
    """
    The host names under which the sandbox is available.

    A page in the user's browser can reach loopback under a host name of its own (DNS rebinding), and could read all
    messages. Its requests contain that name, so that they can be rejected.
    """

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        """Allow loopback, the address that the sandbox listens on, and the names that the user allows."""
        names = host_names(allowed, "allowed_hosts", host_name)
        self._names = (names | {host_name(bound)}) - {"0.0.0.0", "::", ""}  # noqa: S104

    def admit(self, host: str) -> None:
        """
        Check that the `Host` header of a request has an allowed name.

        Raises:
            Rejection: 403.
        """
        name = host_name(host)
        if not (name in self._names or is_loopback(name)):
            raise Rejection(
                403, f"The sandbox is not available under the host '{host[:200]}' (see allowed_hosts).", status=403
            )


def admit(hosts: Hosts, environ: WSGIEnvironment) -> None:
    """
    Check the host and the origin of a request.

    Raises:
        Rejection: 403.
    """
    hosts.admit(environ.get("HTTP_HOST", ""))
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD", "OPTIONS"}:
        _admit_origin(environ)


def _admit_origin(environ: WSGIEnvironment) -> None:
    """
    Check that no other website sends a request that changes something and has no token.

    A browser sends the origin of the page with such a request, and other programs send none. A page of another port of
    this machine is another website, too. Requests with a token need no check: no page can send the header to another
    origin without asking, and the sandbox never agrees.

    Raises:
        Rejection: 403.
    """
    if SERVER_KEY in environ or ACCOUNT_KEY in environ:
        return
    origin, site = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
    if site == "same-origin" or origin == f"http://{environ.get('HTTP_HOST', '')}":
        return
    if origin is not None or site is not None:
        raise Rejection(403, "The sandbox does not take this request from a page of another website.", status=403)


def server_of(store: Store, token: str | None, *, test_token: bool) -> Server | None:
    """
    Return the server of a request's token; None for the test token.

    Raises:
        Rejection: 10: there is no token, or it is not that of a server.
    """
    if not token:
        raise Rejection(10, f"The header {SERVER_HEADER} is missing.")
    if test_token and token.upper() == TEST_TOKEN:
        return None
    with store.transaction(writing=False) as db:
        server = servers.by_token(db, token)
    if server is None:
        raise Rejection(
            10, f"The token in the header {SERVER_HEADER} is not that of a server, or not valid for this request."
        )
    return server


def admit_account(store: Store, token: str | None) -> None:
    """
    Check that a request has the account's token.

    Raises:
        Rejection: 10: there is no token, or another one.
    """
    with store.transaction(writing=False) as db:
        right = account.token(db)
    if not token or not hmac.compare_digest(token.lower().encode(), right.encode()):
        raise Rejection(
            10,
            f"The header {ACCOUNT_HEADER} does not have the account's token.",
            text="Request does not contain a valid Account token.",
        )
