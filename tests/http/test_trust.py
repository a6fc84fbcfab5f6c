"""The CA bundle is read once for all connections, and again when its file has changed."""

from __future__ import annotations

import os
import ssl

import pytest
import trustme

from emailapi import Client, ConnectionFailed, Retry


@pytest.fixture
def loads(monkeypatch):
    """Give the CA bundles that were read, in their order."""
    read = []
    load = ssl.SSLContext.load_verify_locations

    def note(context, cafile=None, *others, **named):
        read.append(cafile)
        return load(context, cafile, *others, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", note)
    return read


@pytest.fixture
def bundle(authority, tmp_path, monkeypatch):
    """Give a CA bundle of this test's own, which the environment names."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    return path


def test_a_ca_bundle_is_read_once_for_all_clients_and_connections(serve, tls, reply, bundle, loads):
    page = reply({"TotalCount": 0, "Messages": []}, Connection="close")
    server = serve(*[page] * 6, tls=tls("127.0.0.1"))
    for _ in range(2):
        with Client("t", base_url=server.url) as client:
            for _ in range(3):
                client.messages.list()
    assert loads == [str(bundle)]


def test_a_changed_ca_bundle_is_read_again(serve, tls, reply, bundle, loads):
    page = reply({"TotalCount": 0, "Messages": []}, Connection="close")
    server = serve(page, page, tls=tls("127.0.0.1"))
    with Client("t", base_url=server.url) as client:
        client.messages.list()
    trustme.CA().cert_pem.write_to_path(str(bundle))
    os.utime(bundle, (1, 1))
    retry = Retry(attempts=1)
    with Client("t", base_url=server.url, retry=retry) as client, pytest.raises(ConnectionFailed, match="not trusted"):
        client.messages.list()
    assert loads == [str(bundle)] * 2
