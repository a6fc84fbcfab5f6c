"""
Ending a test that connects to another machine, by `--emailapi-block-network`.

An audit hook of the interpreter sees every name that is resolved and every connection, whichever library makes it. It
cannot be removed; it does nothing while no `NetworkBlock` is active.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from .._closing import Closing

_ACTIVE: list[NetworkBlock] = []
_installed: list[Callable[[str, Any], None]] = []
# The modules that open connections by HTTP, SMTP and SES. What else has one of ours among its callers, as the handler
# of a webhook or a hook of the user's, connects by itself.
_CONNECTING = (
    "emailapi._http.connection",
    "emailapi._http.patched",
    "emailapi._http.pool",
    "emailapi._http.session",
    "emailapi._http.socks",
    "emailapi.transports.ses.client",
    "emailapi.transports.smtp.sockets",
)
_CURE = "use the fixture emailapi_outbox or emailapi_sandbox, or a transport or base_url on this machine"


class NetworkBlock(Closing):
    """
    Ends a send of ours that connects to anything but this machine, from its creation until it is closed.

    Args:
        failure: The exception that is raised, made of a sentence.
    """

    def __init__(self, failure: Callable[[str], BaseException]) -> None:
        """Begin."""
        self._failure = failure
        self._raised: list[tuple[BaseException, bool]] = []
        if not _installed:
            _installed.append(_audit)
            sys.addaudithook(_audit)
        _ACTIVE.append(self)

    def close(self) -> None:
        """End."""
        if self in _ACTIVE:
            _ACTIVE.remove(self)

    def block(self, host: str) -> None:
        """
        Raise the failure, and remember it: code may swallow it, and in a thread it ends nothing but the thread.

        Raises:
            BaseException: Always.
        """
        error = self._failure(f"emailapi: a connection to {host} was blocked (--emailapi-block-network): {_CURE}")
        self._raised.append((error, threading.current_thread() is threading.main_thread()))
        raise error

    def begin_test(self) -> None:
        """Forget what the main thread met between tests, where pytest has shown it."""
        self._raised[:] = [(error, is_main) for error, is_main in self._raised if not is_main]

    def seen(self, error: BaseException | None) -> None:
        """Take note that the failure of a test was shown."""
        self._raised[:] = [item for item in self._raised if item[0] is not error]

    def unseen(self) -> list[BaseException]:
        """Return the failures that no test has shown, once."""
        found = [error for error, _ in self._raised]
        self._raised.clear()
        return found


def _audit(event: str, arguments: Any) -> None:
    if not _ACTIVE:
        return
    if event == "socket.connect":
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else (None, None)
    elif event == "socket.getaddrinfo":
        host, port = arguments[:2]
    else:
        return
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not host or not isinstance(host, str) or not _is_ours() or _is_local(host):
        return
    _ACTIVE[-1].block(f"{host}:{port}")


def _is_ours() -> bool:
    """Return whether the innermost code of ours that led here opens connections."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith("emailapi."):
            return module in _CONNECTING
        frame = frame.f_back
    return False


def _is_local(host: str) -> bool:
    from ..settings import is_loopback

    return is_loopback(host.partition("%")[0].rstrip("."))
