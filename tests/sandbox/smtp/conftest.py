"""Connections to the SMTP port of a sandbox."""

from __future__ import annotations

import base64
import smtplib
import socket
from collections.abc import Callable, Iterator

import pytest

from emailapi.sandbox import Sandbox

MESSAGE = b"From: Shop <shop@example.com>\r\nTo: Dana <dana@example.com>\r\nSubject: Hello\r\n\r\nGood morning\r\n"


class Connection:
    """A connection that sends bytes, and reads whole replies."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.socket = socket.create_connection((sandbox.smtp_host, sandbox.smtp_port), timeout=60)
        self._file = self.socket.makefile("rb")

    def read(self) -> str:
        """Return the last line of the next reply; empty when the connection is closed."""
        while (line := self._file.readline())[3:4] == b"-":
            pass
        return line.decode().rstrip()

    def ask(self, command: bytes | str) -> str:
        self.socket.sendall(command if isinstance(command, bytes) else command.encode() + b"\r\n")
        return self.read()

    def begin(self, token: str, *recipients: str) -> None:
        """Log in, and name sender and recipients."""
        assert self.read().startswith("220")
        self.ask("EHLO here")
        if token:
            with_token = f"\0{token}\0{token}".encode()
            assert self.ask(f"AUTH PLAIN {base64.b64encode(with_token).decode()}").startswith("235")
        assert self.ask("MAIL FROM:<shop@example.com>").startswith("250")
        for recipient in recipients:
            assert self.ask(f"RCPT TO:<{recipient}>").startswith("250")

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Connection]]:
    """Opens connections, and closes them."""
    opened: list[Connection] = []

    def make(to: Sandbox | None = None) -> Connection:
        opened.append(Connection(to or sandbox))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def smtp(sandbox: Sandbox) -> Iterator[smtplib.SMTP]:
    """The standard library's client, logged in."""
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, local_hostname="here", timeout=60) as client:
        client.login(sandbox.token, sandbox.token)
        yield client


@pytest.fixture
def send(smtp: smtplib.SMTP) -> Callable[..., str]:
    """Sends a message, and returns its id."""

    def send(message: bytes = MESSAGE, *recipients: str) -> str:
        smtp.mail("shop@example.com")
        for recipient in recipients or ("dana@example.com",):
            assert smtp.rcpt(recipient)[0] == 250
        code, reply = smtp.data(message)
        assert code == 250, reply
        return reply.decode().rpartition(" ")[2]

    return send


@pytest.fixture
def with_headers() -> Callable[..., bytes]:
    """Returns the usual message with more headers."""
    return lambda *lines: "".join(f"{line}\r\n" for line in lines).encode() + MESSAGE
