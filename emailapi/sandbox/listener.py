"""
The HTTP listener: waitress, in threads of its own.

waitress is made for a process that it has to itself. Here it shares one: it logs to a logger that prints nothing by
itself, wakes up at once when it is told to stop, and leaves no thread and no socket behind.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# The handler keeps Python from printing what nobody asked to see; a program that configures logging sees it.
_log = logging.getLogger("emailapi.sandbox.http")
_log.addHandler(logging.NullHandler())

_THREADS = 8
_CONNECTIONS = 1000
# Beyond a batch's 50 MB a request still gets its proper 413; beyond this the connection is cut.
_LARGEST_BODY = 200_000_000


class _Task(WSGITask):
    logger = _log


class _ErrorTask(ErrorTask):
    logger = _log


class _Channel(HTTPChannel):
    logger = _log
    task_class = _Task
    error_task_class = _ErrorTask


class _Server(TcpWSGIServer):
    logger = _log
    channel_class = _Channel


class _Workers(ThreadedTaskDispatcher):
    """Keeps its threads, so that they can be waited for."""

    logger = queue_logger = _log

    def __init__(self) -> None:
        self._started: list[threading.Thread] = []
        super().__init__()

    def start_new_thread(self, target: Callable[..., Any], thread_no: int) -> None:
        """Start one worker."""
        thread = threading.Thread(target=target, name=f"emailapi-sandbox-{thread_no}", args=(thread_no,), daemon=True)
        self._started.append(thread)
        thread.start()

    def stop(self) -> None:
        """Let the requests at work end, and the threads with them."""
        self.shutdown()
        for thread in self._started:
            thread.join(timeout=5)


class HTTPListener:
    """Serves an application at a socket that listens already."""

    def __init__(self, listening: socket.socket, application: WSGIApplication) -> None:
        """Start to serve."""
        self._channels: dict[int, Any] = {}
        self._workers = _Workers()
        self._workers.set_thread_count(_THREADS)
        adjustments = Adjustments(
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            max_request_body_size=_LARGEST_BODY,
            log_socket_errors=False,
            ident="emailapi-sandbox",
        )
        self._server = _Server(
            application,
            map=self._channels,
            _sock=listening,
            dispatcher=self._workers,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )
        self._stopping = False
        self._waking = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="emailapi-sandbox-http", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stopping:
            wasyncore.loop(timeout=1, use_poll=True, map=self._channels, count=1)
        # Here, since nobody else may touch the sockets while they are waited for; and not before the waking byte is
        # written: by then its descriptor could be somebody else's.
        with self._waking:
            wasyncore.close_all(self._channels, ignore_all=True)

    def close(self) -> None:
        """Finish what is at work, then close all connections."""
        self._workers.stop()
        with self._waking:
            self._stopping = True
            self._server.pull_trigger()
        self._thread.join(timeout=5)


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
