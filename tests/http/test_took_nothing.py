"""Statuses that say that nothing was carried out: of servers that want another connection, and of proxies."""

from __future__ import annotations

import pytest
import requests

from emailapi import ConnectionFailed, Email, Outcome, Retry, ServiceUnavailable
from emailapi.transports.memory import MemoryTransport

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
MAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


@pytest.mark.parametrize("value", [b"", {"ErrorCode": 300, "Message": "x"}, {"ErrorCode": 405, "Message": "x"}])
@pytest.mark.parametrize("status", [421, 425])
def test_a_server_that_wants_another_connection_took_nothing(status, value, serve, connect, reply, accepted):
    peer = serve(reply(value, status))
    with pytest.raises(ServiceUnavailable) as caught:
        connect(peer.url, retry=QUICK).outbound.send(MAIL)
    assert (caught.value.outcome, caught.value.retryable, caught.value.attempts) == (Outcome.NOT_SENT, True, 3)
    peer = serve(reply(value, status), accepted)
    assert connect(peer.url, retry=QUICK).outbound.send(MAIL).message == "Hello"


@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
@pytest.mark.parametrize("value", [b"", b"<html>", {"ErrorCode": 300, "Message": "x"}])
def test_a_proxy_that_wants_a_login_took_nothing_and_is_named(value, own, serve, connect, reply, monkeypatch):
    """It is not asked again, and the fallback may send the email."""
    proxy = serve(reply(value, 407))
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pr0xy-pass@127.0.0.1:{proxy.port}")
    with requests.Session() as session:
        options = {"session": session if own else None, "allow_http": True, "retry": QUICK}
        client = connect("http://api.example", **options)
        for call in (lambda: client.outbound.send(MAIL), lambda: client.messages.get("1")):
            with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{proxy.port}.*HTTPS_PROXY") as caught:
                call()
            assert (caught.value.outcome, caught.value.retryable) == (Outcome.NOT_SENT, False)
            assert "pr0xy-pass" not in str(caught.value)
        assert len(proxy.seen) == 2
        with_fallback = connect("http://api.example", fallback=MemoryTransport(), **options)
        assert with_fallback.outbound.send(MAIL).via == "memory"


def test_a_proxy_of_a_session_that_wants_a_login_is_named(serve, connect, reply):
    proxy = serve(reply(b"", 407))
    with requests.Session() as session:
        session.proxies = {"http": f"http://user:pr0xy-pass@127.0.0.1:{proxy.port}"}
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{proxy.port} wants a login"):
            connect("http://api.example", session=session, allow_http=True).outbound.send(MAIL)
