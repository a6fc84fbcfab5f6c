"""
The HTTP listener: waitress, in threads of its own.

waitress is made for a process of its own. Here it shares one: it logs to a logger that prints nothing by default, stops
at once when the sandbox is closed, and then has no thread and no socket.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from ..errors import ConfigurationError
from .connections import Server, log
from .forks import forgotten_in_children

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_THREADS = 8
# A fault holds a thread for as long as it lasts: further ones are started while all are at work.
_MOST_THREADS = 48
# Below the 512 descriptors that select() takes on Windows, and half of the 1,024 that a process usually may open.
_CONNECTIONS = 500
# Beyond a batch's 50 MB a request still gets its proper 413; beyond this the connection is cut. Up to here waitress has
# to keep bodies in memory: its temporary files would fail on a full disk.
_LARGEST_BODY = 200_000_000
_LAST_PORT = 65535


class _Workers(ThreadedTaskDispatcher):
    """Keeps its threads, so that they can be waited for."""

    logger = queue_logger = log

    def __init__(self) -> None:
        self._started: list[threading.Thread] = []
        self._stopped = False
        super().__init__()

    def start_new_thread(self, target: Callable[..., Any], thread_no: int) -> None:
        """Start one worker."""
        thread = threading.Thread(target=target, name=f"emailapi-sandbox-{thread_no}", args=(thread_no,), daemon=True)
        try:
            if self._stopped:
                raise RuntimeError("the sandbox is being closed")
            thread.start()
        except BaseException:
            self.threads.discard(thread_no)  # it is not waited for
            raise
        self._started.append(thread)

    def add_task(self, task: Any) -> None:
        """Take a request; start one more thread if all are at work. After `stop`, requests are not carried out."""
        if self._stopped:
            return
        with self.lock:
            wanted = self.active_count + len(self.queue) + 1
        if len(self.threads) < wanted <= _MOST_THREADS:
            with suppress(RuntimeError):  # the process may start no more: the request waits for a thread
                self.set_thread_count(len(self.threads) + 1)
        super().add_task(task)

    def stop(self) -> None:
        """Let the requests at work end, and the threads with them."""
        self._stopped = True
        self.shutdown()
        for thread in self._started:
            thread.join(timeout=5)


class HTTPListener:
    """Serves an application at a socket that listens already."""

    def __init__(self, listening: socket.socket, application: WSGIApplication) -> None:
        """Start to serve."""
        self._channels: dict[int, Any] = {}
        self._workers = _Workers()
        self._stopping = False
        self._waking = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="emailapi-sandbox-http", daemon=True)
        try:
            self._workers.set_thread_count(_THREADS)
            self._server = self._connect(listening, application)
            self._thread.start()
        except BaseException:
            self._workers.stop()
            wasyncore.close_all(self._channels, ignore_all=True)
            raise
        forgotten_in_children.add(self)

    def _connect(self, listening: socket.socket, application: WSGIApplication) -> Server:
        adjustments = Adjustments(
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            max_request_body_size=_LARGEST_BODY,
            inbuf_overflow=_LARGEST_BODY,
            outbuf_overflow=_LARGEST_BODY,
            outbuf_high_watermark=_LARGEST_BODY,
            log_socket_errors=False,
            ident="emailapi-sandbox",
        )
        return Server(
            application,
            map=self._channels,
            _sock=listening,
            dispatcher=self._workers,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def _serve(self) -> None:
        while not self._stopping:
            self._server.tidy()
            wasyncore.loop(timeout=1, use_poll=True, map=self._channels, count=1)
        # In this thread: no other thread may close sockets that this one waits for. After the waking byte: its
        # descriptor could belong to another file once it is closed.
        with self._waking:
            wasyncore.close_all(self._channels, ignore_all=True)

    def close(self) -> None:
        """Finish what is at work, then close all connections."""
        forgotten_in_children.discard(self)
        self._workers.stop()
        with self._waking:
            self._stopping = True
            self._server.pull_trigger()
        self._thread.join(timeout=5)

    def forget(self) -> None:
        """Close this process's copies of the sockets, after a fork: no thread serves them here."""
        wasyncore.close_all(self._channels, ignore_all=True)


def open_socket(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens; port 0 takes any that is free.

    Raises:
        OSError: The address cannot be listened at.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # there it would let two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except BaseException:
        listening.close()
        raise
    return listening


def listen(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens, as `open_socket` does.

    Raises:
        ConfigurationError: The port is not one, or cannot be listened at.
    """
    where = f"port {port} on {host}"
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= _LAST_PORT:
        raise ConfigurationError(f"the sandbox cannot listen at {where}: a port is a number from 0 to {_LAST_PORT}")
    try:
        return open_socket(host, port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        advice = "; port 0 is any free port" if getattr(error, "errno", None) == errno.EADDRINUSE else ""
        raise ConfigurationError(f"the sandbox cannot listen at {where}: {reason}{advice}") from None


def place_of(listening: socket.socket) -> tuple[str, int]:
    """Return how this machine reaches a listening socket: an address that means any of its own is loopback, too."""
    address, port = listening.getsockname()[:2]
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
    return loopback.get(address, address), port


def url_of(listening: socket.socket) -> str:
    """Return the base URL of an API at a listening socket."""
    address, port = place_of(listening)
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
