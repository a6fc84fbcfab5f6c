"""Servers to send to: aiosmtpd, scripted ones, and what they encrypt with."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
import trustme

from emailapi import LMTPTransport, Retry, SMTPTransport
from emailapi._net import readiness
from emailapi.transports.smtp import connect as connect_module

from .listener import Listener
from .scripted import Scripted

T = TypeVar("T", bound=SMTPTransport)
QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)


@attrs.frozen
class Trust:
    """
    A certificate authority, and contexts of servers it vouches for.

    Attributes:
        bundle: The file of its certificate.
        server: Of a server on this machine.
        stranger: Of a server of another name.
        client_cert: The file of a client's certificate and key.
        strict: Of a server that wants a client's certificate.
    """

    bundle: str
    server: ssl.SSLContext
    stranger: ssl.SSLContext
    client_cert: str
    strict: ssl.SSLContext


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Give certificates, made once."""
    authority = trustme.CA()
    folder: Path = tmp_path_factory.mktemp("certificates")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("client@example.com").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")

    def server(*names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        return context

    strict = server("localhost", "127.0.0.1")
    strict.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(strict)
    return Trust(
        bundle=str(folder / "ca.pem"),
        server=server("localhost", "127.0.0.1"),
        stranger=server("mail.example"),
        client_cert=str(folder / "client.pem"),
        strict=strict,
    )


@pytest.fixture(autouse=True)
def greeted_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no server for one that waits for TLS, which costs a second connection, because the machine stood still."""
    monkeypatch.setattr(connect_module, "SILENCE_SECONDS", 60.0)


@pytest.fixture
def greeted_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a server that is silent for 0.1 seconds for one that waits for TLS."""
    monkeypatch.setattr(connect_module, "readiness", lambda sock, seconds: readiness(sock, min(seconds, 0.1)))


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    """Close after the test what was opened in it."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def listen(closing: contextlib.ExitStack) -> Callable[..., Listener]:
    """Give `listen(**options)`: an aiosmtpd that keeps what it is sent."""

    def start(**options: Any) -> Listener:
        return closing.enter_context(Listener(**options))

    return start


@pytest.fixture
def script(closing: contextlib.ExitStack) -> Callable[..., Scripted]:
    """Give `script(*scripts)`: a server that does for each connection what its script says."""

    def start(*scripts: Any, **options: Any) -> Scripted:
        server = Scripted(*scripts, **options)
        closing.callback(server.close)
        return server

    return start


@pytest.fixture
def folder(closing: contextlib.ExitStack) -> Path:
    """Give a folder whose path is short enough for those of Unix domain sockets; servers in it are closed before it."""
    return Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="smtp-", dir="/tmp")))


@pytest.fixture
def script_on_path(script: Callable[..., Scripted], folder: Path) -> Callable[..., Scripted]:
    """Give `script_on_path(*scripts)`: as `script`, on a Unix domain socket."""

    def start(*scripts: Any) -> Scripted:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "s"))
        listener.listen()
        return script(*scripts, listener=listener)

    return start


@pytest.fixture
def connect(closing: contextlib.ExitStack) -> Callable[..., SMTPTransport]:
    """Give `connect(server, **options)`: a transport to it, with short waits."""
    return maker(SMTPTransport, closing)


@pytest.fixture
def connect_lmtp(closing: contextlib.ExitStack) -> Callable[..., LMTPTransport]:
    """Give `connect_lmtp(server, **options)`: as `connect`, by LMTP."""
    return maker(LMTPTransport, closing)


def maker(kind: type[T], closing: contextlib.ExitStack) -> Callable[..., T]:
    """Return what makes transports to servers on a port or on a path, with short waits."""

    def make(server: Any, hostname: str = "127.0.0.1", **options: Any) -> T:
        path = getattr(server, "path", "")
        place = {"socket_path": path} if path else {"hostname": hostname, "port": server.port}
        transport = kind(**{**place, "retry": QUICK, "timeout": 5.0, **options})
        closing.callback(transport.close)
        return transport

    return make
