"""smtplib's client, held to a deadline."""

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
from .tls import words

# One write has one time limit for all of it, however much the other side takes meanwhile.
PIECE = 65_536
QUIT_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5
FAREWELL = 421
# A reply has a few lines; one without end would fill the memory. A line is as long as smtplib lets it be.
REPLY_LIMIT = 1_000_000
LINE_LIMIT = 8192
NOT_SMTP = "its reply is no SMTP"
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")


class Broken(Exception):
    """
    The connection is of no more use, and the email under way did not leave by it; or `Session.in_doubt` says so.

    Attributes:
        reason: Why, in words; nothing of what was sent stands in it.
        error: What the caller is told in place of it, when the server gave a reason of its own.
        retryable: Whether another connection may fare better.
    """

    def __init__(self, reason: str, *, error: EmailAPIError | None = None, retryable: bool = True) -> None:
        """Keep what is known."""
        super().__init__(reason)
        self.reason = reason
        self.error = error
        self.retryable = retryable if error is None else error.retryable


class Reply(NamedTuple):
    """
    One reply of a server.

    Attributes:
        code: As in 250; 200 to 599.
        text: Its lines, joined by spaces, without the enhanced code.
        enhanced_code: As in `"2.0.0"` (RFC 3463), when it has one.
    """

    code: int
    text: str
    enhanced_code: str | None = None

    @classmethod
    def read(cls, code: int, lines: bytes) -> Reply:
        """Take a reply apart; some servers repeat the enhanced code in each line."""
        text = lines.decode("utf-8", "replace")
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
        """Return code and text, as a sentence quotes them."""
        return " ".join(filter(None, (str(self.code), self.enhanced_code, self.text)))

    def refusal(self, what: str, recipients: tuple[RecipientResult, ...] = (), hint: str = "") -> SMTPError:
        """Return the error that says what was refused, and the option that helps, if one does."""
        return SMTPError(
            f"{what}: {self.text or 'no reason given'}{hint}",
            code=self.code,
            enhanced_code=self.enhanced_code,
            recipients=recipients,
        )


class Session(smtplib.SMTP):
    """
    One connection, from its greeting to QUIT.

    smtplib knows the commands and extensions. Bytes are read and written here, each operation within its time, and
    never printed, whatever debug level is set: that would show passwords.

    Attributes:
        protocol: `"smtp"`, or `"lmtp"`: then the end of an email has a reply for each recipient.
        deadline: When the call under way must be over.
        timeout: Seconds for one socket operation.
        unfinished: Whether a transaction was left open, and must be reset before the next.
        encrypted: Whether the connection uses TLS. The socket's class does not tell: gevent and eventlet replace it.
        logged_in: Whether there was a login.
        in_doubt: Whether the server may have accepted the email under way, as no reply has said otherwise.
        messages: How many emails it carried.
        full: Whether the server accepts no more emails on this connection, and may accept them on another.
    """

    protocol = "smtp"
    sock: Any
    deadline: Deadline

    def __init__(self, deadline: Deadline, timeout: float) -> None:
        """Connect to nobody yet. Without a name smtplib would ask the DNS for one, for as long as that takes."""
        super().__init__(local_hostname="localhost")
        self.deadline = deadline
        self.timeout = timeout
        self.encrypted = self.logged_in = False
        self.unfinished = self.in_doubt = self.full = False
        self.messages = 0
        self._received, self._written, self._waiting = b"", 0, 0.0
        self._is_ready: Callable[[], object] | None = None

    def __repr__(self) -> str:
        """Show nothing of what is spoken."""
        return "Session()"

    def _limit(self, seconds: float) -> Any:
        """Return the socket, whose next operation takes no longer than that, nor than what is left of the call."""
        sock, wait = self.sock, self.deadline.at - monotonic()
        if sock is None:
            raise Broken("the connection is closed")
        if wait <= 0:
            raise TimeoutError("the deadline is over")
        if wait > seconds:
            wait = seconds
        if wait != self._waiting:
            sock.settimeout(wait)
            self._waiting = wait
        return sock

    def send(self, s: Any, end: float = math.inf) -> None:
        """
        Write, each piece within its time.

        Before a write goes further than `end`, where the end of an email begins, it is noted that the server may accept
        the email: a signal may interrupt right behind the write.

        Raises:
            Broken: It could not be written whole; `_written` says how much of it left.
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
            failure = words(error, self._waiting)
        raise Broken(failure)

    def getreply(self, seconds: float | None = None) -> tuple[int, bytes]:
        """
        Read the code and the lines of one reply; one that says the server goes away closes the connection.

        Raises:
            Broken: None came, or what came is no SMTP.
        """
        try:
            code, lines = self._read(self.timeout if seconds is None else seconds)
            if code == FAREWELL:
                self.close()
            if 200 <= code <= 599:
                return code, lines
            reason = NOT_SMTP
        except OSError as error:
            reason = words(error, self._waiting)
        except ValueError as error:
            reason = str(error)
        self.close()
        raise Broken(reason)

    def _read(self, seconds: float) -> tuple[int, bytes]:
        data, lines, size = self._received, [], 0
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
                raise ValueError("its reply has a line without end" if size <= REPLY_LIMIT else "its reply has no end")
            lines.append(line[4:].strip(b" \t\r\n"))
            if line[3:4] != b"-" or not line[:3].isdigit():
                self._received = data
                return int(line[:3]) if line[:3].isdigit() else -1, b"\n".join(lines)

    def ask(self, command: str, argument: str = "") -> Reply:
        """Write one command and read its reply."""
        self.send(f"{command} {argument}\r\n" if argument else f"{command}\r\n")
        return Reply.read(*self.getreply())

    def ask_all(self, commands: list[str]) -> list[Reply]:
        """
        Write commands and read their replies: all at once where the server can (RFC 2920), else one after another.

        A server that goes away gives fewer replies than there are commands.
        """
        replies: list[Reply] = []
        step = 50 if "pipelining" in self.esmtp_features else 1
        for start in range(0, len(commands), step):
            group = commands[start : start + step]
            self.send("\r\n".join(group) + "\r\n")
            for _ in group:
                code, lines = self.getreply()
                replies.append(Reply.read(code, lines))
                if code == FAREWELL:
                    return replies
        return replies

    def deliver(self, content: bytes) -> Reply:
        """
        Write an email, whose last line is ended, after DATA's 354, and return what the server says first to its end.

        Its body and its end leave in one write where they fit: it is known exactly whether a byte of the end left.

        Raises:
            Broken: The connection broke; `in_doubt` says whether the server may have accepted the email.
        """
        body = content.replace(b"\r\n.", b"\r\n..")
        if body.startswith(b"."):
            body = b"." + body
        if self.has_unread():
            # Taken for the reply to the email's end it would say that an email was accepted which was not.
            refused, failure = self._last_words(), Broken("the server says more than it was asked")
        else:
            try:
                self.send(body + b".\r\n", len(body))
                # All that is left may be waited for this one reply.
                return Reply.read(*self.getreply(math.inf))
            except Broken as broken:
                failure, self.in_doubt = broken, self._written > len(body)
            refused = None if self.in_doubt else self._last_words()
        if refused is None:
            raise failure
        return refused

    def _last_words(self) -> Reply | None:
        """Return what a server said before it hung up in the middle of an email, if that can still be read."""
        self.deadline = self.deadline.sooner(LAST_WORDS_SECONDS)
        with suppress(Broken):
            reply = Reply.read(*self.getreply())
            if reply.code >= 400:
                self.close()
                return reply
        return None

    def has_unread(self) -> bool:
        """Whether the server said something unasked, or went away."""
        if self._received or self.sock is None:
            return True
        if self._is_ready is None:
            self._is_ready = readiness(self.sock)
        if not self._is_ready():
            return False
        try:
            # Not taken away where that can be helped: it may be a last word.
            return received_from(self.sock) is not None
        except OSError:
            return True

    def forget(self) -> None:
        """Forget what the server said before TLS (RFC 3207 section 4.2)."""
        self._received, self._is_ready, self._waiting = b"", None, 0.0
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def finish(self, seconds: float) -> None:
        """Say QUIT, for two seconds at most, and close; it never raises."""
        self.deadline = Deadline.after(min(seconds, QUIT_SECONDS))
        with suppress(Broken, OSError):
            self.ask("QUIT")
        self.close()

    def close(self) -> None:
        """Close the connection, saying nothing."""
        with suppress(OSError):
            super().close()
