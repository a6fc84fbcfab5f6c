"""Connections without a request keep no client out; those with one are not cut."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from emailapi.sandbox import Sandbox

from ..clock import wait_for

# A sandbox, many connections that wait, and then a client: in a process that may have that many files.
CROWD = """
import http.client, resource, socket, sys
from emailapi import Client, Email
from emailapi.sandbox import Sandbox

count, files, first = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

with Sandbox() as sandbox:
    host, port = sandbox.url[7:].split(":")

    def ask(connection):
        connection.request("GET", "/nothing")
        response = connection.getresponse()
        response.read()
        return response.status

    kept = http.client.HTTPConnection(host, int(port), timeout=60)
    assert ask(kept) == 404
    waiting = []
    for _ in range(count):
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        connection.connect()
        if first == "request":
            assert ask(connection) == 404
        waiting.append(connection)
    with Client(sandbox.token, base_url=sandbox.url) as client:
        for _ in range(3):
            client.outbound.send(Email(sender="a@example.com", to="b@example.com", text_body="x"))
        print(client.messages.list().total_count)
    if first == "nothing":  # other connections have made room
        kept.auto_open = False
        assert ask(kept) == 404
"""


def _crowd(needs: Callable[[str, object, str], None], count: int, files: int, first: str) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needs("files", limit == resource.RLIM_INFINITY or limit >= files, f"a process may open {limit} files only")
    done = subprocess.run(
        [sys.executable, "-c", CROWD, str(count), str(files), first],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "3", "")


@pytest.mark.exhaustive
@pytest.mark.slow
def test_1100_idle_connections_do_not_block_a_client(needs):
    _crowd(needs, 1100, 4000, "nothing")


@pytest.mark.exhaustive
@pytest.mark.slow
def test_1100_persistent_connections_do_not_block_a_client(needs):
    _crowd(needs, 1100, 4000, "request")


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_process_without_file_descriptors_makes_room(needs, tmp_path):
    # The connections are opened here: the sandbox alone has too few descriptors.
    script = (
        "import resource, sys; from emailapi.sandbox import Sandbox\n"
        "s = Sandbox().start()\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (60, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))\n"
        "print(s.url, flush=True); sys.stdin.read()"
    )
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 200
    with (
        subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
        ExitStack() as entered,
    ):
        assert process.stdout is not None
        host, port = process.stdout.readline().strip().removeprefix("http://").split(":")
        for _ in range(100):
            entered.enter_context(socket.create_connection((host, int(port)), timeout=60))
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        entered.callback(connection.close)
        connection.request("GET", "/nothing")
        assert connection.getresponse().status == 404


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[[], socket.socket]]:
    """Opens connections to the sandbox."""
    host, port = sandbox.url.removeprefix("http://").split(":")
    with ExitStack() as entered:
        yield lambda: entered.enter_context(socket.create_connection((host, int(port)), timeout=60))


def _request(sandbox: Sandbox, body: bytes = b"", path: str = "/nothing") -> bytes:
    method, length = (
        ("POST", f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n") if body else ("GET", "")
    )
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {sandbox.url[7:]}\r\nAccept: application/json\r\n{length}"
        f"X-Postmark-Server-Token: {sandbox.token}\r\n\r\n"
    ).encode() + body


def _status(connection: socket.socket) -> str:
    """Read a whole response, whose body is a JSON object, and return its status."""
    received = b""
    while not received.endswith(b"}"):
        arrived = connection.recv(65536)
        assert arrived, "the connection was cut"
        received += arrived
    return received.split()[1].decode()


@pytest.mark.exhaustive
@pytest.mark.slow
def test_headers_that_take_more_than_ten_seconds_end_the_connection(sandbox, connect):
    kept, silent, half, dripping = (connect() for _ in range(4))
    kept.sendall(_request(sandbox))
    assert _status(kept) == "404"
    half.sendall(b"POST /email HTTP/1.1\r\nHost:")
    began = time.monotonic()

    def drip() -> None:
        try:
            while True:
                dripping.sendall(b"x")
                time.sleep(1)
        except OSError:
            pass

    thread = threading.Thread(target=drip)
    thread.start()
    assert [connection.recv(100) for connection in (silent, half)] == [b"", b""]
    assert time.monotonic() - began > 9
    thread.join(60)
    assert not thread.is_alive()
    # A client keeps a connection longer than this for its next request.
    kept.sendall(_request(sandbox))
    assert _status(kept) == "404"


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stops the clock of the connections, and gives what moves it on."""
    from emailapi.sandbox.connections import Channel

    now = time.monotonic()

    def pass_seconds(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(Channel, "clock", staticmethod(lambda: now))
    return pass_seconds


def test_a_stalled_body_ends_the_connection_and_a_slow_one_does_not(pass_seconds, sandbox, connect):
    body = json.dumps({"From": "a@example.com", "To": "b@example.com", "TextBody": "x" * 100}).encode()
    stopping, going = connect(), connect()
    for connection in (stopping, going):
        connection.sendall(_request(sandbox, body, "/email")[:-40])
    for sent in range(40, 0, -10):
        requests.get(sandbox.url, timeout=60)  # what was sent before this request is read by now
        pass_seconds(20)
        going.sendall(body[-sent : -sent + 10 or None])
    assert _status(going) == "200"
    assert stopping.recv(100) == b""


@pytest.mark.costly
def test_a_connection_is_kept_for_the_next_request_for_more_than_a_minute(pass_seconds, sandbox, connect):
    kept = connect()
    for _ in range(3):
        kept.sendall(_request(sandbox))
        assert _status(kept) == "404"
        requests.get(sandbox.url, timeout=60)
        pass_seconds(100)
        requests.get(sandbox.url, timeout=60)
    pass_seconds(130)
    assert kept.recv(100) == b""


def test_a_tls_client_gets_an_error_at_once(sandbox, connect):
    connection = connect()
    connection.settimeout(9)  # less than the time for a head
    connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    assert connection.recv(100) == b""


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_client_that_disconnects_within_a_batch_has_sent_nothing(api, connect, framing):
    body = json.dumps([api.email()] * 20).encode()
    request = _request(api.sandbox, body, "/email/batch")
    if framing == "chunks":
        head = request[: -len(body)].replace(f"Content-Length: {len(body)}".encode(), b"Transfer-Encoding: chunked")
        request = head + f"{len(body):x}\r\n".encode() + body  # the last chunk is missing
    else:
        request = request[:-1]
    connection = connect()
    connection.sendall(request)
    connection.close()
    assert api.found()["TotalCount"] == 0
    assert api.send().status_code == 200


def test_a_client_that_disconnects_before_the_response_has_sent_the_batch(api, connect):
    connection = connect()
    connection.sendall(_request(api.sandbox, json.dumps([api.email()] * 20).encode(), "/email/batch"))
    connection.close()
    wait_for(lambda: api.found()["TotalCount"])
    assert api.found()["TotalCount"] == 20
