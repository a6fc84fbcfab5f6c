"""
One connection of SMTP: aiosmtpd, with another AUTH and another DATA.

aiosmtpd reads commands, and replies to most of them. Its AUTH has no CRAM-MD5 and logs parts of what it reads. Its DATA
reads line by line, and rejects a message with a long line. All decisions are those of a `Desk`.
"""

from __future__ import annotations

import logging
import re
from asyncio import BaseTransport, IncompleteReadError
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import attrs
from aiosmtpd.smtp import SMTP

from .certificate import Certificate
from .desk import Desk, Login, Submission
from .login import MECHANISMS, Malformed, challenge, decoded, token_of
from .reading import read_message

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

_log = logging.getLogger("emailapi.sandbox.smtp")
# aiosmtpd's own: without a handler Python would print its warnings, of which none is for the user of a sandbox.
logging.getLogger("mail.log").addHandler(logging.NullHandler())

NAME = "sandbox.invalid"
_PIECE = 65_536
_PATH = re.compile(r"<(?:@[^:<>]*:)?(?P<address>[^<>\s\"\\]*)>(?:\s+(?P<rest>.*))?")
_CLOSES = "421"


@attrs.frozen(kw_only=True)
class Limits:
    """
    Limits of a connection, and of the listener.

    Attributes:
        command: Bytes of a command line.
        message: Bytes of a message; a larger one is read to its end and rejected.
        recipients: Recipients of a message.
        connections: Connections at a time.
        idle: Seconds without a byte, after which a connection is closed.
    """

    command: int = 2_048
    message: int = 50_000_000
    recipients: int = 200
    connections: int = 100
    idle: float = 300.0


class _Hooks:
    """The functions that aiosmtpd calls: for EHLO, MAIL, RCPT, and errors."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Session, _envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        rejection = self._conversation.rejection("ehlo")
        if rejection:
            return [rejection]
        session.host_name = name
        mechanisms = f"250-AUTH {' '.join(MECHANISMS)}"
        kept = [line for line in responses if not line.startswith("250-AUTH")]
        return [kept[0], "250-PIPELINING", *kept[1:-1], mechanisms, "250 HELP"]

    async def handle_HELO(self, _server: Any, session: Session, _envelope: Envelope, name: str) -> str:  # noqa: N802
        session.host_name = name
        return self._conversation.rejection("ehlo") or f"250 {NAME}"

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        rejection = self._conversation.rejection("mail")
        if not rejection:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return rejection or "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        rejection = self._conversation.rejection_of(address, len(envelope.rcpt_tos))
        if not rejection:
            envelope.rcpt_tos.append(address)
        return rejection or "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Return the reply to a command that failed here; the error may hold what the client has sent."""
        _log.error("a command of SMTP failed: %s", type(error).__name__)
        return "451 4.3.0 The sandbox failed; nothing was stored"


class Conversation(SMTP):
    """
    One connection.

    Attributes:
        login: The login; None before it.
        rejected_login: The reply by which a fault has rejected a login. Clients try one mechanism after the other.
    """

    line_length_limit = _PIECE
    login: Login | None = None
    rejected_login: str = ""

    def __init__(self, desk: Desk, certificate: Certificate, limits: Limits, loop: Any, open_ones: set[Any]) -> None:
        """Wait for a client; `open_ones` has all connections."""
        self._desk, self._certificate, self._limits, self._open = desk, certificate, limits, open_ones
        # aiosmtpd keeps it in its class, and lets it grow with each EHLO.
        self.command_size_limit = limits.command
        self.command_size_limits = defaultdict(lambda: limits.command)
        super().__init__(
            _Hooks(self),
            data_size_limit=limits.message,
            hostname=NAME,
            ident="ESMTP emailapi",
            timeout=limits.idle,
            auth_require_tls=False,
            loop=loop,
        )
        # Offered at once, and made when a client asks for it.
        self.tls_context = True  # type: ignore[assignment]

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin, or begin again in TLS: a login before it does not count any more."""
        self._open.add(self)
        self.login = None
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._open.discard(self)
        super().connection_lost(error)

    def close(self) -> None:
        """Close the connection, as for a sandbox that ends."""
        transport: Any = self.transport
        if transport is not None:
            transport.abort()

    @property
    def descriptor(self) -> int:
        """The descriptor of the socket; -1 for a connection that is closed."""
        descriptor: int = -1 if self.transport is None else self.transport.get_extra_info("socket").fileno()
        return descriptor

    async def _handle_client(self) -> None:
        rejection = self.rejection("connect")
        if not rejection and len(self._open) > self._limits.connections:
            rejection = "421 4.3.2 Too many connections: close one, or try later"
        if rejection:
            await self.push(rejection)
            if self.transport is not None:
                self.transport.close()
            return
        await super()._handle_client()

    async def push(self, status: Any) -> None:
        """Send a reply; after 421 the connection is closed."""
        await super().push(status)
        if str(status).startswith(_CLOSES) and self.transport is not None:
            self.transport.close()

    def rejection(self, stage: str) -> str:
        """Return the reply by which a fault rejects a command; empty if none does."""
        return self._desk.rejection(stage, self.login, self._name)

    def rejection_of(self, recipient: str, taken: int) -> str:
        """Return the reply that rejects a recipient; empty if the recipient is taken."""
        if taken >= self._limits.recipients:
            return self._rejected("rcpt", f"452 4.5.3 Too many recipients: the limit is {self._limits.recipients}")
        return self._desk.rejection_of(recipient, self.login, self._name)

    def _rejected(self, stage: str, reply: str) -> str:
        self._desk.note(stage, reply, self.login, self._name)
        return reply

    @property
    def _name(self) -> str:
        return (self.session.host_name if self.session else None) or ""

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Return the address of MAIL or RCPT, and what follows: in the usual form ten times as fast as aiosmtpd."""
        found = _PATH.fullmatch(arg)
        if found:
            return found["address"] or "<>", found["rest"] or ""
        try:
            address, rest = super()._getaddr(arg)
        except Exception:
            return None, None
        return address, rest

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """Begin TLS, once: TLS in TLS would fail in asyncio, which prints a traceback."""
        if self.session is not None and self.session.ssl is not None:
            await self.push("503 5.5.1 TLS is active already")
            return
        self.tls_context = self._certificate.context
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        """Log in by a server's token."""
        if await self.check_helo_needed("EHLO"):
            return
        mechanism, _, initial = (arg or "").strip().partition(" ")
        if self.login is not None:
            reply = "503 5.5.1 Already logged in"
        elif mechanism.upper() not in MECHANISMS:
            reply = f"504 5.5.4 AUTH takes {', '.join(MECHANISMS)}"
        else:
            self.rejected_login = self.rejected_login or self.rejection("auth")
            reply = self.rejected_login or await self._log_in(mechanism.upper(), initial.strip().encode())
        await self.push(reply)

    async def _log_in(self, mechanism: str, initial: bytes) -> str:
        try:
            token = await token_of(mechanism, decoded(initial) if initial else None, self._ask)
        except Malformed as problem:
            return str(problem)
        self.login, reply = self._desk.log_in(token, self._name)
        return reply

    async def _ask(self, text: bytes) -> bytes:
        await self.push(challenge(text))
        line = await self._reader.readline()
        return decoded(line.strip())

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take a message."""
        assert self.envelope is not None  # noqa: S101 - aiosmtpd makes one when the connection is made
        if await self.check_helo_needed():
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no argument")
        elif not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Name a recipient first")
        elif rejection := self.rejection("data"):
            await self.push(rejection)
        else:
            await self.push("354 End the message with a dot on a line of its own")
            await self._take(self.envelope)

    async def _take(self, envelope: Envelope) -> None:
        try:
            content = await read_message(self._reader, self._limits.message, self._reset_timeout)
        except IncompleteReadError:  # the client has gone
            return
        self.envelope = self._create_envelope()
        if content is None:
            await self.push(
                self._rejected("message", f"552 5.3.4 The message is larger than {self._limits.message} bytes")
            )
            return
        sender = "" if envelope.mail_from in (None, "<>") else envelope.mail_from
        submission = Submission(sender=str(sender), recipients=tuple(envelope.rcpt_tos), content=content)
        reply = await self._desk.take(submission, self.login, self._name)
        if reply:
            await self.push(reply)
        else:
            self.close()
