"""SMTP over a Unix domain socket: a server on the same machine, reached by a path."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl

import pytest
from aiosmtpd.controller import UnixSocketController

from emailapi import (
    ConfigurationError,
    ConnectionFailed,
    Fallback,
    MemoryTransport,
    Outcome,
    SMTPTransport,
)
from emailapi.transports.smtp import send

from .conftest import QUICK
from .emails import READY, new_email
from .scripted import Talk, polite


class Keeper:
    """A handler of aiosmtpd that keeps what it is sent."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(envelope)
        return "250 2.0.0 Ok: queued as 4Q9zT1"


@pytest.fixture
def keeper(folder, closing):
    """Give an aiosmtpd on the path `keeper.path`."""
    handler = Keeper()
    handler.path = str(folder / "aiosmtpd")
    controller = UnixSocketController(handler, unix_socket=handler.path)
    controller.start()
    closing.callback(controller.stop)
    return handler


def test_emails_can_be_sent_over_a_unix_socket(keeper, connect):
    with connect(keeper) as transport:
        results = [transport.send(new_email()), *transport.send_batch([new_email(), new_email()])]
    assert [result.message_id for result in results] == ["4Q9zT1"] * 3
    assert len(keeper.envelopes) == 3


@pytest.mark.parametrize("as_path", [str, os.fspath, lambda path: path], ids=["str", "fspath", "Path"])
def test_send_accepts_a_path(as_path, folder, keeper):
    assert send(READY, socket_path=as_path(folder / "aiosmtpd")).message_id == "4Q9zT1"


def test_the_connection_is_reused(script_on_path, connect):
    server = script_on_path(polite())
    transport = connect(server)
    transport.send(new_email())
    transport.send(new_email())
    assert (server.connections, len(server.messages)) == (1, 2)


def test_tls_is_not_used_and_authentication_is_allowed(script_on_path, connect):
    """A socket is as local as loopback; STARTTLS would protect bytes that never leave the machine."""
    server = script_on_path(polite("STARTTLS", "AUTH PLAIN", auth=b"235 ok"))
    connect(server, username="user", password="secret").send(new_email())
    assert server.verbs()[:2] == ["EHLO", "AUTH"]


@pytest.mark.parametrize("machine, name", [("web1", "localhost"), ("web1.example.com", "web1.example.com")])
def test_ehlo_has_no_address(machine, name, script_on_path, connect, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    server = script_on_path(polite())
    connect(server).send(new_email())
    assert server.seen[0] == f"ehlo {name}"


@pytest.mark.usefixtures("greeted_late")
def test_a_slow_greeting_is_waited_for(script_on_path, connect):
    """There is no port that could wait for TLS: nothing but the greeting is waited for."""
    server = script_on_path(polite(greeting=lambda talk: (talk.server.stopping.wait(0.3), talk.say(b"220 here"))))
    connect(server).send(new_email())
    assert server.connections == 1


def test_the_repr_shows_the_path():
    transport = SMTPTransport(socket_path="/run/smtp")
    assert (transport.hostname, transport.port, transport.socket_path) == (None, None, "/run/smtp")
    assert repr(transport) == "SMTPTransport(socket_path='/run/smtp')"


@pytest.mark.parametrize(
    "option, value",
    [
        ("hostname", "localhost"),
        ("port", 25),
        ("source_address", ("127.0.0.1", 0)),
        ("tls", "required"),
        ("tls", "implicit"),
        ("tls", "opportunistic"),
        ("use_tls", True),
        ("start_tls", True),
        ("cert_bundle", "ca.pem"),
        ("client_cert", "client.pem"),
        ("client_key", "client.key"),
        ("tls_context", ssl.create_default_context()),
    ],
)
def test_a_tcp_option_contradicts_a_path(option, value):
    with pytest.raises(ConfigurationError, match=rf"^socket_path and {option} contradict each other"):
        SMTPTransport(socket_path="/run/smtp", **{option: value})


@pytest.mark.parametrize("options", [{"tls": "none"}, {"use_tls": False}, {"start_tls": False}, {"tls": None}])
def test_an_option_of_none_does_not_contradict_a_path(options):
    assert SMTPTransport(socket_path="/run/smtp", **options).socket_path == "/run/smtp"


def test_a_host_or_a_path_is_required():
    with pytest.raises(ConfigurationError, match="pass hostname or socket_path"):
        SMTPTransport()


@pytest.mark.parametrize(
    "path, why",
    [
        ("", "must be the path"),
        (b"/run/smtp", "must be the path"),
        (7, "must be the path"),
        ("\0abstract", "no abstract socket"),
        ("/run/\0smtp", "without NUL"),
        ("/run/\ud800", "character"),
    ],
)
def test_a_path_of_a_wrong_type_is_rejected(path, why):
    with pytest.raises(ConfigurationError, match=rf"^socket_path .*{why}"):
        SMTPTransport(socket_path=path)


def test_a_platform_without_unix_sockets_is_an_error(monkeypatch):
    monkeypatch.delattr(socket, "AF_UNIX")
    with pytest.raises(ConfigurationError, match=r"^socket_path .*no Unix domain sockets"):
        SMTPTransport(socket_path="/run/smtp")


def failure_at(path):
    """Return the error of a send to a path without a server."""
    with pytest.raises(ConnectionFailed) as caught:
        SMTPTransport(socket_path=path, retry=QUICK).send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


def test_a_missing_path_is_retryable(folder):
    """A server makes its path anew when it is restarted."""
    error = failure_at(folder / "missing")
    assert "socket_path does not exist" in error.message
    assert str(folder / "missing") in error.message
    assert (error.retryable, error.attempts) == (True, 3)


def test_a_stopped_server_is_retryable(folder):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
    error = failure_at(folder / "s")
    assert "refused" in error.message
    assert (error.retryable, error.attempts) == (True, 3)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_path_that_is_not_a_socket_is_an_error(kind, folder):
    path = folder
    if kind == "file":
        path = folder / "file"
        path.touch()
    error = failure_at(path)
    assert "socket_path is not a Unix domain socket" in error.message
    assert (error.retryable, error.attempts) == (False, 1)


def test_a_datagram_socket_is_an_error(folder):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(folder / "s"))
        assert "cannot connect" in failure_at(folder / "s").message


def test_a_path_that_is_too_long_is_rejected(folder):
    error = failure_at(folder / ("x" * 200))
    assert "bytes, which is too long for a Unix domain socket" in error.message
    assert (error.retryable, error.attempts) == (False, 1)


@contextlib.contextmanager
def without_permissions():
    """Act as the user without permissions, where the tests are run by root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_path_without_permission_is_an_error(script_on_path):
    server = script_on_path(polite())
    os.chmod(server.path, 0)
    with without_permissions():
        error = failure_at(server.path)
    assert "permission denied for socket_path" in error.message
    assert (error.retryable, error.attempts) == (False, 1)


def test_a_path_that_cannot_be_printed_is_escaped():
    error = failure_at("/run/\udcff\n")
    assert error.message.endswith(r"('/run/\udcff\n')")


def test_a_server_of_another_protocol_names_the_option(script_on_path):
    server = script_on_path(lambda talk: talk.say(b"* OK IMAP ready"))
    assert "check socket_path=" in failure_at(server.path).message


def test_a_broken_connection_is_replaced(script_on_path, connect):
    server = script_on_path(polite(mail=Talk.cut), polite())
    assert connect(server).send(new_email()).message_id == "4XYZ"
    assert server.connections == 2


@pytest.mark.costly
def test_a_server_on_a_path_can_be_a_fallback(keeper, connect, folder):
    gone = SMTPTransport(socket_path=folder / "missing")
    with Fallback(gone, connect(keeper)) as pair:
        assert pair.send(new_email()).message_id == "4Q9zT1"
    with Fallback(SMTPTransport(socket_path=folder / "missing"), MemoryTransport()) as pair:
        assert pair.send(new_email()).via == "memory"
