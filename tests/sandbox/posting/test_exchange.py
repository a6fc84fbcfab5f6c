"""One request and its response: redirects, silence, TLS, nonsense."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
import trustme

from emailapi import Email, HttpHeader
from emailapi.sandbox.posting import exchange, sending

from ...ports import unused_port
from .conftest import ALL, Receiver

EMAIL = Email(to="ada@example.com", text_body="Hello")


@pytest.fixture
def post(client, sandbox):
    """Posts one event to a URL, and returns the attempt."""

    def post(url, **settings):
        for webhook in client.webhooks.list():
            client.webhooks.delete(webhook.id)
        client.webhooks.create(url=url, triggers=ALL, **settings)
        client.outbound.send(EMAIL)
        sandbox.clock.wait_idle(120)
        return sandbox.webhooks.attempts(limit=1)[0]

    return post


@pytest.fixture
def raw() -> Iterator[Callable[[bytes | None], int]]:
    """Makes endpoints that send these bytes to each connection, whatever it sends; None sends nothing."""
    with ExitStack() as closing:

        def serve(response: bytes | None) -> int:
            listening = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=run, args=(listening, response), daemon=True)
            thread.start()
            return int(listening.getsockname()[1])

        def run(listening: socket.socket, response: bytes | None) -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    closing.callback(connection.close)
                    connection.recv(65536)
                    if response is not None:
                        connection.sendall(response)
                        connection.shutdown(socket.SHUT_WR)

        yield serve


def _redirect(receiver: Receiver, status: int, location: str) -> None:
    receiver.respond = lambda request: 200 if request.path == "/end" else (status, [("Location", location)], b"moved")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_with_the_same_request(receiver, post, status):
    _redirect(receiver, status, "/end")
    attempt = post(receiver.url(login="u:p@"))
    assert (attempt.status, attempt.url, attempt.number) == (200, receiver.url("/end"), 1)
    first, second = receiver.requests
    assert (second.method, second.body, second.headers["AUTHORIZATION"]) == (
        "POST", first.body, first.headers["AUTHORIZATION"]
    )  # fmt: skip


def test_see_other_is_followed_by_get(receiver, post):
    _redirect(receiver, 303, "/end")
    assert post(receiver.url()).status == 200
    assert [(request.method, bool(request.body)) for request in receiver.requests] == [("POST", True), ("GET", False)]


def test_ten_redirects_are_followed_and_no_more(receiver, post):
    def step(limit):
        def respond(request):
            number = int(request.path.rpartition("/")[2])
            return 200 if number == limit else (302, [("Location", f"/{number + 1}")], b"")

        return respond

    receiver.respond = step(10)
    assert post(receiver.url("/0")).status == 200
    receiver.respond = step(99)
    attempt = post(receiver.url("/0"))
    assert (attempt.error, attempt.retry_at) == ("there were more than 10 redirects", None)


@pytest.mark.parametrize(
    "location",
    ["http://192.0.2.1/x", "https://hooks.example.com/", "//hooks.example.com/x", "http://[::ffff:10.0.0.1]/"],
)
def test_a_redirect_to_another_machine_is_not_followed(receiver, post, location):
    _redirect(receiver, 307, location)
    attempt = post(receiver.url())
    assert attempt.status is None
    assert "is not this machine" in attempt.hint
    assert attempt.retry_at is None
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://:80", "http://[x"])
def test_a_redirect_to_an_invalid_url_is_not_followed(receiver, post, location):
    _redirect(receiver, 302, location)
    assert post(receiver.url()).error == "the redirect does not lead to a URL with http or https"


def test_another_origin_gets_no_credentials(receiver, endpoint, post):
    other = Receiver()
    other.port = endpoint(other)
    _redirect(receiver, 307, other.url("/end"))
    headers = [HttpHeader(name="X-Secret", value="s")]
    attempt = post(receiver.url(login="u:p@"), http_headers=headers)
    assert attempt.url == other.url("/end")
    (request,) = other.requests
    assert not {"AUTHORIZATION", "X_SECRET"} & set(request.headers)
    assert request.headers["X_PM_WEBHOOK_TRACE_ID"] == attempt.trace_id


def test_a_missing_endpoint_is_a_failed_attempt(post):
    port = unused_port()
    attempt = post(f"http://127.0.0.1:{port}/hooks")
    assert (attempt.status, attempt.accepted) == (None, False)
    assert attempt.error == attempt.hint == f"nothing listens on 127.0.0.1:{port}"
    assert attempt.retry_at is not None


def test_localhost_is_tried_by_each_of_its_addresses(receiver, post):
    assert post(f"http://localhost:{receiver.port}/x").status == 200
    assert receiver.requests[0].headers["HOST"] == f"localhost:{receiver.port}"
    port = unused_port()
    assert post(f"http://localhost:{port}/x").hint == f"nothing listens on localhost:{port}"


def test_a_silent_endpoint_ends_with_a_timeout_and_is_retried(monkeypatch, raw, post):
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    port = raw(None)
    attempt = post(f"http://127.0.0.1:{port}/")
    assert attempt.error == f"127.0.0.1:{port} did not respond within 0.2 s"
    assert attempt.retry_at is not None


def test_an_endless_response_ends_with_a_timeout(monkeypatch, post):
    monkeypatch.setattr(sending, "TIMEOUT", 0.5)
    ended = threading.Event()

    def drip(listening):
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not ended.wait(0.01):
                    connection.sendall(b"X-More: 1\r\n"[:1])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        attempt = post(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        ended.set()
        thread.join(60)
    assert "did not respond within 0.5 s" in attempt.error


@pytest.mark.parametrize(
    "response",
    [b"", b"\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500],
    ids=["nothing", "lines", "ssh", "status", "headers"],
)
def test_an_invalid_response_is_a_failed_attempt(raw, post, response):
    attempt = post(f"http://127.0.0.1:{raw(response)}/")
    assert attempt.status is None
    assert "closed the connection without a valid response" in attempt.error


def test_a_truncated_body_keeps_the_status(raw, post):
    port = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
    attempt = post(f"http://127.0.0.1:{port}/")
    assert (attempt.status, attempt.accepted) == (200, True)


def test_the_beginning_of_a_response_is_stored(receiver, post):
    receiver.respond = lambda _request: (200, [("X-Long", "y" * 5_000)], b"z" * 1_000_000)
    attempt = post(receiver.url())
    assert attempt.response_body == b"z" * exchange.BODY_KEPT == b"z" * 10_000
    assert len(attempt.response_headers["X-Long"]) == 1_000


@pytest.mark.costly
def test_tls_certificates_are_verified(monkeypatch, endpoint, receiver, post, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as secure:
                        while not secure.recv(65536).endswith(b"}"):
                            pass
                        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        attempt = post(f"https://localhost:{port}/")
        assert attempt.hint.startswith(f"the certificate of localhost:{port} is not valid")
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert post(f"https://localhost:{port}/").accepted
        # The certificate is one for localhost.
        assert "is not valid" in post(f"https://127.0.0.1:{port}/").hint


@pytest.mark.costly
def test_https_to_a_plain_http_server_is_a_failed_attempt(raw, post):
    port = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert post(f"https://127.0.0.1:{port}/").hint.startswith(f"127.0.0.1:{port} does not speak TLS")


@pytest.mark.parametrize(
    "name, value, code",
    [
        ("Host", "evil", 1358),
        ("Content-Length", "5", 1358),
        ("Transfer-Encoding", "chunked", 1358),
        ("X-A\r\nX-B", "1", 1358),
        ("X-A:", "1", 1358),
        ("", "1", 1358),
        ("X-A", "1\r\nX-B: 2", 1361),
        ("X-A", "1\nX-B: 2", 1361),
    ],
)
def test_hostile_headers_are_rejected(api, receiver, rejected, name, value, code):
    fields = {"Url": receiver.url(), "HttpHeaders": [{"Name": name, "Value": value}]}
    rejected(api.post("/webhooks", fields), 422, code)


def test_a_user_agent_header_of_the_webhook_replaces_the_default(receiver, post):
    post(receiver.url(), http_headers=[HttpHeader(name="User-Agent", value="mine")])
    assert receiver.requests[0].headers["USER_AGENT"] == "mine"
