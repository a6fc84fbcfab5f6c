"""Which failure comes before the request and which after, on real sockets: exceptions' types do not say it."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
import trustme

from emailapi import ConfigurationError, ConnectionFailed, DeadlineExceeded, DeliveryUnknown, Outcome, Retry

from ...ports import unused_port
from .conftest import new_email
from .fake import BREAK_TLS, HANG_UP

AUTHORITY = trustme.CA()


@pytest.fixture
def tls() -> ssl.SSLContext:
    """Make a server's side of TLS for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def trusted(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 trust the tests' authority."""
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(path))


def fails(send: Callable[[Any], object], attempts: int = 4, retryable: bool = True) -> ConnectionFailed:
    """Send an email for which there is no connection."""
    with pytest.raises(ConnectionFailed) as caught:
        send(new_email())
    error = caught.value
    assert error.outcome is Outcome.NOT_SENT
    assert error.retryable is retryable
    assert error.attempts == attempts
    assert error.__context__ is None
    return error


def test_a_refused_connection_is_retried(connect):
    assert "refused" in str(fails(connect(f"http://localhost:{unused_port()}").send))


@pytest.mark.costly
def test_an_unresolvable_host_name_is_retried(connect):
    """Nothing was sent to a name that cannot be resolved."""
    fails(connect("http://nobody.invalid").send)


def test_a_failed_connection_of_a_given_client_is_retried(boto, connect):
    client = boto(f"http://localhost:{unused_port()}", retries={"mode": "standard", "max_attempts": 5})
    fails(connect("", client=client, retry=Retry(attempts=2, initial=0.001)).send, attempts=2)


def test_a_failed_tls_handshake_is_retried(serve, connect, tls, trusted):
    service = serve(HANG_UP, HANG_UP, tls=tls)
    assert connect(service.url).send(new_email()).message_id
    assert service.connections == 3
    assert len(service.accepted) == 1


@pytest.mark.costly
def test_tls_to_a_plain_server_is_not_sent(serve, connect):
    service = serve()
    fails(connect(service.url.replace("http:", "https:")).send)
    assert not service.posts


@pytest.mark.costly
def test_an_untrusted_certificate_is_not_retried(serve, connect, tls):
    service = serve(tls=tls)
    assert "not trusted" in str(fails(connect(service.url).send, attempts=1, retryable=False))
    assert service.connections == 1


def test_tls_that_breaks_after_the_request_is_unknown(serve, connect, tls, trusted):
    """An `SSLError` that comes while the response is read is not a failed handshake: the email is not sent again."""
    service = serve(BREAK_TLS, tls=tls)
    with pytest.raises(DeliveryUnknown, match="TLS failed"):
        connect(service.url).send(new_email())
    assert len(service.posts) == service.connections == 1


def test_a_proxy_without_a_tunnel_sent_nothing(connect, monkeypatch):
    listener = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []

    def reject() -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                heads.append(connection.recv(1024))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=reject, daemon=True)
    thread.start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
    transport = connect("https://ses.invalid", retry=Retry(attempts=2, initial=0.001))
    fails(transport.send, attempts=2)
    thread.join(5)
    listener.close()
    assert [head.split()[0] for head in heads] == [b"CONNECT"] * 2
    fails(transport.send, attempts=2)


def test_no_email_is_sent_after_a_handshake_beyond_the_deadline(serve, boto, connect, clock, tls, trusted):
    service = serve(tls=tls, before_handshake=lambda: clock.advance(60.0))
    client = boto(service.url, connect_timeout=30)
    with pytest.raises(DeadlineExceeded) as caught:
        connect("", client=client, deadline=30.0).send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert service.connections == 1
    assert not service.posts


def test_a_connection_is_reused_until_it_was_idle_too_long(serve, connect):
    service = serve()
    transport = connect(service.url)
    with time_machine.travel("2027-01-01T00:00:00Z", tick=False) as clock:
        transport.send(new_email())
        transport.send(new_email())
        assert service.connections == 1
        clock.shift(timedelta(minutes=5))
        transport.send(new_email())
    assert service.connections == 2


def test_each_process_has_its_own_connection(serve, connect, monkeypatch):
    service = serve()
    transport = connect(service.url)
    transport.send(new_email())
    monkeypatch.setattr(os, "getpid", lambda: 1)
    transport.send(new_email())
    assert service.connections == 2


@pytest.mark.parametrize("kind", ["gone", "broken", "refused"])
def test_credentials_that_cannot_be_loaded_are_a_configuration_error(serve, boto, connect, monkeypatch, kind):
    """Credentials that are looked for when an email is signed, and are not there, are a `ConfigurationError`."""
    from botocore import exceptions

    raised = {
        "gone": exceptions.NoCredentialsError(),
        "broken": exceptions.CredentialRetrievalError(provider="sso", error_msg="the session has expired"),
        "refused": exceptions.ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole"),
    }[kind]
    service = serve()
    client = boto(service.url)

    def sign(**_: object) -> None:
        raise raised

    client.meta.events.register("before-sign.ses.SendEmail", sign)
    with pytest.raises(ConfigurationError, match="redentials"):
        connect("", client=client).send(new_email())
    assert not service.posts
