"""
Failing tests that connect to another machine, for `--emailapi-block-network`.

An audit hook of the interpreter sees each host name lookup and each connection of all libraries. It cannot be removed;
it does nothing while no `NetworkBlock` is active. gevent and eventlet look up names in another thread, or by DNS
themselves, where the hook does not see the caller: their function is replaced. So is Python 3.11's own, by which all
libraries look up hosts, since hooks and coverage do not go together there.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from .._closing import Closing

_ACTIVE: list[NetworkBlock] = []
_installed: list[Callable[[str, Any], None]] = []
# The modules that open connections by HTTP, SMTP and SES. Code of the user that this package calls, such as a webhook
# handler or a hook, may connect to other machines.
_CONNECTING = (
    "emailapi._http.connection",
    "emailapi._http.patched",
    "emailapi._http.pool",
    "emailapi._http.session",
    "emailapi._http.socks",
    "emailapi.transports.ses.client",
    "emailapi.transports.smtp.sockets",
)
# Python 3.11 runs hooks while it installs a trace function, and rejects that of another thread meanwhile
# (python/cpython#98257): a thread whose coverage is measured would die as it starts.
_HAS_HOOK = sys.version_info >= (3, 12)
_ADVICE = "use the fixture emailapi_outbox or emailapi_sandbox, or a transport or base_url on this machine"


class NetworkBlock(Closing):
    """
    Fails each send that connects to another machine, from its creation until it is closed.

    Args:
        failure: Creates the exception from its message.
    """

    def __init__(self, failure: Callable[[str], BaseException]) -> None:
        """Start blocking."""
        self._failure = failure
        self._raised: list[tuple[BaseException, bool]] = []
        if _HAS_HOOK and not _installed:
            _installed.append(_audit)
            sys.addaudithook(_audit)
        _ACTIVE.append(self)
        self._lookup: tuple[Any, Any] | None = None
        self._watch_lookups()

    def close(self) -> None:
        """Stop blocking."""
        if self in _ACTIVE:
            _ACTIVE.remove(self)
        if self._lookup is not None and socket.getaddrinfo is self._lookup[1]:
            socket.getaddrinfo = self._lookup[0]

    def _watch_lookups(self) -> None:
        """Replace the function that the hook does not see: gevent may have been installed since the last test."""
        stock = socket.getaddrinfo
        if self._lookup is not None and stock is self._lookup[1]:
            return
        if _HAS_HOOK and str(stock.__module__).partition(".")[0] not in ("gevent", "eventlet"):
            return

        def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            _check("socket.getaddrinfo", (host, port))
            return stock(host, port, *args, **options)

        self._lookup = stock, getaddrinfo
        socket.getaddrinfo = getaddrinfo

    def block(self, host: str) -> None:
        """
        Raise the failure and store it: code may catch it, and in a thread it does not fail the test.

        Raises:
            BaseException: Always.
        """
        error = self._failure(f"emailapi: a connection to {host} was blocked (--emailapi-block-network): {_ADVICE}")
        self._raised.append((error, threading.current_thread() is threading.main_thread()))
        raise error

    def begin_test(self) -> None:
        """Forget failures of the main thread outside of tests, which pytest has reported."""
        self._watch_lookups()
        self._raised[:] = [(error, is_main) for error, is_main in self._raised if not is_main]

    def mark_reported(self, error: BaseException | None) -> None:
        """Mark a failure as reported by pytest."""
        self._raised[:] = [item for item in self._raised if item[0] is not error]

    def take_unreported(self) -> list[BaseException]:
        """Return and forget the failures that pytest has not reported."""
        found = [error for error, _ in self._raised]
        self._raised.clear()
        return found


def _audit(event: str, arguments: Any) -> None:
    if _ACTIVE:
        _check(event, arguments)


def _check(event: str, arguments: Any) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else (None, None)
    elif event == "socket.getaddrinfo":
        host, port = arguments[:2]
    else:
        return
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not _ACTIVE or not host or not isinstance(host, str) or not _is_ours() or _is_local(host):
        return
    _ACTIVE[-1].block(f"{host}:{port}")


def _is_ours() -> bool:
    """Return whether the innermost module of this package on the stack opens connections."""
    frame: Any = sys._getframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith("emailapi.") and module != __name__:
            return module in _CONNECTING
        frame = frame.f_back
    return False


def _is_local(host: str) -> bool:
    from .._hosts import is_loopback

    return is_loopback(host.partition("%")[0].rstrip("."))
