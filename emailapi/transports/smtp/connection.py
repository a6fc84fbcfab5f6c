"""smtplib's client, held to a deadline, and silent: what it prints for debugging would show passwords."""

from __future__ import annotations

import io
import select
import smtplib
import socket
import ssl
from contextlib import suppress
from typing import Any

from ..._delivery import Deadline, monotonic
from .reader import CLOSED, NOT_SMTP, Answers, Broken, words
from .reply import FAREWELL, Reply

# One write has one time limit for all of it, however much the other side takes meanwhile.
PIECE = 65_536
QUIT_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5


class Session(smtplib.SMTP):
    """
    One connection, from its greeting to QUIT.

    smtplib speaks: commands, replies, extensions. What differs is how bytes are read and written.

    Attributes:
        deadline: When the call under way must be over.
        timeout: Seconds for one socket operation.
        patient: Whether all that is left may be waited for one answer.
        unfinished: Whether a transaction was left open, and must be reset before the next.
        encrypted: Whether the connection uses TLS. The socket's class does not tell: gevent and eventlet replace it.
        logged_in: Whether there was a login.
        in_doubt: Whether the server may have accepted the email under way, as no reply has said otherwise.
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
        self.encrypted = False
        self.logged_in = False
        self.in_doubt = False
        self.messages = 0
        self._written = 0
        self._end: int | None = None
        self._waiting = 0.0
        self._watch: Any = None
        self._answers: Answers | None = None

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
        wait = self.deadline.at - monotonic()
        if wait <= 0:
            raise TimeoutError("the deadline is over")
        if wait > self.timeout and not self.patient:
            wait = self.timeout
        if wait != self._waiting:
            self.connection.settimeout(wait)
            self._waiting = wait

    def send(self, s: Any) -> None:
        """
        Write, each piece within its time.

        Raises:
            Broken: It could not be written whole; `_written` says how much of it left.
        """
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        connection, size, failure = self.connection, len(data), None
        self._written = 0
        try:
            self.limit()
            if self._end is not None:
                self._doubt(self._end, PIECE)
            self._written = connection.send(data if size <= PIECE else memoryview(data)[:PIECE])
            while self._written < size:
                self.limit()
                if self._end is not None:
                    self._doubt(self._end, self._written + PIECE)
                self._written += connection.send(memoryview(data)[self._written : self._written + PIECE])
        except OSError as error:
            failure = words(error, self._waiting)
        if failure is not None:
            raise Broken(failure)

    def _doubt(self, end: int, reached: int) -> None:
        """Note, before a write that goes so far, that it may end an email: a signal may interrupt us right behind."""
        if reached > end:
            self.in_doubt = True

    def getreply(self) -> tuple[int, bytes]:
        """
        Read one reply.

        Raises:
            Broken: None came, or what came is no SMTP.
        """
        if self._answers is None or self.file is None:
            self._answers = Answers(self)
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
            reason = NOT_SMTP
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
        Write a mail, whose last line is ended, after DATA's 354, and return what the server says to its end.

        Its body and its end leave in one write where they fit, so that it is known exactly whether a byte of the end
        left.

        Raises:
            Broken: `.ended` when the server may have taken the mail.
        """
        body = content.replace(b"\r\n.", b"\r\n..")
        if body.startswith(b"."):
            body = b"." + body
        refused, failure = None, None
        self._written = 0
        try:
            if self.has_unread():
                # Taken for the answer to the mail's end it would say that a mail was accepted which was not.
                raise Broken("the server says more than it was asked")
            self._end = len(body)
            self.send(body + b".\r\n")
        except Broken as broken:
            failure = broken
            self.in_doubt = self._written > len(body)
        finally:
            self._end = None
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
        if self.sock is None:
            return True
        return self._is_readable() and self._has_more(self.sock)

    def _is_readable(self) -> bool:
        if not hasattr(select, "poll"):
            return bool(select.select([self.connection], [], [], 0)[0])
        if self._watch is None:
            self._watch = select.poll()
            self._watch.register(self.connection, select.POLLIN)
        return bool(self._watch.poll(0))

    def _has_more(self, connection: socket.socket) -> bool:
        """Look closer: what came may belong to TLS alone, as tickets for another session do."""
        connection.settimeout(0)
        self._waiting = 0.0
        try:
            # Not taken away where that can be helped: it may be a last word.
            connection.recv(1, 0 if self.encrypted else socket.MSG_PEEK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def forget(self) -> None:
        """Forget what the server said before TLS (RFC 3207 section 4.2)."""
        self.file = self._answers = self._watch = None
        self._waiting = 0.0
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def finish(self, seconds: float = QUIT_SECONDS) -> None:
        """Say QUIT, for two seconds at most, and close; it never raises."""
        self.deadline = Deadline.after(min(seconds, QUIT_SECONDS))
        with suppress(Broken, OSError):
            self.docmd("QUIT")
        self.close()

    def close(self) -> None:
        """Close the connection, saying nothing."""
        self._answers = None
        with suppress(OSError):
            super().close()
