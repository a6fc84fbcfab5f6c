"""aiosmtpd, keeping what it is sent."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class Listener:
    """
    A server on a port of its own, in a thread of its own.

    Attributes:
        envelopes: The accepted emails.
        ports: The client's port for each of them.
        logins: The attempts to log in: mechanism, user name and password.
        peers: The number of connections.
    """

    def __init__(
        self,
        *,
        implicit: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        users: dict[bytes, bytes] | None = None,
        reject: Callable[[str], str | None] = lambda address: None,
        reply: str = "250 2.0.0 Ok: queued as 4Q9zT1",
        **options: Any,
    ) -> None:
        self.envelopes: list[Envelope] = []
        self.ports: list[int] = []
        self.logins: list[tuple[str, bytes, bytes]] = []
        self.peers = 0
        self.reject, self.reply, self.users = reject, reply, users
        self._implicit = implicit
        self._options = {"tls_context": starttls, "enable_SMTPUTF8": True, "hostname": "here", **options}
        if users is not None:
            self._options |= {"authenticator": self._login, "auth_require_tls": False}

    def _login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((mechanism, data.login, data.password))
        assert self.users is not None
        return AuthResult(success=self.users.get(data.login) == data.password)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        rejected = self.reject(address)
        if rejected is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.append(options)
        return rejected or "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        self.ports.append(session.peer[1])
        return self.reply

    def _protocol(self) -> SMTP:
        self.peers += 1
        return SMTP(self, **self._options)

    def __enter__(self) -> Listener:
        started = threading.Event()

        def run() -> None:
            async def serve() -> None:
                loop = asyncio.get_running_loop()
                server = await loop.create_server(self._protocol, "127.0.0.1", 0, ssl=self._implicit)
                self.port: int = server.sockets[0].getsockname()[1]
                self._loop, self._stop = loop, asyncio.Event()
                started.set()
                await self._stop.wait()
                server.close()
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)

            asyncio.run(serve())

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
