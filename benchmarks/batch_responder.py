"""
The other end of `benchmarks.many` and `benchmarks.commandline`: answers some time after a request that all is accepted.

    python -m benchmarks.batch_responder SECONDS

It prints its port, and ends when its standard input does. A thread a connection: several batches wait side by side.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ITEM = (
    b'{"To":"ada@example.com","SubmittedAt":"2026-02-17T07:25:01.4178645-05:00",'
    b'"MessageID":"0a129aee-e1cd-480d-b08d-4f48548ff48d","ErrorCode":0,"Message":"OK"}'
)


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
            mails = body.count(b'{"From":')
            time.sleep(seconds)
            answer = b"[" + b",".join([_ITEM] * mails) + b"]" if body.startswith(b"[") else _ITEM
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
