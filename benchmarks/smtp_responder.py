"""
The other end of `benchmarks.smtp`: takes any mail by SMTP.

    python -m benchmarks.smtp_responder [pipelining]

It prints its port, and ends when its standard input does. It reads no more of a mail than is needed to find its end.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

from .responder import serve

_END = b"\r\n.\r\n"


class _Peer:
    """One connection: what came and is not answered yet, and whether a mail is being sent."""

    def __init__(self, connection: socket.socket, offer: bytes) -> None:
        self.connection = connection
        self.offer = offer
        self.received = bytearray()
        self.in_mail = False
        connection.sendall(b"220 here\r\n")

    def serve(self) -> bool:
        """Answer what has come; return whether the connection goes on."""
        data = self.connection.recv(262_144)
        self.received += data
        answers = b""
        while True:
            end = self.received.find(_END if self.in_mail else b"\r\n")
            if end < 0:
                break
            line = bytes(self.received[:4]).upper()
            del self.received[: end + (5 if self.in_mail else 2)]
            answers += self._answer(line)
        if answers:
            self.connection.sendall(answers)
        return bool(data) and not answers.startswith(b"221")

    def _answer(self, line: bytes) -> bytes:
        if self.in_mail:
            self.in_mail = False
            return b"250 2.0.0 Ok: queued as 4Q9zT1\r\n"
        self.in_mail = line == b"DATA"
        said = {b"EHLO": self.offer, b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}
        return said.get(line, b"250 2.1.0 Ok\r\n")


def _meeting(*extensions: str) -> Callable[[socket.socket], Callable[[], bool]]:
    """Return what meets a new connection, and offers these extensions."""
    lines = ["here", *extensions, "SIZE 0", "8BITMIME"]
    offer = "".join(f"250{' ' if line is lines[-1] else '-'}{line}\r\n" for line in lines).encode()
    return lambda connection: _Peer(connection, offer).serve


if __name__ == "__main__":
    serve(_meeting(*(word.upper() for word in sys.argv[1:])))
