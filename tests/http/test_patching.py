"""Which path a request takes: decided for each request, by what stands in `requests` and `urllib3` at that time."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import textwrap
from unittest import mock

import pytest
import requests
from requests.adapters import HTTPAdapter

from emailapi import Email, MemoryTransport

pytestmark = pytest.mark.costly

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


SOCKET = socket.socket


class Passed(Exception):
    """A replaced part was reached."""


def _pass(*args, **options):
    if args and isinstance(args[0], SOCKET):
        args[0].close()  # urllib3 closes it for an `OSError` alone
    raise Passed


READ, SEND = ("messages", "get", "1"), ("outbound", "send", EMAIL)
PLACES = {
    "requests.Session": READ,
    "requests.Session.get": READ,
    "requests.Session.post": SEND,
    "requests.Session.put": ("templates", "edit", "welcome"),
    "requests.Session.patch": ("streams", "edit", "outbound"),
    "requests.Session.delete": ("templates", "delete", "welcome"),
    "requests.Session.request": READ,
    "requests.Session.prepare_request": READ,
    "requests.Session.get_adapter": READ,
    "requests.Session.send": READ,
    "requests.adapters.HTTPAdapter.send": READ,
    "requests.adapters.HTTPAdapter.get_connection_with_tls_context": READ,
    "urllib3.connectionpool.HTTPConnectionPool.urlopen": READ,
    "urllib3.connectionpool.HTTPConnectionPool._make_request": READ,
    "urllib3.connectionpool.HTTPConnectionPool._get_conn": READ,
    "urllib3.connectionpool.HTTPConnectionPool._new_conn": READ,
    "urllib3.connectionpool.HTTPConnectionPool.ConnectionCls": READ,
    "urllib3.connection.HTTPConnection.request": READ,
    "urllib3.connection.HTTPConnection.connect": READ,
    "urllib3.connection.HTTPConnection.getresponse": READ,
    "urllib3.util.connection.create_connection": READ,
    "http.client.HTTPConnection.send": READ,
    "http.client.HTTPConnection.putrequest": READ,
    "http.client.HTTPConnection.endheaders": READ,
    "http.client.HTTPConnection.getresponse": READ,
    "socket.socket": READ,
    "socket.socket.connect": READ,
    "socket.getaddrinfo": READ,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_patched_function_of_requests_or_urllib3_is_called(serve, connect, monkeypatch, place):
    namespace, method, *arguments = PLACES[place]
    client = connect(serve(b"").url)
    monkeypatch.setattr(place, _pass)
    with pytest.raises(Passed):
        getattr(getattr(client, namespace), method)(*arguments)


@pytest.mark.parametrize("name", ["urlopen", "ConnectionCls"])
def test_a_patch_of_https_connections_is_called(connect, monkeypatch, name):
    monkeypatch.setattr(f"urllib3.connectionpool.HTTPSConnectionPool.{name}", _pass)
    with pytest.raises(Passed):
        connect("https://127.0.0.1:9").outbound.send(EMAIL)


def test_unpatched_requests_is_bypassed(serve, connect, accepted, monkeypatch):
    client = connect(serve(accepted).url)
    monkeypatch.setattr(requests.Session, "__init__", lambda *_: pytest.fail("a session was made"))
    client.outbound.send(EMAIL)


def _run(program, *args):
    """Run a program for itself, and return what it prints."""
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program), *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_tool_that_patched_before_the_import_is_respected_while_active(serve, accepted):
    peer = serve(accepted)
    program = """
        import functools, json, sys
        import requests
        stock, seen = requests.Session.send, []
        @functools.wraps(stock)
        def send(session, request, **options):
            seen.append(request.url)
            return stock(session, request, **options)
        requests.Session.send = send
        from emailapi import Client
        with Client("t", base_url=sys.argv[1]) as client:
            client.messages.get("1")
            requests.Session.send = stock
            requests.Session.__init__ = None  # no session can be made any more
            client.messages.get("2")
        print(json.dumps(seen))
    """
    assert _run(program, peer.url) == [f"{peer.url}/messages/outbound/1/details"]
    assert len(peer.seen) == 2


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("patching", ["gevent.monkey.patch_all()", "eventlet.monkey_patch()"])
def test_gevent_and_eventlet_do_not_count_as_tools(serve, accepted, patching):
    """They replace sockets for good: a server that uses them would open a connection for each request."""
    peer = serve(accepted)
    program = f"""
        import json, sys
        from emailapi import Client
        import {patching.split(".")[0]}, {patching.rpartition(".")[0]}
        {patching}
        import requests
        with Client("t", base_url=sys.argv[1]) as client:
            requests.Session.__init__ = None
            for id in "12":
                client.messages.get(id)
        print(json.dumps(None))
    """
    _run(program, peer.url)
    assert (len(peer.seen), peer.connections) == (2, 1)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_sentry_has_a_span_and_a_breadcrumb_of_each_request(serve, accepted):
    peer = serve(accepted)
    program = """
        import json, sys
        import sentry_sdk
        from emailapi import Client, Email
        from sentry_sdk.transport import Transport
        events = []
        class Kept(Transport):
            def capture_envelope(self, envelope):
                events.extend(item.payload.json for item in envelope.items if item.payload.json)
        sentry_sdk.init(dsn="http://key@sentry.invalid/1", transport=Kept, traces_sample_rate=1.0)
        with Client("t0ken-of-a-server", base_url=sys.argv[1]) as client:
            with sentry_sdk.start_transaction(name="job"):
                client.outbound.send(Email(sender="a@example.com", to="you@example.com", subject="s", text_body="t"))
                client.messages.get("1")
                sentry_sdk.capture_message("done")
        sentry_sdk.flush()
        assert "t0ken" not in json.dumps(events)
        told = next(event for event in events if event.get("message") == "done")
        job = next(event for event in events if event.get("type") == "transaction")
        crumbs = [crumb["data"] for crumb in told["breadcrumbs"]["values"] if crumb.get("type") == "http"]
        spans = [span["data"] for span in job["spans"] if span["op"] == "http.client"]
        print(json.dumps([[[one.get("http.method") or one.get("http.request.method"), one["url"],
            one.get("http.response.status_code")] for one in found] for found in (crumbs, spans)]))
    """
    expected = [["POST", f"{peer.url}/email", 200], ["GET", f"{peer.url}/messages/outbound/1/details", 200]]
    assert _run(program, peer.url) == [expected, expected]
    assert peer.connections == 1


def test_an_error_of_a_socket_guard_is_not_converted(serve, connect, accepted, monkeypatch):
    """As that of pytest-socket, which is neither a failed connection nor a reason to fail over."""

    class NetworkForbidden(RuntimeError):
        pass

    class Guarded(socket.socket):
        def __new__(cls, *args, **options):
            raise NetworkForbidden

    peer, memory = serve(accepted), MemoryTransport()
    client = connect(peer.url, fallback=memory)
    client.outbound.send(EMAIL)
    with monkeypatch.context() as patching:
        patching.setattr(socket, "socket", Guarded)
        with pytest.raises(NetworkForbidden):
            client.outbound.send(EMAIL)
    assert (len(peer.seen), len(memory.sent)) == (1, 0)


def test_a_frame_of_an_error_that_is_not_converted_shows_no_token(connect, monkeypatch, token):
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError) as caught:
        connect("http://127.0.0.1:9").outbound.send(EMAIL)
    frames, entry = [], caught.value.__traceback__
    while entry is not None:
        frames.append((entry.tb_frame.f_code.co_name, repr(entry.tb_frame.f_locals)))
        entry = entry.tb_next
    assert [name for name, shown in frames[1:] if token in shown] == []


@pytest.mark.parametrize("name", ["send", "request", "post"])
def test_a_replacement_that_returns_no_response_is_named(connect, monkeypatch, name):
    monkeypatch.setattr(requests.Session, name, mock.Mock())
    with pytest.raises(TypeError, match="gave a Mock, not a Response"):
        connect("http://127.0.0.1:9").outbound.send(EMAIL)
