"""One request and one response of the fault service, byte by byte."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

import attrs


@attrs.frozen
class Seen:
    """One request that was read whole."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = attrs.field(repr=False)

    @property
    def json(self) -> Any:
        """The body's JSON value."""
        return json.loads(self.body)


def read_request(reader: Any, service: Any) -> Seen | None:
    """Read one request, as slowly as the service is told to."""
    first = reader.readline().decode("latin-1").split()
    if len(first) != 3 or not first[2].startswith("HTTP/"):
        return None
    headers = {}
    while (line := reader.readline().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name.title()] = value.strip()
    left, pieces = int(headers.get("Content-Length", 0)), []
    while left > 0:
        if service.reading_pause:
            service.stopping.wait(service.reading_pause)
        piece = reader.read(min(left, service.reading_piece))
        if not piece:
            return None
        left -= len(piece)
        pieces.append(piece)
    return Seen(first[0], first[1], headers, b"".join(pieces))


def reset(connection: socket.socket) -> None:
    """Let the connection end by RST when it is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reply(value: object, status: int = 200, **headers: str) -> bytes:
    """Return the bytes of a response; a value that is not bytes becomes JSON."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@attrs.frozen
class Exchange:
    """
    One request under way.

    Attributes:
        service: The service that responds.
        connection: The socket.
        seen: The request.
        path: Its path.
        value: The JSON of a good response; None when nothing was carried out.
    """

    service: Any
    connection: socket.socket
    seen: Seen
    path: str
    value: Any

    def respond(self, fault: Any) -> bool:
        """Respond well, or do what a fault does; return whether the connection stays open."""
        if fault is None:
            self.send(reply(self.value))
            return True
        return bool(fault.act(self))

    def send(self, data: bytes) -> bool:
        """Write a response, and keep the connection."""
        self.connection.sendall(data)
        return True

    def silence(self, seconds: float = 10.0) -> None:
        """Do nothing, as long as the client waits."""
        self.connection.settimeout(0.02)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.service.stopping.is_set():
            try:
                if not self.connection.recv(1024):
                    return
            except TimeoutError:
                continue

    def drip(self, start: bytes, again: bytes, pause: float = 0.04) -> None:
        """Write something again and again, for far longer than any deadline; a clock of the test's goes on by it."""
        self.connection.sendall(start)
        for number in range(300):
            if self.service.stopping.wait(pause):
                return
            if self.service.clock is not None and number > 2:
                self.service.clock.advance(100.0)
            self.connection.sendall(again)


def emails_of(value: Any) -> list[Any]:
    """Return the emails of a batch's body: one kind is an array, the other an object with one."""
    emails: list[Any] = value["Messages"] if isinstance(value, dict) else value
    return emails
