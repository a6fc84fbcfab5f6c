"""A strict SES on real sockets: it keeps what it accepts, rejects what SES rejects, and fails as it is told to."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import struct
import threading
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl

_XMLNS = 'xmlns="http://ses.amazonaws.com/doc/2010-12-01/"'
_TAG = re.compile("[A-Za-z0-9_-]{1,255}")
REQUEST_ID = "d7f0a1b2-0000-4000-8000-00000000c0de"
SIZE_LIMIT = 10_000_000

CUT = "read it, and close"
RESET = "read it, and reset"
SILENT = "read it, and say nothing"
LATE = "read it, and respond after five seconds"
ACCEPT_AND_CUT = "take the email, and close"
HANG_UP = "close at once"
BREAK_TLS = "read it, and respond without TLS"


def fault(status: int, code: str, message: str = "no") -> bytes:
    """Return a response that rejects, as SES writes it."""
    body = (
        f"<ErrorResponse {_XMLNS}><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return response(status, body.encode())


def response(status: int, body: bytes, kind: str = "text/xml") -> bytes:
    """Return the bytes of a response."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


THROTTLED = fault(400, "Throttling", "Maximum sending rate exceeded.")
QUOTA = fault(400, "Throttling", "Daily message quota exceeded.")


class FakeSES:
    """
    A server whose every connection has a thread.

    Attributes:
        script: Steps for the next requests, once each: a word as above, the bytes of a response, or a function that is
            called before the response.
        posts: The parameters of every request that was read whole.
        accepted: The parameters of the emails that were accepted.
        connections: The number of connections.
    """

    def __init__(self, *script: Any, tls: ssl.SSLContext | None = None, before_handshake: Any = None) -> None:
        self.script = list(script)
        self._before_handshake = before_handshake
        self.posts: list[dict[str, str]] = []
        self.accepted: list[dict[str, str]] = []
        self.connections = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._start(self._listen)

    def _start(self, work: Any, *given: Any) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            if self._next_is(HANG_UP):
                return
            if self._tls:
                if self._before_handshake is not None:
                    self._before_handshake()
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection, connection.makefile("rb") as file:
                while self._exchange(connection, file):
                    pass

    def _next(self) -> Any:
        with self._lock:
            return self.script.pop(0) if self.script else None

    def _next_is(self, act: str) -> bool:
        with self._lock:
            return self.script[:1] == [act] and self.script.pop(0) == act

    def _exchange(self, connection: socket.socket, file: Any) -> bool:
        """Read one request, and respond to it; False ends the connection."""
        if file.peek(1)[:1] != b"P":  # of POST: neither an end nor the start of TLS
            return False
        file.readline()
        length = 0
        while (line := file.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = file.read(length)
        if len(body) < length:
            return False
        given = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10_000))
        self.posts.append(given)
        act = self._next()
        if act in (None, LATE):
            self._ended.wait(5 if act else 0)
            connection.sendall(self._judge(given))
        elif isinstance(act, bytes):
            connection.sendall(act)
        elif callable(act):
            act()
            connection.sendall(self._judge(given))
        elif act == SILENT:
            self._ended.wait(30)
        elif act == ACCEPT_AND_CUT:
            self._judge(given)
        elif act == BREAK_TLS:
            with socket.socket(fileno=connection.detach()) as bare:
                bare.sendall(b"HTTP/1.1 200 OK\r\n\r\n" * 10)
                bare.shutdown(socket.SHUT_WR)
                bare.recv(1)
        elif act == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return act is None or isinstance(act, bytes) or callable(act)

    def _judge(self, given: dict[str, str]) -> bytes:
        why = _rejection(given)
        if why:
            return fault(400, *why)
        self.accepted.append(given)
        kind = f"{given['Action']}R"
        body = (
            f"<{kind}esponse {_XMLNS}><{kind}esult><MessageId>0100-{len(self.accepted)}</MessageId></{kind}esult>"
            f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{kind}esponse>"
        )
        return response(200, body.encode())

    def close(self) -> None:
        """Hang up, and wait for every thread."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5)


def members(given: dict[str, str], name: str) -> list[str]:
    """Return the items of a list of the query protocol."""
    return [value for key, value in given.items() if re.fullmatch(rf"{re.escape(name)}\.member\.\d+", key)]


def _rejection(given: dict[str, str]) -> tuple[str, str] | None:
    """Return the code and words that SES rejects a request with, by the rules that SES documents."""
    raw = given["Action"] == "SendRawEmail"
    lists = ("Destinations",) if raw else tuple(f"Destination.{name}Addresses" for name in ("To", "Cc", "Bcc"))
    recipients = [address for name in lists for address in members(given, name)]
    if any(value == "" and not key.endswith(".Data") for key, value in given.items()):
        return "InvalidParameterValue", "Empty parameter."
    if not 1 <= len(recipients) <= 50:
        return "InvalidParameterValue", f"Recipient count {len(recipients)}."
    sources = [given["Source"], *recipients, *members(given, "ReplyToAddresses")]
    if not all(text.isascii() and len(text) and "@" in parseaddr(text)[1] for text in sources):
        return "InvalidParameterValue", "Local address contains control or whitespace, or is not ASCII."
    for key, value in given.items():
        if key.startswith("Tags.") and not _TAG.fullmatch(value):
            return "InvalidParameterValue", f"Invalid tag <{value}>."
    if raw:
        data = base64.b64decode(given["RawMessage.Data"])
        if len(data) > SIZE_LIMIT:
            return "InvalidParameterValue", "Message length is more than 10000000 bytes long."
        if not data.isascii():
            return "InvalidParameterValue", "Raw message is not 7-bit."
    return _unverified(parseaddr(given["Source"])[1])


def _unverified(source: str) -> tuple[str, str] | None:
    if source.endswith("@unverified.example.com"):
        return "MessageRejected", "Email address is not verified."
    return None


def raw_message(given: dict[str, str]) -> Any:
    """Return the parsed MIME of a request."""
    return message_from_bytes(base64.b64decode(given["RawMessage.Data"]))


def decoded(text: str) -> str:
    """Return a header's text without encoded words."""
    return str(make_header(decode_header(text)))
