"""Statuses that say that nothing was carried out: of servers that want another connection, and of proxies."""

from __future__ import annotations

import socket

import pytest
import requests

from emailapi import (
    ConnectionFailed,
    DeadlineExceeded,
    Email,
    Hooks,
    Outcome,
    RateLimited,
    Retry,
    ServerError,
    ServiceUnavailable,
)
from emailapi.transports.memory import MemoryTransport

from ..ports import unused_port

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


@pytest.mark.parametrize("value", [b"", {"ErrorCode": 300, "Message": "x"}, {"ErrorCode": 405, "Message": "x"}])
@pytest.mark.parametrize("status", [421, 425])
def test_a_421_or_425_is_not_sent(status, value, serve, connect, reply, accepted):
    peer = serve(reply(value, status))
    with pytest.raises(ServiceUnavailable) as caught:
        connect(peer.url, retry=QUICK).outbound.send(EMAIL)
    assert (caught.value.outcome, caught.value.retryable, caught.value.attempts) == (Outcome.NOT_SENT, True, 3)
    peer = serve(reply(value, status), accepted)
    assert connect(peer.url, retry=QUICK).outbound.send(EMAIL).message == "Hello"


@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
@pytest.mark.parametrize("value", [b"", b"<html>", {"ErrorCode": 300, "Message": "x"}])
def test_a_proxy_that_requires_credentials_is_not_sent_and_is_named(value, own, serve, connect, reply, monkeypatch):
    """It is not asked again, and the fallback may send the email."""
    proxy = serve(reply(value, 407))
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pr0xy-pass@127.0.0.1:{proxy.port}")
    with requests.Session() as session:
        options = {"session": session if own else None, "allow_http": True, "retry": QUICK}
        client = connect("http://api.example", **options)
        for call in (lambda: client.outbound.send(EMAIL), lambda: client.messages.get("1")):
            with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{proxy.port}.*HTTPS_PROXY") as caught:
                call()
            assert (caught.value.outcome, caught.value.retryable) == (Outcome.NOT_SENT, False)
            assert "pr0xy-pass" not in str(caught.value)
        assert len(proxy.seen) == 2
        with_fallback = connect("http://api.example", fallback=MemoryTransport(), **options)
        assert with_fallback.outbound.send(EMAIL).via == "memory"


def test_a_proxy_of_a_session_that_requires_credentials_is_named(serve, connect, reply):
    proxy = serve(reply(b"", 407))
    with requests.Session() as session:
        session.proxies = {"http": f"http://user:pr0xy-pass@127.0.0.1:{proxy.port}"}
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{proxy.port} requires a login"):
            connect("http://api.example", session=session, allow_http=True).outbound.send(EMAIL)


def test_a_proxy_that_accepts_no_connection_is_named(connect, monkeypatch):
    port = unused_port()
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pr0xy-pass@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed, match=f"connection refused by the proxy 127.0.0.1:{port} ") as caught:
        connect("http://api.example", allow_http=True, retry=Retry(attempts=1)).outbound.send(EMAIL)
    assert "pr0xy-pass" not in str(caught.value)


def test_the_error_of_an_expired_deadline_names_last_attempt_reason_and_host(serve, connect):
    """A TLS client that waits for a server without TLS, as with `https://` and the port of a plain server."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        for seconds in ("0.2", "8"):
            with pytest.raises(DeadlineExceeded) as caught:
                connect(url, timeout=20, deadline=float(seconds)).messages.get("1")
            expected = f"the deadline passed in attempt 1: no connection within {seconds} s ({url}); raise deadline="
            if caught.value.message == expected:  # else the machine stood still before the connection was begun
                break
    assert caught.value.message == expected


@pytest.mark.parametrize("code", [10, 300, 405, 406, 429, 701])
def test_a_429_is_not_sent_whatever_its_code(code, serve, connect, reply, accepted):
    """The error is retryable, the request is repeated, and then the fallback sends the email."""
    busy = reply({"ErrorCode": code, "Message": "x"}, 429, Retry_After="0")
    peer = serve(busy)
    with pytest.raises(RateLimited) as caught:
        connect(peer.url, retry=QUICK).outbound.send(EMAIL)
    error = caught.value
    assert (error.outcome, error.retryable, error.code, error.attempts) == (Outcome.NOT_SENT, True, code, 3)
    assert connect(serve(busy, accepted).url, retry=QUICK).outbound.send(EMAIL).message == "Hello"
    with_fallback = connect(serve(busy).url, retry=QUICK, fallback=MemoryTransport())
    assert with_fallback.outbound.send(EMAIL).via == "memory"


@pytest.mark.parametrize("code", [None, 101, 405, 501])
@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_5xx_of_a_read_is_a_server_error_whatever_its_code(status, code, serve, connect, reply):
    peer = serve(reply({"ErrorCode": code, "Message": "x"}, status))
    with pytest.raises(ServerError) as caught:
        connect(peer.url, retry=QUICK).messages.get("1")
    assert (caught.value.retryable, caught.value.attempts, len(peer.seen)) == (True, 3, 3)


def test_hooks_get_the_407_of_a_proxy_as_a_response(serve, connect, reply, monkeypatch):
    proxy = serve(reply(b"", 407))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    told = []
    hooks = Hooks(on_response=lambda event: told.append(event.status), on_error=lambda event: told.append(event.status))
    with pytest.raises(ConnectionFailed) as caught:
        connect("http://api.example", allow_http=True, hooks=hooks).outbound.send(EMAIL)
    assert (told, caught.value.status) == ([407, 407], 407)
