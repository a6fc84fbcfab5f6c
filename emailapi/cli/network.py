"""A network that fails, for the demo: a relay that loses a response or stops, and a small SMTP server. All is real."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing import Self

# How often an open connection looks whether its server has been stopped.
_TICK = 0.05


class _Server(socketserver.ThreadingTCPServer):
    """Serves on a free port of the loopback interface, until the end of its `with` block."""

    stopped = False

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(_TICK,), daemon=True)

    @property
    def port(self) -> int:
        """The port."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening, and close the open connections; on return this has happened."""
        if not self.stopped:
            self.stopped = True
            self.shutdown()
            self.server_close()  # waits for the connections' threads

    def handle_error(self, *_: object) -> None:
        """Ignore a connection that broke; the demo sees what its client makes of it."""


class _RelayedConnection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        client: socket.socket = self.request
        with socket.create_connection(self.server.target) as service:
            while not self.server.stopped:
                for end in select.select([client, service], [], [], _TICK)[0]:
                    data = end.recv(65_536)
                    if not data or (end is service and self.server.loses_response()):
                        return
                    (client if end is service else service).sendall(data)


class Relay(_Server):
    """
    Passes the bytes of connections to a server and back.

    Attributes:
        target: Host and port of the server.
        url: The URL of the relay.
    """

    def __init__(self, url: str) -> None:
        """Listen, as a relay to the server with this URL."""
        parts = urlsplit(url)
        self.target = parts.hostname or "", parts.port or 80
        super().__init__(_RelayedConnection)
        self.url = f"http://127.0.0.1:{self.port}"
        self._losing = threading.Event()

    def lose_next_response(self) -> None:
        """Close the next connection on which a response arrives, instead of passing the response on."""
        self._losing.set()

    def loses_response(self) -> bool:
        """Whether the response that has arrived is to be lost; the next one is not."""
        lost = self._losing.is_set()
        self._losing.clear()
        return lost


class _SMTPSession(socketserver.StreamRequestHandler):
    server: SMTPServer
    timeout = 10

    def handle(self) -> None:
        self._reply("220 localhost")
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"DATA":
                self._reply("354 go ahead")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                self.server.received += 1
            self._reply("221 bye" if command == b"QUIT" else "250 OK")
            if command == b"QUIT":
                return

    def _reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class SMTPServer(_Server):
    """
    Accepts every email, and keeps none.

    Attributes:
        received: Number of emails that were accepted.
    """

    def __init__(self) -> None:
        """Listen."""
        self.received = 0
        super().__init__(_SMTPSession)
