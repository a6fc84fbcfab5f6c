"""The event loop of SMTP, with all its connections."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from .certificate import Certificate
from .conversation import Conversation, Limits
from .desk import Desk


class EventLoop:
    """Serves a socket that listens already."""

    def __init__(self, listening: socket.socket, desk: Desk, certificate: Certificate, limits: Limits | None) -> None:
        """Set up what `run` needs; without limits those of the service hold."""
        self._listening, self._desk, self._certificate = listening, desk, certificate
        self._limits = limits or Limits()
        self._open: set[Any] = set()
        # By its name: others, such as Windows' own, cannot wait for any socket.
        self._loop = asyncio.SelectorEventLoop()

    def run(self, ending: socket.socket) -> None:
        """Serve until there is something to read at another socket; what was acknowledged then is stored."""
        loop = self._loop
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(loop.create_server(self._converse, sock=self._listening))
        loop.add_reader(ending, loop.stop)
        try:
            loop.run_forever()
        finally:
            loop.remove_reader(ending)
            loop.remove_reader(self._listening)
            # One that was just accepted is a connection of the server two rounds later, if that is open still.
            loop.run_until_complete(_let_others_run(2))
            server.close()
            loop.run_until_complete(self._end())
            loop.close()

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

    @property
    def descriptors(self) -> list[int]:
        """The descriptors of the sockets of connections."""
        return [conversation.descriptor for conversation in self._open]


async def _let_others_run(rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)
