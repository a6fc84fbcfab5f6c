"""
The SMTP listener: an event loop in a thread of its own.

The sandbox knows two things of it: that it listens at a socket, and `close`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import Any

from ..forks import forgotten_in_children
from .certificate import Certificate
from .conversation import Conversation, Limits
from .desk import Desk

_JOIN = 5.0


class SMTPListener:
    """Serves SMTP at a socket that listens already."""

    def __init__(
        self, listening: socket.socket, desk: Desk, certificate: Certificate, limits: Limits | None = None
    ) -> None:
        """Start to serve."""
        self._listening, self._desk, self._certificate = listening, desk, certificate
        self._limits = limits or Limits()
        self._open: set[Any] = set()
        # By its name: others, such as Windows' own, have no readers.
        self._loop = asyncio.SelectorEventLoop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emailapi-sandbox-smtp", daemon=True)
        self._thread.start()
        self._ready.wait()
        forgotten_in_children.add(self)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._converse, sock=self._listening))
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            self._loop.remove_reader(self._listening)
            # One that was just accepted is a connection of the server two rounds later, if that is open still.
            self._loop.run_until_complete(_let_others_run(2))
            server.close()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    def _converse(self) -> Conversation:
        return Conversation(self._desk, self._certificate, self._limits, self._loop, self._open)

    async def _end(self) -> None:
        """Close all connections, and let what they were doing end."""
        for conversation in [*self._open]:
            conversation.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _let_others_run(1)  # in which the sockets of the connections are closed

    def close(self) -> None:
        """Stop listening, and close all connections; what was acknowledged is stored."""
        forgotten_in_children.discard(self)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=_JOIN)

    def forget(self) -> None:
        """
        Close this process's copies of the sockets, after a fork: no thread serves them here.

        The loop must not be touched, since it shares its epoll with that of the parent process. The descriptors lead to
        nowhere from now on, and stay valid for the objects that close them later.
        """
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (self._listening.fileno(), *(conversation.descriptor for conversation in self._open)):
            if descriptor >= 0:
                os.dup2(nowhere, descriptor)
        os.close(nowhere)


async def _let_others_run(rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)
