"""
The other end of `benchmarks.many` and `benchmarks.commandline`: responds with acceptance, some time after a request.

    python -m benchmarks.batch_responder SECONDS

It prints its port, and ends when its standard input does. A single email is answered, too. Each connection has a
thread, so that several batches wait side by side.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time

from .responder import ACCEPTED

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TO = re.compile(rb'"To": ?"([^"]*)"')


def _answer(connection: socket.socket, seconds: float) -> None:
    with connection, connection.makefile("rb") as stream:
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    return
                head += line
            length = _LENGTH.search(head)
            body = stream.read(int(length[1]) if length else 0)
            time.sleep(seconds)
            items = [ACCEPTED % to for to in _TO.findall(body)]
            answer = items[0] if body.startswith(b"{") else b"[" + b",".join(items) + b"]"
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(answer), answer)
            )


def _serve(listener: socket.socket, seconds: float) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(connection, seconds), daemon=True).start()


if __name__ == "__main__":
    opened = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(opened, float(sys.argv[1])), daemon=True).start()
    print(opened.getsockname()[1], flush=True)
    sys.stdin.read()
