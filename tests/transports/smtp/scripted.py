"""An SMTP server on real sockets that does what it is told, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any


class Gone(Exception):
    """The client has hung up."""


class Talk:
    """One connection, from the server's side: what it says, what it hears, how it ends."""

    def __init__(self, connection: socket.socket, server: Scripted, number: int) -> None:
        self.number = number
        self.connection = connection
        self.server = server
        self.reader = connection.makefile("rb")

    def say(self, text: bytes) -> None:
        """Write a reply; a line end is added."""
        self.connection.sendall(text + b"\r\n")

    def hear(self) -> str:
        """Read a command."""
        line = self.reader.readline()
        if not line:
            raise Gone
        text = line.decode().rstrip("\r\n")
        self.server.seen.append(text)
        return text

    def hear_email(self) -> bytes:
        """Read an email to its end, without its dots."""
        lines = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def cut(self) -> None:
        """Hang up."""
        raise Gone

    def reset(self) -> None:
        """Hang up by a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def encrypt(self) -> None:
        """Shake hands."""
        self.reader.close()
        bare = self.connection
        try:
            self.connection = self.server.tls.wrap_socket(bare, server_side=True)
        finally:
            bare.close()
        self.reader = self.connection.makefile("rb")

    def wait(self) -> None:
        """Say nothing, until the client or the test has had enough, and no step follows."""
        self.connection.settimeout(0.02)
        while not self.server.stopping.is_set():
            try:
                if not self.connection.recv(1024):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        raise Gone

    def drip(self, byte: bytes = b"2") -> None:
        """Say a byte again and again."""
        while not self.server.stopping.wait(0.02):
            self.connection.sendall(byte)


Step = bytes | Callable[[Talk], object]  # a function may return a reply, which is then said


class Scripted:
    """
    A server on a port of its own, or on the listener that is given, as one on a path.

    Attributes:
        port: Its port; 0 on a path.
        path: Its path; "" on a port.
        seen: The commands of all connections.
        emails: The emails it took, or would have taken.
        carriers: By which connection each came, from 1.
        connections: How many there were.
        ended: How many of them the server has closed.
    """

    def __init__(
        self,
        *scripts: Callable[[Talk], object],
        tls: ssl.SSLContext | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        self.scripts = list(scripts)
        self.tls: Any = tls
        self.seen: list[str] = []
        self.messages: list[bytes] = []
        self.carriers: list[int] = []
        self.connections = 0
        self.ended = 0
        self.stopping = threading.Event()
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._address = self._listener.getsockname()
        on_a_path = isinstance(self._address, str)
        self.port: int = 0 if on_a_path else self._address[1]
        self.path: str = self._address if on_a_path else ""
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.stopping.is_set():
                connection.close()
                return
            # The last script serves all connections that are left.
            script = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            thread = threading.Thread(target=self._run, args=(script, connection, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, script: Callable[[Talk], object], connection: socket.socket, number: int) -> None:
        talk = Talk(connection, self, number)
        try:
            with contextlib.suppress(Gone, OSError, ValueError):
                script(talk)
        finally:
            with contextlib.suppress(OSError):
                talk.reader.close()
            talk.connection.close()
            self.ended += 1

    def verbs(self) -> list[str]:
        """Return the first words of what was heard."""
        return [line.partition(" ")[0].upper() for line in self.seen]

    def close(self) -> None:
        """Stop, and wait for all threads."""
        self.stopping.set()
        with contextlib.suppress(OSError), socket.socket(self._listener.family) as last:
            last.settimeout(1)
            last.connect(self._address)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


def polite(
    *extensions: str,
    greeting: Step = b"220 here",
    ends: list[Step] | None = None,
    after_tls: tuple[str, ...] = (),
    lmtp: bool = False,
    **steps: Step | list[Step],
) -> Callable[[Talk], None]:
    """
    Return a script that accepts every command, with other replies where they are given.

    Args:
        extensions: The extensions in the reply to EHLO.
        greeting: The first reply.
        ends: The replies to the ends of emails, one after another; the last one again and again.
        after_tls: The extensions in the reply to EHLO after STARTTLS.
        lmtp: Whether only LHLO is known, and each recipient has a reply after an email's end (RFC 2033).
        **steps: The reply or another step for a verb in small letters; a list, one after another.
    """
    told: dict[str, list[Step]] = {
        name.upper(): list(step) if isinstance(step, list) else [step] for name, step in steps.items()
    }
    word, other = ("LHLO", "EHLO") if lmtp else ("EHLO", "LHLO")
    told |= {name: [b"500 5.5.1 what?"] for name in ((other, "HELO") if lmtp else (other,)) if name not in told}
    told["."] = list(ends or [b"250 2.0.0 Ok: queued as 4XYZ"])
    offered = list(extensions)

    def do(talk: Talk, name: str, usual: Step) -> bool:
        plan = told.get(name) or [usual]
        step = plan.pop(0) if len(plan) > 1 else plan[0]
        if callable(step):
            step = step(talk)
        if isinstance(step, bytes):
            talk.say(step)
        return isinstance(step, bytes) and step[:3] == usual[:3]

    def script(talk: Talk) -> None:
        do(talk, "GREETING", greeting)
        accepted = 0
        while True:
            verb = talk.hear().partition(" ")[0].upper()
            if verb == word:
                lines = ["here", *offered]
                marks = ["-"] * (len(lines) - 1) + [" "]
                usual = "\r\n".join(f"250{mark}{line}" for mark, line in zip(marks, lines, strict=True)).encode()
                do(talk, verb, usual)
            elif verb == "STARTTLS":
                if do(talk, verb, b"220 go"):
                    talk.encrypt()
                    offered[:] = after_tls
            elif verb == "DATA":
                if do(talk, verb, b"354 go"):
                    talk.server.messages.append(talk.hear_email())
                    talk.server.carriers.append(talk.number)
                    for _ in range(accepted if lmtp else 1):
                        do(talk, ".", b"250 ok")
            elif verb == "QUIT":
                do(talk, verb, b"221 bye")
                return
            elif verb == "RCPT":
                accepted += do(talk, verb, b"250 ok")
            else:
                if verb == "MAIL":
                    accepted = 0
                do(talk, verb, b"250 ok")

    return script
