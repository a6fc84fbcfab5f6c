"""
The sandbox's HTTP connections: which of them are closed, and when.

waitress is made to run behind a proxy. Clients connect to the sandbox directly: connections without a request are
closed, so that other clients can connect.
"""

from __future__ import annotations

import errno
import logging
import socket
import time
from operator import itemgetter
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask

from .effects import ConnectionCut

# The handler keeps Python from printing the messages; a program that configures logging sees them.
log = logging.getLogger("emailapi.sandbox.http")
log.addHandler(logging.NullHandler())

# The seconds after which a connection is closed, by what it waits for. `head` is the time for a whole head. `idle` is
# long: clients keep connections for later requests, and would otherwise send on one that is already closed.
_TIMEOUTS = {"head": 10.0, "body": 30.0, "idle": 120.0, "writing": 120.0}
_TLS_HANDSHAKE = b"\x16"


class _Task(WSGITask):
    logger = log

    def execute(self) -> None:
        """Carry one request out; a fault may ask to close the connection instead of sending a response."""
        try:
            super().execute()
        except ConnectionCut:
            raise ClientDisconnected from None


class _ErrorTask(ErrorTask):
    logger = log


class Channel(HTTPChannel):
    """A connection, which knows what it waits in and since when."""

    logger = log
    task_class = _Task
    error_task_class = _ErrorTask
    # Taken at import: freezegun replaces the module's function, and no connection has waited for years then.
    clock = staticmethod(time.monotonic)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Begin to wait for the first request."""
        self._handled = 0
        self._seen: tuple[str, int, int] | None = None
        self._since = self.clock()
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        """Take bytes. The connection of a client that speaks TLS is closed: it would wait for a TLS response."""
        if self.request is None and not self._handled and data.startswith(_TLS_HANDSHAKE):
            self.handle_close()
            return False
        return bool(super().received(data))

    def service(self) -> None:
        """Carry out one request."""
        self._handled += 1
        super().service()

    def check_client_disconnected(self) -> bool:  # type: ignore[override]  # the stubs have it wrong
        """
        Return whether the client has gone, for a response that waits.

        The server does not look by itself while a request is at work: a whole request is carried out, even if its
        client has left.
        """
        try:
            return not self.connected or self.socket is None or not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _look(self) -> tuple[str, int, int]:
        """Return what it waits in, and numbers that change whenever it gets further."""
        if self.total_outbufs_len:
            return "writing", self._handled, self.total_outbufs_len
        if self.requests:
            return "working", self._handled, 0
        if self.request is None:
            return ("idle" if self._handled else "head"), self._handled, 0
        if not self.request.headers_finished:
            return "head", self._handled, 0
        return "body", self._handled, self.request.body_bytes_received

    def waits(self) -> tuple[str, float]:
        """Return what it waits in, and for how many seconds it has been seen there."""
        seen, now = self._look(), self.clock()
        if self._seen is not None and seen != self._seen:
            self._since = now
        self._seen = seen
        return seen[0], now - self._since

    def close_if_silent(self) -> bool:
        """Close the connection, unless something has arrived that is not read yet: it may be a whole request."""
        assert self.socket is not None  # noqa: S101 - it has one until it is closed
        try:
            arrived = self.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            arrived = b""
        if not arrived:
            self.handle_close()
        return not arrived


class Server(TcpWSGIServer):
    """Accepts connections, and closes those that wait for too long."""

    logger = log
    channel_class = Channel
    active_channels: dict[int, Channel]  # type: ignore[assignment]  # the stubs have it wrong
    _map: dict[int, Any]
    _next_look = 0.0

    def maintenance(self, now: float) -> None:
        """Do nothing: `tidy` does it, by a clock that is never set."""

    def accept(self) -> Any:
        """Accept a connection; one that waits makes room when the process has no descriptor left."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno in {errno.EMFILE, errno.ENFILE}:
                self._make_room()
            raise

    def tidy(self) -> None:
        """Close the connections that have waited for too long, and one more when there are too many."""
        now = Channel.clock()
        if now >= self._next_look:
            self._next_look = now + 1
            for channel in list(self.active_channels.values()):
                phase, seconds = channel.waits()
                if seconds <= _TIMEOUTS.get(phase, seconds):
                    continue
                if phase == "writing":  # what the client has sent is not read before it takes its response
                    channel.handle_close()
                else:
                    channel.close_if_silent()
        if len(self._map) >= self.adj.connection_limit:
            self._make_room()

    def _make_room(self) -> None:
        """
        Close a connection that waits, if there is one: one that brings a request, or one that is kept for the next.

        The larger of the two groups gives the connection that waits longest, so that a crowd of either kind pushes out
        its own members only.
        """
        waiting = [(*channel.waits(), channel) for channel in self.active_channels.values()]
        waiting.sort(key=itemgetter(1), reverse=True)
        incoming = [channel for phase, _, channel in waiting if phase in {"head", "body"}]
        idle = [channel for phase, _, channel in waiting if phase == "idle"]
        first, then = (incoming, idle) if len(incoming) > len(idle) else (idle, incoming)
        any(channel.close_if_silent() for channel in (*first, *then))
