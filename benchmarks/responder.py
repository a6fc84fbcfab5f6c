"""
The other end of `benchmarks.send`: takes any request and answers that one email was accepted.

    python -m benchmarks.responder

It prints its port, and ends when its standard input does. A raw socket loop in a process of its own: it is never the
bottleneck, and its CPU time is nobody's.
"""

from __future__ import annotations

import re
import selectors
import socket
import sys
from collections.abc import Callable
from functools import partial

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TO = re.compile(rb'"To": ?"([^"]*)"')
# What the service answers for an email that it accepted, but for the recipients.
ACCEPTED = (
    b'{"To":"%b","SubmittedAt":"2026-02-17T07:25:01.4178645-05:00",'
    b'"MessageID":"0a129aee-e1cd-480d-b08d-4f48548ff48d","ErrorCode":0,"Message":"OK"}'
)
# To requests for another path than the service's: what resend's service answers.
_OTHER_BODY = b'{"id":"0a129aee-e1cd-480d-b08d-4f48548ff48d"}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Tue, 17 Feb 2026 12:25:01 GMT\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Connection: keep-alive\r\nContent-Length: %d\r\n\r\n%b"
)


def _complete(received: bytearray) -> bool:
    """Whether a whole request, head and body, has come."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(received, 0, end)
    return len(received) >= end + 4 + (int(length[1]) if length else 0)


def serve(meet: Callable[[socket.socket], Callable[[], bool]]) -> None:
    """
    Serve all connections until standard input ends.

    Args:
        meet: Called with a new connection, returns what is called whenever something has come on it; that returns
            whether the connection is still open.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(sys.stdin, selectors.EVENT_READ)
    print(listener.getsockname()[1], flush=True)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting.register(connection, selectors.EVENT_READ, meet(connection))
            elif isinstance(key.fileobj, socket.socket) and not key.data():
                waiting.unregister(key.fileobj)
                key.fileobj.close()


def accept_email(connection: socket.socket) -> Callable[[], bool]:
    """Return what is called whenever something has come on a connection; see `serve`."""
    return partial(_read, connection, bytearray())


def _read(connection: socket.socket, received: bytearray) -> bool:
    """Take what came, answer when it is a whole request; return whether the connection is still open."""
    chunk = connection.recv(262_144)
    received += chunk
    if _complete(received):
        to = _TO.search(received)
        body = _OTHER_BODY if received.startswith(b"POST /emails ") else ACCEPTED % (to[1] if to else b"")
        connection.sendall(_ANSWER % (len(body), body))
        received.clear()
    return bool(chunk)


if __name__ == "__main__":
    serve(accept_email)
