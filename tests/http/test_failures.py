"""Calls that get no response: which failure surely sent nothing, and which may have."""

from __future__ import annotations

import logging
import os
import socket
import traceback
from collections.abc import Callable, Iterator
from time import monotonic
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

import emailapi
from emailapi import Attachment, ConnectionFailed, DeliveryUnknown, Email, Outcome, TransportError

from ..clock import wait_for
from ..ports import unused_port

BODY = "b0dy-that-n0b0dy-sees"
CONTENT = b"c0ntent-that-n0b0dy-sees"
EMAIL = Email(
    sender="us@example.com",
    to="you@example.com",
    subject="Hello",
    text_body=BODY,
    attachments=Attachment(name="a.txt", content=CONTENT),
    idempotency_key="key-1",
)


@attrs.frozen
class Failure:
    """One way to get no response: `arrange` returns base URL and server, which sees `requests` of the call."""

    arrange: Callable[[Any], tuple[str, Any]]
    says: str
    requests: int = 0
    retryable: bool = True
    timeout: tuple[float, float] = (5, 60)


def _peer(*responses: Any, **options: Any) -> Callable[[Any], tuple[str, Any]]:
    def arrange(kit: Any) -> tuple[str, Any]:
        peer = kit.serve(*responses, **options)
        return peer.url, peer

    return arrange


def _tls(*responses: Any, trusted: bool = True, host: str = "127.0.0.1", **options: Any) -> Any:
    def arrange(kit: Any) -> tuple[str, Any]:
        if trusted:
            kit.environ("REQUESTS_CA_BUNDLE", kit.ca_file)
        peer = kit.serve(*responses, tls=kit.tls(host), **options)
        return peer.url, peer

    return arrange


def _secure_name(peer: Any) -> str:
    return f"https://127.0.0.1:{peer.port}"


def _no_tls(greeting: Any) -> Callable[[Any], tuple[str, Any]]:
    def arrange(kit: Any) -> tuple[str, Any]:
        peer = kit.serve(b"", greeting=greeting)
        return _secure_name(peer), peer

    return arrange


def _proxy(*responses: Any, scheme: str = "https", **options: Any) -> Callable[[Any], tuple[str, Any]]:
    """Go by a proxy: one for `https` is asked to CONNECT, one for `http` is sent the request."""

    def arrange(kit: Any) -> tuple[str, Any]:
        proxy = kit.serve(*responses, **options)
        kit.environ(f"{scheme.upper()}_PROXY", f"http://user:pr0xy-passw0rd@127.0.0.1:{proxy.port}")
        return f"{scheme}://api.example", proxy

    return arrange


def _tunnel_to_untrusted(kit: Any) -> tuple[str, Any]:
    target = kit.serve(b"", tls=kit.tls("api.example"))
    base_url, _ = _proxy(target.port)(kit)
    return base_url, target


def _nowhere(kit: Any) -> tuple[str, Any]:
    return f"http://127.0.0.1:{unused_port()}", None


def _no_proxy_there(kit: Any) -> tuple[str, Any]:
    kit.environ("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    return "http://api.example", None


def _no_name(kit: Any) -> tuple[str, Any]:
    def resolve(*args: object, **options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    kit.patch.setattr(socket, "getaddrinfo", resolve)
    return "https://api.example", None


HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"MessageID": "'
HALF_CLOSED = HALF.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n400\r\n{"
LOGIN = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
REJECTS = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"

NOT_SENT = {
    "refused": Failure(_nowhere, "connection refused: check base_url, and whether the server runs"),
    "no such name": Failure(_no_name, "the host name 'api.example' cannot be resolved"),
    "reset in the TLS handshake": Failure(_no_tls("reset"), "cannot connect"),
    "EOF in the TLS handshake": Failure(_no_tls("close"), "handshake failed"),
    "silence in the TLS handshake": Failure(_no_tls("silence"), "no connection within 0.05 s", timeout=(0.05, 60)),
    "no TLS there": Failure(_no_tls(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not seem to speak TLS"),
    "untrusted certificate": Failure(_tls(b"", trusted=False), "REQUESTS_CA_BUNDLE or pass a", retryable=False),
    "another host's certificate": Failure(_tls(b"", host="other.example"), "is not trusted", retryable=False),
    "no proxy there": Failure(_no_proxy_there, "connection refused by the proxy 127.0.0.1:"),
    "proxy requires a login": Failure(_proxy(LOGIN), "requires a login (HTTP 407): set HTTPS_PROXY", retryable=False),
    "proxy rejects": Failure(_proxy(REJECTS), "made no connection: Tunnel connection failed: 403"),
    "proxy resets on CONNECT": Failure(_proxy("reset"), "cannot connect"),
    "proxy is silent on CONNECT": Failure(_proxy("silence"), "no connection within 0.05 s", timeout=(0.05, 60)),
    "untrusted certificate behind a proxy": Failure(_tunnel_to_untrusted, "is not trusted", retryable=False),
}
UNKNOWN = {
    "silence": Failure(_peer("silence"), "no response within 0.5 s", 1, timeout=(5, 0.5)),
    "reset": Failure(_peer("reset"), "the connection broke", 1),
    "EOF": Failure(_peer("close"), "the connection broke", 1),
    "silence by TLS": Failure(_tls("silence"), "no response within 0.5 s", 1, timeout=(5, 0.5)),
    "reset by TLS": Failure(_tls("reset"), "the connection broke", 1),
    "bad TLS record": Failure(_tls("garbage"), "TLS failed", 1),
    "proxy resets": Failure(_proxy("reset", scheme="http"), "the connection broke", 1),
    "proxy closes": Failure(_proxy("close", scheme="http"), "the connection broke", 1),
    "no HTTP": Failure(_peer(b"SSH-2.0-OpenSSH\r\n"), "the connection broke", 1),
    "half a body, then silence": Failure(_peer(HALF), "no response within 0.5 s", 1, timeout=(5, 0.5)),
    "half a body, then EOF": Failure(_peer(HALF_CLOSED), "the connection broke", 1),
    "half a chunk": Failure(_peer(CHUNK), "the connection broke", 1),
}


def _send(client: emailapi.Client) -> list[Exception]:
    with pytest.raises(TransportError) as caught:
        client.outbound.send(EMAIL)
    return [caught.value]


def _send_batch(client: emailapi.Client) -> list[Exception]:
    return list(client.outbound.send_batch([EMAIL, attrs.evolve(EMAIL, idempotency_key="key-2")]).failed)


def _get(client: emailapi.Client) -> list[Exception]:
    with pytest.raises(TransportError) as caught:
        client.messages.get("21895802")
    return [caught.value]


SENDS = [pytest.param(_send, id="send"), pytest.param(_send_batch, id="send_batch")]
CALLS = [*SENDS, pytest.param(_get, id="get")]
PATHS = {_send: ("POST", "/email"), _send_batch: ("POST", "/email/batch")}


@pytest.fixture
def fail(serve: Any, tls: Any, ca_file: str, connect: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Arrange a failure and make a call into it; return the errors and how many requests got through."""
    kit = SimpleNamespace(serve=serve, tls=tls, ca_file=ca_file, environ=monkeypatch.setenv, patch=monkeypatch)

    def run(failure: Failure, call: Any) -> tuple[list[Any], int]:
        base_url, peer = failure.arrange(kit)
        errors = call(connect(base_url, timeout=failure.timeout, allow_http=True))
        if failure.requests:
            wait_for(lambda: peer.seen)  # its thread may be behind
        return errors, sum(seen.method != "CONNECT" for seen in peer.seen) if peer else 0

    return run


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("failure", [pytest.param(failure, id=name) for name, failure in NOT_SENT.items()])
def test_a_failure_before_the_first_byte_is_a_connection_failed(fail: Any, failure: Failure, call: Any) -> None:
    began = monotonic()
    errors, requests = fail(failure, call)
    assert monotonic() - began < 30  # the time to read, of 60 s, is not yet the one that counts
    assert requests == 0
    for error in errors:
        assert type(error) is ConnectionFailed
        assert isinstance(error, ConnectionError)
        assert failure.says in error.message
        assert (error.outcome, error.may_have_been_sent) == (Outcome.NOT_SENT, False)
        assert error.retryable is failure.retryable
        assert (error.attempts, error.status, error.code) == (1, None, None)


@pytest.mark.parametrize("call", SENDS)
@pytest.mark.parametrize("failure", [pytest.param(failure, id=name) for name, failure in UNKNOWN.items()])
def test_a_send_that_fails_after_the_first_byte_is_unknown(fail: Any, failure: Failure, call: Any) -> None:
    """A send whose request may have been read is a `DeliveryUnknown`, and was made exactly once."""
    errors, requests = fail(failure, call)
    assert requests == failure.requests
    for error in errors:
        assert type(error) is DeliveryUnknown
        assert failure.says in error.message
        assert (error.outcome, error.may_have_been_sent, error.retryable) == (Outcome.UNKNOWN, True, False)
        assert (error.method, error.path) == PATHS[call]
        assert error.attempts == 1
        assert error.idempotency_key is None, "an email without a key cannot be looked up"


@pytest.mark.parametrize("failure", [pytest.param(failure, id=name) for name, failure in UNKNOWN.items()])
def test_a_read_without_a_response_is_retryable(fail: Any, failure: Failure) -> None:
    """A read that got no response is a plain `TransportError`: nothing was sent, and it may succeed later."""
    (error,), requests = fail(failure, _get)
    assert requests == failure.requests
    assert type(error) is TransportError
    assert failure.says in error.message
    assert (error.outcome, error.may_have_been_sent, error.retryable) == (Outcome.NOT_SENT, False, True)
    assert (error.method, error.path) == ("GET", "/messages/outbound/21895802/details")


def _reached(root: object, depth: int = 6) -> Iterator[object]:
    """Walk all that an error holds: its chain, arguments and attributes, and theirs."""
    todo, known = [(root, depth)], set()
    while todo:
        one, left = todo.pop()
        if id(one) in known or one is None:
            continue
        known.add(id(one))
        yield one
        if left:
            inside = [*getattr(one, "__dict__", {}).values()]
            inside += one.values() if isinstance(one, dict) else one if isinstance(one, (list, tuple)) else ()
            if isinstance(one, BaseException):
                inside += [one.__cause__, one.__context__, *one.args]
            todo += [(each, left - 1) for each in inside]


def _told(error: BaseException) -> str:
    """Return whatever an error tells: its texts, tracebacks, what its frames show, and all it holds."""
    told = ["".join(traceback.format_exception(error))]
    for one in _reached(error):
        told += [repr(one), str(one)]
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if f"{os.sep}emailapi{os.sep}" in frame.f_code.co_filename:
            told += [f"{name}={value!r}" for name, value in frame.f_locals.items()]
    return "\n".join(told)


@pytest.mark.parametrize("call", [_send, _send_batch])
@pytest.mark.parametrize("name", [*NOT_SENT, *UNKNOWN])
def test_no_error_shows_secrets(fail: Any, token: str, caplog: pytest.LogCaptureFixture, name: str, call: Any) -> None:
    """Token, bodies, files and a proxy's password stand in no text, traceback, attribute or log line of a failure."""
    caplog.set_level(logging.DEBUG)
    errors, _ = fail({**NOT_SENT, **UNKNOWN}[name], call)
    for error in errors:
        told = _told(error) + caplog.text
        for secret in (token, BODY, CONTENT.decode(), "YzBudGVudC10aGF0", "pr0xy-passw0rd"):
            assert secret not in told
