"""
The SMTP listener, in a thread of its own.

The sandbox knows two things of it: that it listens at a socket, and `close`.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import threading
import warnings
from typing import TYPE_CHECKING

from ..forks import forgotten_in_children, imports
from .certificate import Certificate
from .desk import Desk

if sys.version_info >= (3, 14):
    # It imports typing.ByteString, which Python takes away in 3.17. Now, since threads must not change what is ignored.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import aiosmtpd.smtp  # noqa: F401

if TYPE_CHECKING:
    from .conversation import Limits
    from .event_loop import EventLoop

_JOIN = 5.0


class SMTPListener:
    """
    Serves SMTP at a socket that listens already.

    Before Python 3.14, asyncio and aiosmtpd are imported when the first client connects: that takes a tenth of the
    start of a sandbox, and most sandboxes get no message by SMTP.
    """

    _loop: EventLoop | None = None

    def __init__(
        self, listening: socket.socket, desk: Desk, certificate: Certificate, limits: Limits | None = None
    ) -> None:
        """Start to serve."""
        self._listening = listening
        self._ending, self._ended = socket.socketpair()
        self._thread = threading.Thread(
            target=self._run, args=(desk, certificate, limits), name="emailapi-sandbox-smtp", daemon=True
        )
        try:
            self._thread.start()
        except BaseException:
            self._ending.close()
            self._ended.close()
            raise
        forgotten_in_children.add(self)

    def _run(self, desk: Desk, certificate: Certificate, limits: Limits | None) -> None:
        if self._is_wanted():
            with imports:
                from .event_loop import EventLoop

            self._loop = EventLoop(self._listening, desk, certificate, limits)
            self._loop.run(self._ended)

    def _is_wanted(self) -> bool:
        """Wait for a client, and return whether one has come before the end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            ended = selector.register(self._ended, selectors.EVENT_READ)
            return all(key is not ended for key, _ in selector.select())

    def close(self) -> None:
        """Stop listening, and close all connections; what was acknowledged is stored."""
        forgotten_in_children.discard(self)
        self._ending.send(b"\0")
        self._thread.join(timeout=_JOIN)
        self._ending.close()
        self._ended.close()

    def forget(self) -> None:
        """
        Close this process's copies of the sockets, after a fork: no thread serves them here.

        The loop must not be touched, since it shares its epoll with that of the parent process. The descriptors lead to
        nowhere from now on, and stay valid for the objects that close them later.
        """
        nowhere = os.open(os.devnull, os.O_RDWR)
        own = [self._listening.fileno(), self._ending.fileno(), self._ended.fileno()]
        for descriptor in own + (self._loop.descriptors if self._loop else []):
            if descriptor >= 0:
                os.dup2(nowhere, descriptor)
        os.close(nowhere)
