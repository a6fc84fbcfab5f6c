"""smtplib's client, held to a deadline, and silent: what it prints for debugging would show passwords."""

from __future__ import annotations

import io
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

from ..._delivery import Deadline
from .replies import Reply

# One write has one time limit for all of it, however much the other side takes meanwhile.
PIECE = 65_536
# A reply has a few lines; one without end would fill the memory.
REPLY_LIMIT = 1_000_000
QUIT_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5
CLOSED = "the server closed the connection"


class Broken(Exception):
    """
    The connection is of no more use.

    Attributes:
        reason: Why, in words; nothing of what was sent stands in it.
        ended: Whether the server may have taken the mail that was being sent.
        retryable: Whether another connection may fare better.
    """

    def __init__(self, reason: str, *, ended: bool = False, retryable: bool = True) -> None:
        """Keep what is known."""
        super().__init__(reason)
        self.reason = reason
        self.ended = ended
        self.retryable = retryable


class _Answers(io.RawIOBase):
    """What replies are read from: a socket's timeout begins anew with each byte, the deadline does not."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.failure: OSError | None = None
        self.read_so_far = 0
        self.shut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.shut:
            return None
        try:
            self.session.limit()
            count = self.session.connection.recv_into(buffer)
        except OSError as error:
            self.failure = error
            raise
        self.read_so_far += count
        if self.read_so_far > REPLY_LIMIT:
            self.failure = OSError("its reply has no end")
            raise self.failure
        return count


def words(error: OSError, timeout: float) -> str:
    """Return in words what went wrong on a socket; nothing that was written stands in it."""
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:.3g} s"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return CLOSED
    return error.strerror or str(error) or type(error).__name__


class Session(smtplib.SMTP):
    """
    One connection, from its greeting to QUIT.

    smtplib speaks: commands, replies, extensions. What differs is how bytes are read and written.

    Attributes:
        deadline: When the call under way must be over.
        timeout: Seconds for one socket operation.
        patient: Whether all that is left may be waited for one answer.
        unfinished: Whether a transaction was left open, and must be reset before the next.
        messages: How many mails it carried.
    """

    deadline: Deadline
    command_encoding: str

    def __init__(self, deadline: Deadline, timeout: float) -> None:
        """Connect to nobody yet."""
        super().__init__(local_hostname="localhost")  # else smtplib asks the DNS, for as long as that takes
        self.command_encoding = "utf-8"
        self.deadline = deadline
        self.timeout = timeout
        self.patient = False
        self.unfinished = False
        self.messages = 0
        self._written = 0
        self._waiting = timeout
        self._answers: _Answers | None = None

    def __repr__(self) -> str:
        """Show nothing of what is spoken."""
        return "Session()"

    def _print_debug(self, *args: object) -> None:
        """Print nothing, whatever debug level somebody set on smtplib's class."""

    @property
    def connection(self) -> socket.socket:
        """The socket."""
        if self.sock is None:
            raise Broken("the connection is closed")
        return self.sock

    def limit(self) -> None:
        """Let the next operation of the socket take no longer than what is left of the call."""
        left = self.deadline.left()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        wait = left if self.patient else min(self.timeout, left)
        self._waiting = wait
        if self.connection.gettimeout() != wait:
            self.connection.settimeout(wait)

    def send(self, s: Any) -> None:
        """
        Write, each piece within its time.

        Raises:
            Broken: It could not be written whole; `_written` says how much of it left.
        """
        data = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        self._written, failure = 0, None
        try:
            while self._written < len(data):
                self.limit()
                self._written += self.connection.send(data[self._written : self._written + PIECE])
        except OSError as error:
            failure = words(error, self._waiting)
        if failure is not None:
            raise Broken(failure)

    def getreply(self) -> tuple[int, bytes]:
        """
        Read one reply.

        Raises:
            Broken: None came, or what came is no SMTP.
        """
        if self._answers is None or self.file is None:
            self._answers = _Answers(self)
            self.file = io.BufferedReader(self._answers)
        answers = self._answers
        answers.read_so_far = 0
        code, text, reason = 0, b"", CLOSED
        try:
            code, text = super().getreply()
        except smtplib.SMTPResponseException:
            reason = "its reply has a line without end"
        except OSError:
            if answers.failure is not None:
                reason = words(answers.failure, self._waiting)
        else:
            reason = "its reply is no SMTP"
        if not 200 <= code <= 599:
            self.close()
            raise Broken(reason)
        return code, text

    def reply(self) -> Reply:
        """Read one reply."""
        return Reply.read(*self.getreply())

    def ask(self, command: str, argument: str = "") -> Reply:
        """Write one command and read its reply."""
        return Reply.read(*self.docmd(command, argument))

    def ask_all(self, commands: list[str]) -> list[Reply]:
        """
        Write commands and read their replies: all at once where the server can (RFC 2920), else one after another.

        A server that goes away gives fewer replies than there are commands.
        """
        replies: list[Reply] = []
        step = 50 if self.has_extn("pipelining") else 1
        for start in range(0, len(commands), step):
            group = commands[start : start + step]
            self.send("\r\n".join(group) + "\r\n")
            for _ in group:
                replies.append(self.reply())
                if replies[-1].is_farewell:
                    return replies
        return replies

    def deliver(self, content: bytes) -> Reply:
        """
        Write a mail, whose last line is ended, after DATA's 354, and return what the server says to its end.

        Its body and its end leave in one write where they fit, so that it is known exactly whether a byte of the end
        left.

        Raises:
            Broken: `.ended` when the server may have taken the mail.
        """
        body = content.replace(b"\r\n.", b"\r\n..")
        if body[:1] == b".":
            body = b"." + body
        refused, failure = None, None
        try:
            self.send(body + b".\r\n")
        except Broken as broken:
            failure = broken
        if failure is not None:
            failure.ended = self._written > len(body)
            refused = None if failure.ended else self._last_words()
            if refused is None:
                raise failure
            return refused
        self.patient = True
        try:
            return self.reply()
        except Broken as broken:
            failure = broken
        finally:
            self.patient = False
        raise Broken(failure.reason, ended=True)

    def _last_words(self) -> Reply | None:
        """Return what a server said before it hung up in the middle of a mail, if that can still be read."""
        self.deadline = self.deadline.sooner(LAST_WORDS_SECONDS)
        with suppress(Broken):
            reply = self.reply()
            if reply.is_refusal:
                self.close()
                return reply
        return None

    def has_unread(self) -> bool:
        """Whether the server said something unasked, or went away."""
        if self._answers is not None and self.file is not None:
            self._answers.shut = True
            try:
                if self.file.peek(1):
                    return True
            finally:
                self._answers.shut = False
        connection = self.sock
        if connection is None:
            return True
        connection.settimeout(0)
        try:
            connection.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def forget(self) -> None:
        """Forget what the server said before TLS (RFC 3207 section 4.2)."""
        self.file = self._answers = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def finish(self) -> None:
        """Say QUIT, for two seconds at most, and close; it never raises."""
        self.deadline = Deadline.after(QUIT_SECONDS)
        self.timeout = QUIT_SECONDS
        with suppress(Broken, OSError, ValueError):
            self.docmd("QUIT")
        self.close()

    def close(self) -> None:
        """Close the connection, saying nothing."""
        self._answers = None
        with suppress(OSError, ValueError):
            super().close()


def clocks() -> tuple[float, float]:
    """Return the time by both clocks: the monotonic one stands still while a machine sleeps."""
    return time.monotonic(), time.time()
