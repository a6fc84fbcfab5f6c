"""smtplib's client, with deadlines."""

from __future__ import annotations

import math
import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from ..._delivery import Deadline
from ..._net import monotonic, readiness, received_from
from ...errors import EmailAPIError, RecipientResult, SMTPError
from .tls import describe

# One write has one time limit, however much of the data the peer accepts meanwhile.
PIECE = 65_536
QUIT_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5
CLOSING = 421
# A reply has a few lines; an endless reply would fill the memory. smtplib limits the length of a line.
REPLY_LIMIT = 1_000_000
LINE_LIMIT = 8192
NOT_SMTP = "the reply is not SMTP"
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Broken(Exception):
    """
    The connection is unusable, and the email was not sent over it unless `Session.in_doubt` is set.

    Attributes:
        reason: The reason, in words; it contains nothing that was sent.
        error: The error to raise instead, if the server gave a reason of its own.
        retryable: Whether another connection may succeed.
    """

    def __init__(self, reason: str, *, error: EmailAPIError | None = None, retryable: bool = True) -> None:
        """Create the exception."""
        super().__init__(reason)
        self.reason, self.error = reason, error
        self.retryable = retryable if error is None else error.retryable


class Reply(NamedTuple):
    """
    One reply of a server.

    Attributes:
        code: The reply code, 200 to 599.
        text: The lines of the reply, joined by spaces, without enhanced code and control characters.
        enhanced_code: The enhanced status code (RFC 3463), such as `"2.0.0"`, or None.
    """

    code: int
    text: str
    enhanced_code: str | None = None

    @classmethod
    def read(cls, code: int, lines: bytes) -> Reply:
        """Parse a reply; some servers repeat the enhanced code in each line."""
        text = _CONTROLS.sub(" ", lines.decode("utf-8", "replace"))
        if "\n" not in text:
            found = _ENHANCED.match(text) if text[1:2] == "." else None
            return cls(code, text[found.end() :], found[1]) if found else cls(code, text)
        enhanced, texts = None, []
        for line in text.split("\n"):
            found = _ENHANCED.match(line)
            if found:
                enhanced = enhanced or found[1]
                line = line[found.end() :]
            texts.append(line.strip())
        return cls(code, " ".join(filter(None, texts)), enhanced)

    def __str__(self) -> str:
        """Return code and text, as error messages quote them."""
        return " ".join(filter(None, (str(self.code), self.enhanced_code, self.text)))

    def to_error(self, what: str, recipients: tuple[RecipientResult, ...] = (), hint: str = "") -> SMTPError:
        """Return the `SMTPError` of a rejection; `hint` names the option that helps."""
        return SMTPError(
            f"{what}: {self.text or 'no reason given'}{hint}",
            code=self.code,
            enhanced_code=self.enhanced_code,
            recipients=recipients,
        )


class Session(smtplib.SMTP):
    """
    One connection, from its greeting to QUIT.

    smtplib knows the commands and extensions. Bytes are read and written here, each operation within its timeout, and
    never printed, whatever debug level is set: they contain passwords.

    Attributes:
        protocol: `"smtp"` or `"lmtp"`. With LMTP, each recipient has a reply after the end of an email.
        deadline: The deadline of the current call.
        timeout: Seconds for one socket operation.
        unfinished: Whether a transaction was left open and must be reset before the next one.
        encrypted: Whether the connection uses TLS. The socket's class does not tell: gevent replaces it.
        logged_in: Whether the client has logged in.
        in_doubt: Whether the server may have accepted the current email: no reply has said otherwise.
        messages: Number of emails that the connection has carried.
        full: Whether the server accepts no more emails on this connection, but may accept them on another.
    """

    protocol = "smtp"
    sock: Any
    deadline: Deadline

    def __init__(self, deadline: Deadline, timeout: float) -> None:
        """Create a session that is not connected. Without a name, smtplib would query the DNS for one."""
        super().__init__(local_hostname="localhost")
        self.deadline = deadline
        self.timeout = timeout
        self.encrypted = self.logged_in = self.unfinished = self.in_doubt = self.full = False
        self.messages = 0
        self._received, self._written, self._waiting = b"", 0, 0.0
        self._is_ready: Callable[[], object] | None = None

    def __repr__(self) -> str:
        """Return a text without anything of the session's content."""
        return "Session()"

    def _limit(self, seconds: float) -> Any:
        """Return the socket, with its next operation limited to these seconds and to the time before the deadline."""
        sock, wait = self.sock, self.deadline.at - monotonic()
        if sock is None:
            raise Broken("the connection is closed")
        if wait <= 0:
            raise TimeoutError("the deadline has passed")
        if wait > seconds:
            wait = seconds
        if wait != self._waiting:
            sock.settimeout(wait)
            self._waiting = wait
        return sock

    def send(self, s: Any, end: float = math.inf) -> None:
        """
        Write data in pieces, each within its timeout.

        Before a write passes `end`, where the end of an email begins, `in_doubt` is set: a signal may interrupt right
        after the write.

        Raises:
            Broken: Not all of the data could be written; `_written` says how much of it was.
        """
        data = s.encode() if isinstance(s, str) else s
        self._written, size = 0, len(data)
        piece = data if size <= PIECE else memoryview(data)[:PIECE]
        try:
            while piece:
                sock = self._limit(self.timeout)
                if self._written + PIECE > end:
                    self.in_doubt = True
                self._written += sock.send(piece)
                piece = memoryview(data)[self._written : self._written + PIECE] if self._written < size else b""
            return
        except OSError as error:
            failure = describe(error, self._waiting)
        raise Broken(failure)

    def getreply(self, seconds: float | None = None) -> tuple[int, bytes]:
        """
        Read the code and the lines of one reply. A 421 reply closes the connection.

        Raises:
            Broken: There was no reply, or the reply is not SMTP.
        """
        try:
            code, lines = self._read(self.timeout if seconds is None else seconds)
            if code == CLOSING:
                self.close()
            if 200 <= code <= 599:
                return code, lines
            reason = NOT_SMTP
        except OSError as error:
            reason = describe(error, self._waiting)
        except ValueError as error:
            reason = str(error)
        self.close()
        raise Broken(reason)

    def _read(self, seconds: float) -> tuple[int, bytes]:
        data, lines, size, kinds = self._received, [], 0, set[bool]()
        while True:
            line, ended, data = data.partition(b"\n")
            if not ended and len(line) <= LINE_LIMIT:
                more = self._limit(seconds).recv(LINE_LIMIT)
                if more:
                    data = line + more
                    continue
                if not line:
                    raise ConnectionResetError
            size += len(line)
            if len(line) > LINE_LIMIT or size > REPLY_LIMIT:
                raise ValueError("a line of the reply is too long" if size <= REPLY_LIMIT else "the reply is too long")
            lines.append(line[4:].strip(b" \t\r\n"))
            kinds.add(line[:1] in (b"4", b"5"))
            if line[3:4] != b"-" or not line[:3].isdigit():
                self._received = data
                if len(kinds) > 1:  # all lines must have the same code (RFC 5321 section 4.2.1)
                    raise ValueError("the lines of the reply contradict each other")
                return int(line[:3]) if line[:3].isdigit() else -1, b"\n".join(lines)

    def execute(self, command: str, argument: str = "") -> Reply:
        """Write one command and read the reply."""
        self.send(f"{command} {argument}\r\n" if argument else f"{command}\r\n")
        return Reply.read(*self.getreply())

    def execute_all(self, commands: list[str]) -> list[Reply]:
        """
        Write commands and read their replies: pipelined if the server supports it (RFC 2920), else one after another.

        If the server closes the session, there are fewer replies than commands.
        """
        replies: list[Reply] = []
        step = 50 if "pipelining" in self.esmtp_features else 1
        for start in range(0, len(commands), step):
            group = commands[start : start + step]
            self.send("\r\n".join(group) + "\r\n")
            for _ in group:
                replies.append(Reply.read(*self.getreply()))
                if replies[-1].code == CLOSING:
                    return replies
        return replies

    def deliver(self, content: bytes) -> Reply:
        """
        Write an email, whose last line is terminated, after the 354 reply to DATA, and return the first final reply.

        Only the last piece of the email is joined with its end: one write, which tells whether the end was written.

        Raises:
            Broken: The connection broke; `in_doubt` says whether the server may have accepted the email.
        """
        body = (b"." if content.startswith(b".") else b"") + content.replace(b"\r\n.", b"\r\n..")
        if self.has_unread():
            # Read as the reply to the end of the email, this would report an email as accepted that was not.
            reply, failure = self._last_words(), Broken("the server sent data that was not requested")
        else:
            before, end = max(len(body) - 1, 0) // PIECE * PIECE, math.inf
            try:
                self.send(memoryview(body)[:before])
                end = len(body) - before
                self.send(body[before:] + b".\r\n", end)
                # This reply may take all the time that is left.
                return Reply.read(*self.getreply(math.inf))
            except Broken as broken:
                failure, self.in_doubt = broken, self._written > end
            reply = None if self.in_doubt else self._last_words()
        if reply is None:
            raise failure
        return reply

    def _last_words(self) -> Reply | None:
        """Return the reply that a server sent before it closed the connection in the middle of an email, or None."""
        self.deadline = self.deadline.sooner(LAST_WORDS_SECONDS)
        with suppress(Broken):
            reply = Reply.read(*self.getreply())
            if reply.code >= 400:
                self.close()
                return reply
        return None

    def has_unread(self) -> bool:
        """Whether the server has sent unrequested data, or has closed the connection."""
        if self._received or self.sock is None:
            return True
        if self._is_ready is None:
            self._is_ready = readiness(self.sock)
        if not self._is_ready():
            return False
        try:
            # Peek where possible: the data may be a last reply.
            return received_from(self.sock) is not None
        except OSError:
            return True

    def discard_received(self) -> None:
        """Discard what the server said before TLS (RFC 3207 section 4.2)."""
        self._received, self._is_ready, self._waiting = b"", None, 0.0
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features, self.does_esmtp = {}, False

    def finish(self, seconds: float) -> None:
        """Send QUIT, for two seconds at most, and close; never raises."""
        self.deadline = Deadline.after(min(seconds, QUIT_SECONDS))
        with suppress(Broken, OSError):
            self.execute("QUIT")
        self.close()

    def close(self) -> None:
        """Close the connection without QUIT."""
        with suppress(OSError):
            super().close()
