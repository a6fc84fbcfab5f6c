"""Servers on real sockets that respond as they are told to, and count what reached them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import emailapi

TOKEN = "5ecre7-t0ken-0f-a-server"


@attrs.frozen
class Seen:
    """One request that reached a peer whole."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        """The body's JSON value."""
        return json.loads(self.body)


class Peer:
    """
    A server whose every connection has a thread.

    It responses each request with the next of `responses`, the last one again and again: bytes as they stand, what a
    function makes of the request, `"reset"`, `"close"`, `"silence"`, `"garbage"`, or a port to tunnel a CONNECT to.
    """

    def __init__(self, *responses: Any, tls: ssl.SSLContext | None = None, greeting: str | bytes = "") -> None:
        """Listen; `greeting` (bytes, `"reset"`, `"silence"`) is done to a connection at its first byte."""
        self.responses = list(responses)
        self.tls = tls
        self.greeting = greeting
        self.seen: list[Seen] = []
        self.connections = 0
        self._stopping = threading.Event()
        self._wake, self._stop = socket.socketpair()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while self._ready(self._listener):
            connection, _ = self._listener.accept()
            self.connections += 1
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            closing.callback(lambda: connection.close())
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greeting:
                connection.recv(65536)
                self._do(connection, self.greeting)
                return
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            reader = closing.enter_context(connection.makefile("rb"))
            while self._ready(connection):
                seen = _read(reader, number)
                if seen is None or not self._respond(connection, seen):
                    return

    def _ready(self, *sockets: socket.socket) -> list[socket.socket]:
        ready = select.select([*sockets, self._wake], [], [])[0]
        return [] if self._wake in ready else ready

    def _respond(self, connection: socket.socket, seen: Seen) -> bool:
        with self._lock:
            self.seen.append(seen)
            response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        response = response(seen) if callable(response) else response
        if isinstance(response, bytes):
            connection.sendall(response)
            return b"\r\nConnection: close" not in response
        self._do(connection, response)
        return False

    def _do(self, connection: socket.socket, what: bytes | str | int) -> None:
        if isinstance(what, bytes):
            connection.sendall(what)
            connection.recv(65536)
        elif what == "garbage":  # past the TLS layer
            os.write(connection.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
            self._stopping.wait(0.2)
        elif what == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif what == "silence":
            self._stopping.wait(10)
        elif isinstance(what, int):
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", what)) as other:
                self._pump(connection, other)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        while sockets := self._ready(one, other):
            for ready in sockets:
                data = ready.recv(65536)
                if not data:
                    return
                (other if ready is one else one).sendall(data)

    def close(self) -> None:
        """Stop, and wait for every connection's end."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._stop.send(b"x")
        for thread in list(self._threads):
            thread.join(5)
        for each in (self._listener, self._wake, self._stop):
            each.close()


def _read(reader: Any, connection: int) -> Seen | None:
    first = reader.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while (line := reader.readline().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    body = reader.read(int(headers.get("Content-Length", 0)))
    return Seen(first[0], first[1], headers, body, connection)


def reply(value: object, status: int = 200, **headers: str) -> bytes:
    """Return the bytes of a response; a value that is not bytes becomes JSON."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine says of CA bundles and logins."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., Peer]]:
    """Start a peer; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def start(*responses: Any, **options: Any) -> Peer:
            peer = Peer(*responses, **options)
            closing.callback(peer.close)
            return peer

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., emailapi.Client]]:
    """Make a client with `TOKEN` that tries once and looks nothing up; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def make(base_url: str, **options: Any) -> emailapi.Client:
            once = {"retry": emailapi.Retry(attempts=1), "reconcile": False, **options}
            return closing.enter_context(emailapi.Client(TOKEN, base_url=base_url, **once))

        yield make


@pytest.fixture(name="reply")
def _reply() -> Callable[..., bytes]:
    return reply


@pytest.fixture
def token() -> str:
    """Return the token of `connect`'s clients."""
    return TOKEN


@pytest.fixture(scope="session")
def authority() -> Any:
    """Return a certificate authority that is not trusted yet."""
    import trustme

    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of its certificate."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def tls(authority: Any) -> Callable[..., ssl.SSLContext]:
    """Make a server's TLS context for some host names."""

    def make(*hosts: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*(hosts or ("127.0.0.1",))).configure_cert(context)
        return context

    return make


@pytest.fixture
def accepted() -> Callable[[Seen], bytes]:
    """Respond as the service does when all is well: one email, a batch, a listing or a message."""
    ok = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d", "To": "a@example.com"}

    def respond(seen: Seen) -> bytes:
        if seen.target.endswith("/email/batch"):
            return reply([ok for _ in seen.json])
        if seen.target.endswith("/email"):
            return reply({**ok, "Message": seen.json["Subject"], "To": seen.json["To"]})
        return reply({"TotalCount": 0, "Messages": [], "MessageID": "".join(seen.target.split("/")[3:4])})

    return respond
