"""SOCKS proxies that the environment names, against a small server that speaks their protocols."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import textwrap

import pytest

from emailapi import ConfigurationError, ConnectionFailed, DeliveryUnknown, Email, MemoryTransport, Outcome

from ..clock import wait_for
from .socks_server import SocksServer

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
LOGIN = ("user", "pa:ss")


@pytest.fixture
def proxy(monkeypatch):
    """Start a proxy that a variable of the environment names."""
    with contextlib.ExitStack() as closing:

        def start(scheme="socks5h", variable="ALL_PROXY", login="", **options):
            server = SocksServer(**options)
            closing.callback(server.close)
            monkeypatch.setenv(variable, f"{scheme}://{login}{server.address}")
            return server

        yield start


@pytest.fixture
def known(monkeypatch):
    """Let api.example be a name that this machine knows; the proxy finds its servers by their port."""
    real = socket.getaddrinfo
    looked_up = []

    def getaddrinfo(host, *args, **options):
        if host == "api.example":
            looked_up.append(host)
        return real("198.51.100.7" if host == "api.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return looked_up


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme, version, by_proxy", [
    ("socks5h", 5, True), ("socks5", 5, False), ("socks4a", 4, True), ("socks4", 4, False), ("SOCKS5H", 5, True),
])  # fmt: skip
def test_a_socks_proxy_is_used_and_its_scheme_decides_who_resolves_names(
    serve, connect, proxy, known, tls, accepted, ca_file, monkeypatch, token, variable, scheme, version, by_proxy
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    server, peer = proxy(scheme, variable), serve(accepted, tls=tls("api.example"))
    client = connect(f"https://api.example:{peer.port}")
    for _ in range(2):
        client.outbound.send(EMAIL)
    asked = "api.example" if by_proxy else "198.51.100.7"
    assert [(one[0], one[2]) for one in server.asked] == [(version, asked)]
    assert bool(known) is not by_proxy
    assert [seen.headers["X-Postmark-Server-Token"] for seen in peer.seen] == [token, token]


def test_a_socks_proxy_works_without_tls(serve, connect, proxy, accepted):
    server, peer = proxy("socks5h", "HTTP_PROXY"), serve(accepted)
    connect(f"http://api.example:{peer.port}", allow_http=True).outbound.send(EMAIL)
    assert (len(server.asked), peer.seen[0].target) == (1, "/email")


def test_credentials_of_a_socks_proxy_are_sent_only_to_it(serve, connect, proxy, accepted):
    server, peer = proxy(variable="HTTP_PROXY", login="user:pa%3Ass@", wanted=LOGIN), serve(accepted)
    connect(f"http://api.example:{peer.port}", allow_http=True).outbound.send(EMAIL)
    assert server.asked[0][3] == "user"
    assert "Proxy-Authorization" not in peer.seen[0].headers


@pytest.mark.parametrize("login", ["", "user:wrong@"])
def test_a_socks_proxy_that_rejects_the_credentials_is_not_retried(serve, connect, proxy, login):
    server = proxy(login=login, wanted=LOGIN)
    with pytest.raises(ConnectionFailed) as caught:
        connect("http://api.example", allow_http=True).outbound.send(EMAIL)
    assert not caught.value.retryable
    assert server.address in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_loopback_is_connected_to_without_a_remote_socks_proxy(serve, connect, accepted, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5h://198.51.100.7:1080")
    peer = serve(accepted)
    connect(peer.url).outbound.send(EMAIL)
    assert len(peer.seen) == 1


def test_loopback_is_connected_to_through_a_socks_proxy_on_loopback(serve, connect, proxy, accepted):
    server, peer = proxy(), serve(accepted)
    connect(peer.url).outbound.send(EMAIL)
    assert [(one[0], one[2]) for one in server.asked] == [(5, "127.0.0.1")]


@pytest.mark.parametrize("scheme, reply, words", [
    ("socks5h", 0x02, "0x02: Connection not allowed by ruleset"),
    ("socks5h", 0x05, "0x05: Connection refused"),
    ("socks4a", 0x5B, "0x5b: Request rejected or failed"),
])  # fmt: skip
def test_a_rejection_by_a_socks_proxy_is_not_sent_and_names_the_proxy(connect, proxy, scheme, reply, words):
    server, memory = proxy(scheme, reply=reply), MemoryTransport()
    with pytest.raises(ConnectionFailed) as caught:
        connect("https://api.example").outbound.send(EMAIL)
    assert f"the proxy {server.address} made no connection: {words}" in str(caught.value)
    assert (caught.value.outcome, caught.value.retryable) == (Outcome.NOT_SENT, True)
    assert connect("https://api.example", fallback=memory).outbound.send(EMAIL).via == "memory"


def test_an_unreachable_socks_proxy_is_named(connect, proxy):
    server = proxy()
    server.close()
    with pytest.raises(ConnectionFailed, match=f"the proxy {server.address} made no connection: Connection refused"):
        connect("https://api.example").outbound.send(EMAIL)


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_a_slow_socks_proxy_ends_with_the_connect_timeout(connect, proxy, fault):
    """One timeout for all that a proxy says, not one for each of its bytes."""
    server = proxy(fault=fault)
    with pytest.raises(ConnectionFailed, match=f"the proxy {server.address} made no connection: no reply within 0.3 s"):
        connect("https://api.example", timeout=(0.3, 5)).outbound.send(EMAIL)


def test_a_proxy_of_another_kind_is_not_sent(connect, proxy):
    server = proxy(fault="garbage")
    with pytest.raises(ConnectionFailed, match=f"the proxy {server.address} made no connection: .*invalid data"):
        connect("https://api.example").outbound.send(EMAIL)


@pytest.mark.parametrize("fault", ["reset", "close", "silence"])
def test_a_request_without_a_response_through_socks_is_unknown(serve, connect, proxy, fault):
    proxy()
    peer, memory = serve(fault), MemoryTransport()
    client = connect(f"http://api.example:{peer.port}", allow_http=True, timeout=(5, 0.1), fallback=memory)
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(EMAIL)
    wait_for(lambda: peer.seen)
    assert (len(peer.seen), len(memory.sent)) == (1, 0)


def test_a_tls_handshake_reset_through_socks_is_not_sent(serve, connect, proxy):
    proxy()
    peer = serve(b"", greeting="reset")
    with pytest.raises(ConnectionFailed):
        connect(f"https://api.example:{peer.port}").outbound.send(EMAIL)


@pytest.mark.parametrize("error", [TypeError, AttributeError, KeyError])
def test_an_internal_error_is_not_a_connection_failed(connect, proxy, monkeypatch, error):
    proxy()

    def connect_to(*_):
        raise error("internal")

    monkeypatch.setattr("socks.socksocket.connect", connect_to)
    memory = MemoryTransport()
    with pytest.raises(error, match="internal"):
        connect("https://api.example", fallback=memory).outbound.send(EMAIL)
    assert not memory.sent


def test_a_locally_resolved_name_that_is_unknown_is_named(connect, proxy, monkeypatch):
    proxy("socks5")
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        if host == "api.example":
            raise socket.gaierror(-2, "Name or service not known")
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(ConnectionFailed, match="the host name 'api.example' cannot be resolved"):
        connect("https://api.example").outbound.send(EMAIL)


def test_socks_without_a_version_is_named(connect, monkeypatch):
    """Desktops set it, and it does not say which version is meant."""
    monkeypatch.setenv("ALL_PROXY", "socks://user:pr0xy-pass@127.0.0.1:1080/")
    with pytest.raises(ConfigurationError, match="'socks': use one of socks5h, socks5, socks4a, socks4") as caught:
        connect("https://api.example").outbound.send(EMAIL)
    assert "pr0xy-pass" not in str(caught.value)


def test_a_given_session_requires_no_pysocks(serve, connect, accepted, monkeypatch):
    import requests

    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080/")
    peer = serve(accepted)
    with requests.Session() as session:
        session.trust_env = False
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert len(peer.seen) == 1


@pytest.mark.costly
def test_without_pysocks_the_error_says_what_to_install(tmp_path):
    program = """
        import sys
        sys.modules["socks"] = None
        from emailapi import Client, ConfigurationError
        try:
            Client("t", base_url="https://api.example").messages.get("1")
        except ConfigurationError as error:
            print(error)
    """
    environment = {"ALL_PROXY": "socks5h://user:pr0xy-pass@127.0.0.1:1080", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    for expected in ("127.0.0.1:1080", "requests[socks]", "session="):
        assert expected in done.stdout
    assert "pr0xy-pass" not in done.stdout


@pytest.mark.costly
def test_a_tool_sees_requests_through_socks(serve, connect, proxy, accepted, tmp_path):
    import vcr

    server, peer = proxy(), serve(accepted)
    client = connect(f"http://api.example:{peer.port}", allow_http=True)
    for played in (0, 1):
        with vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode="once") as cassette:
            client.outbound.send(EMAIL)
            assert cassette.play_count == played
    assert (len(server.asked), len(peer.seen)) == (1, 1)
