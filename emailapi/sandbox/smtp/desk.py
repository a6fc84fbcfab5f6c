"""Decisions about email that comes by SMTP: who may send, to whom, and which fault is met."""

from __future__ import annotations

import logging
from collections.abc import Callable

import attrs

from ..access import TEST_TOKEN
from ..clock import Clock
from ..effects import HANG, Effect
from ..faults import Faults
from ..instants import micros
from ..matching import Incoming
from ..request_log import BODY_BYTES, RecordedRejection, RecordedRequest, RequestLog
from ..spool import Arrival, Spool
from ..store import StorageFailed, Store
from ..tables import servers
from ..tables.servers import Server

_log = logging.getLogger("emailapi.sandbox.smtp")

_REJECTED = "535 5.7.8 Log in with a server's token, as user name and as password"
_NOT_ACTIVATED = "535 5.7.8 SMTP is not activated on this server (SmtpApiActivated)"
_NO_ADDRESS = "553 5.1.3 The recipient is not an address"
_UNKNOWN = "530 5.7.0 Log in to send; without a login, only email for the inbound addresses of servers is taken"


@attrs.frozen
class Login:
    """
    A login.

    Attributes:
        server: The server of the token; None for the test token.
        token: The token.
    """

    server: Server | None
    token: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Submission:
    """
    A message with its envelope.

    Attributes:
        sender: The address in MAIL; empty for none.
        recipients: The addresses in RCPT.
        content: The message.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes = attrs.field(repr=False)

    def transcript(self, most: int) -> tuple[int, bytes]:
        """Return the size of the addresses and the message as a client sends them, and so many of the first bytes."""
        lines = [f"MAIL FROM:<{self.sender}>", *[f"RCPT TO:<{each}>" for each in self.recipients], "DATA\r\n"]
        head = "\r\n".join(lines).encode("utf-8", "replace")
        return len(head) + len(self.content), (head + self.content[:most])[:most]


@attrs.frozen
class Desk:
    """Decides about email that comes by SMTP, and takes it."""

    store: Store
    clock: Callable[[], Clock]
    faults: Faults
    log: RequestLog
    spool: Spool

    def log_in(self, token: str, client: str) -> tuple[Login | None, str]:
        """Return who a token is for, and the reply; an empty token is not valid."""
        with self.store.transaction(writing=False, processed=False) as db:
            server = servers.by_token(db, token) if token else None
        if server is None and token.upper() != TEST_TOKEN:
            self.note("auth", _REJECTED, None, client)
            return None, _REJECTED
        if server is not None and not server.smtp_api_activated:
            self.note("auth", _NOT_ACTIVATED, Login(server, token), client)
            return None, _NOT_ACTIVATED
        return Login(server, token), "235 2.7.0 Logged in"

    def rejection(self, stage: str, login: Login | None, client: str, recipient: str = "") -> str:
        """Return the reply by which a fault rejects a command; empty if none does."""
        if not self.faults and stage != "rcpt":
            return ""
        met = self.faults.effect_on(_incoming(stage, login, (recipient,) if recipient else ()))
        if met is None:
            return ""
        self.note(stage, met[0].reply, login, client, fault=met[1])
        return met[0].reply

    def rejection_of(self, recipient: str, login: Login | None, client: str) -> str:
        """Return the reply that rejects a recipient; empty if the recipient is taken."""
        rejection = self.rejection("rcpt", login, client, recipient)
        if rejection:
            return rejection
        if login is None and not self._is_inbound(recipient):
            self.note("rcpt", _UNKNOWN, None, client)
            return _UNKNOWN
        if "@" in recipient:
            return ""
        self.note("rcpt", _NO_ADDRESS, login, client)
        return _NO_ADDRESS

    def _is_inbound(self, recipient: str) -> bool:
        with self.store.transaction(writing=False, processed=False) as db:
            return servers.receiving(db, recipient) is not None

    async def take(self, submission: Submission, login: Login | None, client: str) -> str:
        """Take a message, and return the reply; empty to close the connection without one."""
        met = self.faults.effect_on(_incoming("message", login, submission.recipients))
        effect, words = met or (Effect(words=""), None)
        if met is not None:
            import asyncio  # not at the start of a sandbox, most of which get no message by SMTP

            await asyncio.sleep(HANG if effect.hang else effect.wait_head + effect.wait_body)
        message_id = ""
        if effect.prevents:
            reply = effect.reply
        elif login is not None and login.server is None:
            reply = "250 2.0.0 Test job accepted"
        else:
            message_id, reply = await self._store(submission, login)
        reply = "" if effect.cut or effect.hang else reply
        self.note("message", reply, login, client, fault=words, message_id=message_id, submission=submission)
        return reply

    async def _store(self, submission: Submission, login: Login | None) -> tuple[str, str]:
        arrival = Arrival(
            server=_server_id(login),
            received_at=micros(self.clock().now()),
            sender=submission.sender,
            recipients=submission.recipients,
            content=submission.content,
        )
        try:
            await self.spool.take(arrival)
        except StorageFailed as error:
            _log.error("a message was not stored: %s", error)
            return "", "452 4.3.1 The sandbox cannot store the message"
        return arrival.uuid, f"250 2.0.0 OK: queued as {arrival.uuid}"

    def note(
        self,
        stage: str,
        reply: str,
        login: Login | None,
        client: str,
        *,
        fault: str | None = None,
        message_id: str = "",
        submission: Submission | None = None,
    ) -> None:
        """Record a command, or a whole message, with its reply; an empty one is a connection that was cut."""
        size, body = (0, b"") if submission is None else submission.transcript(BODY_BYTES)
        status = int(reply[:3]) if reply else None
        rejected = (RecordedRejection(status, reply[4:]),) if status is not None and status >= 400 else ()
        self.log.add(
            RecordedRequest(
                received_at=self.clock().now(),
                method="SMTP",
                path=stage,
                query="",
                status=status,
                rejections=rejected,
                message_ids=(message_id,) if message_id else (),
                server_id=_server_id(login),
                user_agent=client,
                fault=fault,
                body_size=size,
                body=body,
            )
        )


def _server_id(login: Login | None) -> int | None:
    return None if login is None or login.server is None else login.server.id


def _incoming(stage: str, login: Login | None, recipients: tuple[str, ...]) -> Incoming:
    return Incoming(
        at=stage,
        server=_server_id(login),
        token="" if login is None else login.token,
        recipients=frozenset(address.lower() for address in recipients),
    )
