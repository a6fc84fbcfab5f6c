"""Proxies, certificates and logins that the environment sets."""

from __future__ import annotations

import pytest
import requests

from emailapi import ConfigurationError, ConnectionFailed, Email

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


@pytest.fixture
def through(serve, tls, accepted, ca_file, monkeypatch):
    """Give a TLS server of `api.example` and a proxy that tunnels to it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    target = serve(accepted, tls=tls("api.example"))
    return target, serve(target.port)


def test_tls_is_verified_by_the_bundle_of_the_environment(serve, connect, tls, accepted, ca_file, monkeypatch):
    """A certificate of an authority in `REQUESTS_CA_BUNDLE` is trusted, for the host it names."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    peer = serve(accepted, tls=tls())
    client = connect(peer.url)
    for _ in range(3):
        client.outbound.send(EMAIL)
    assert (len(peer.seen), peer.connections) == (3, 1)


def test_a_proxy_tunnels_without_seeing_the_token(through, connect, token, monkeypatch):
    """By https a proxy gets one CONNECT with its own login, and neither token nor email."""
    target, proxy = through
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:word@127.0.0.1:{proxy.port}")
    client = connect("https://api.example")
    for _ in range(2):
        client.outbound.send(EMAIL)
    (asked,) = proxy.seen
    assert (asked.method, asked.target) == ("CONNECT", "api.example:443")
    assert asked.headers["Proxy-Authorization"] == "Basic dXNlcjp3b3Jk"
    assert token not in str(asked.headers)
    assert [seen.headers["X-Postmark-Server-Token"] for seen in target.seen] == [token, token]
    assert "Proxy-Authorization" not in target.seen[0].headers


def test_the_environment_is_read_once_for_each_client(through, connect, serve, monkeypatch):
    target, proxy = through
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    client = connect("https://api.example")
    for name in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name)
    client.outbound.send(EMAIL)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    client.outbound.send(EMAIL)
    assert (len(target.seen), proxy.connections) == (2, 1)


@pytest.mark.parametrize("no_proxy", ["*", "api.example", ".example", "127.0.0.1,api.example"])
def test_a_host_in_no_proxy_is_connected_to_directly(serve, connect, accepted, monkeypatch, no_proxy):
    proxy = serve(accepted)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    monkeypatch.setattr("socket.getaddrinfo", _resolve_nothing)
    with pytest.raises(ConnectionFailed, match="cannot be resolved"):
        connect("http://api.example", allow_http=True).outbound.send(EMAIL)
    assert proxy.connections == 0


def _resolve_nothing(*args, **options):
    import socket

    raise socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://198.51.100.7:3128", "user:pass@proxy.example:3128"])
def test_loopback_is_connected_to_without_a_remote_proxy(serve, connect, accepted, monkeypatch, name, proxy):
    """Clear text is allowed on loopback because it stays there: no proxy of another machine gets it."""
    peer = serve(accepted)
    monkeypatch.setenv(name, proxy)
    connect(peer.url).outbound.send(EMAIL)
    assert len(peer.seen) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_is_connected_to_through_a_proxy_on_loopback(serve, connect, accepted, monkeypatch, name):
    peer, proxy = serve(accepted), serve(accepted)
    monkeypatch.setenv(name, proxy.url)
    connect(peer.url).outbound.send(EMAIL)
    assert (len(peer.seen), proxy.connections) == (0, 1)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_missing_ca_bundle_is_a_configuration_error_that_names_it(
    serve, connect, tls, accepted, monkeypatch, tmp_path, name
):
    missing = str(tmp_path / "missing.pem")
    monkeypatch.setenv(name, missing)
    peer = serve(accepted, tls=tls())
    client = connect(peer.url)
    for call in (lambda: client.outbound.send(EMAIL), lambda: client.messages.get("1")):
        with pytest.raises(ConfigurationError, match="missing.pem") as caught:
            call()
        assert not caught.value.retryable
    assert peer.connections == 0


def test_an_invalid_ca_bundle_is_a_configuration_error_that_names_it(
    serve, connect, tls, accepted, monkeypatch, tmp_path
):
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(garbage))
    peer = serve(accepted, tls=tls())
    with pytest.raises(ConfigurationError, match="garbage.pem"):
        connect(peer.url).outbound.send(EMAIL)
    assert not peer.seen


OFF = {"REQUESTS_CA_BUNDLE": ["", "0", "false"], "CURL_CA_BUNDLE": ["", "false"], "PYTHONHTTPSVERIFY": ["0"]}


@pytest.mark.parametrize("name, value", [(name, value) for name, values in OFF.items() for value in values])
def test_no_variable_disables_certificate_verification(serve, connect, tls, accepted, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    peer = serve(accepted, tls=tls())
    with pytest.raises((ConnectionFailed, ConfigurationError)):
        connect(peer.url).outbound.send(EMAIL)
    assert not peer.seen


@pytest.mark.parametrize(
    "proxy", ["http://user:pr0xy-pass@:3128", "http://us er:pr0xy-pass@[::1", "ftp://user:pr0xy-pass@host", "http://"]
)
def test_an_invalid_proxy_is_a_configuration_error_without_its_password(connect, monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigurationError) as caught:
        connect("https://api.example").outbound.send(EMAIL)
    assert "pr0xy-pass" not in repr(caught.value)


def test_a_netrc_file_is_not_used(serve, connect, accepted, token, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    peer = serve(accepted)
    assert requests.utils.get_netrc_auth(peer.url) == ("me", "netrc-word")
    connect(peer.url).outbound.send(EMAIL)
    assert "Authorization" not in peer.seen[0].headers
    assert peer.seen[0].headers["X-Postmark-Server-Token"] == token


@pytest.mark.parametrize(
    "given, named",
    [
        (" ", " "),
        ("foo://127.0.0.1:9", "127.0.0.1:9"),
        ("http://user:word@127.0.0.1:ab", "127.0.0.1:ab"),
        ("http://127.0.0.1:9\n", "127.0.0.1:9\n"),
        ("http://127.0.0.1:99999", "127.0.0.1:99999"),
        ("http://user:word@proxy..example:3128", "proxy..example:3128"),
        (f"http://{'a' * 64}:3128", f"{'a' * 64}:3128"),
        ("http://pröxy..example:3128", "pröxy..example:3128"),
        ("socks5h://user:word@proxy..example:1080", "proxy..example:1080"),
        ("proxy..example", "proxy..example"),
    ],
)
def test_an_invalid_proxy_is_an_error_that_names_the_proxy_and_its_variables(connect, monkeypatch, given, named):
    monkeypatch.setenv("HTTPS_PROXY", given)
    with pytest.raises(ConfigurationError) as caught:
        connect("https://api.example").outbound.send(EMAIL)
    assert f"the address of the proxy {named!r} is not valid: check HTTPS_PROXY" in str(caught.value)
    assert "word" not in str(caught.value)
