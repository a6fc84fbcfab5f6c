"""Webhooks under WSGI servers."""

from __future__ import annotations

import io
import socket
import threading
import wsgiref.simple_server
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from wsgiref.validate import validator

import httpx
import pytest
import waitress
from waitress import wasyncore

from emailapi.webhooks import MemorySeenStore, StopRetries, Verifier, wsgi_app

from .samples import DELIVERY, INBOUND, body, changed
from .test_receiving import HEADERS, Recorder

VERIFIER = Verifier(basic=("user", "secret"))
Serve = Callable[..., httpx.Client]


class QuietHandler(wsgiref.simple_server.WSGIRequestHandler):
    """One that writes no log."""

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""


def by_wsgiref(application, ending: ExitStack) -> int:
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    ending.callback(server.server_close)
    ending.callback(thread.join)
    ending.callback(server.shutdown)
    return server.server_port


def by_waitress(application, ending: ExitStack) -> int:
    channels: dict[int, object] = {}
    server = waitress.create_server(application, map=channels, host="127.0.0.1", port=0)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=1, map=channels, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    ending.callback(wasyncore.close_all, channels, ignore_all=True)
    ending.callback(server.task_dispatcher.shutdown)
    ending.callback(thread.join)
    ending.callback(server.pull_trigger)
    ending.callback(stopping.set)
    return server.effective_port


@pytest.fixture(params=[by_wsgiref, by_waitress], ids=["wsgiref", "waitress"])
def serve(request) -> Iterator[Serve]:
    """Give `serve(handler, ...)`, which returns a client of a server with the application."""
    with ExitStack() as ending:

        def serve(handler, **options) -> httpx.Client:
            application = wsgi_app(options.pop("verifier", VERIFIER), handler, **options)
            # wsgiref's validator complains of whatever the specification forbids.
            checked = validator(application) if request.param is by_wsgiref else application
            url = f"http://127.0.0.1:{request.param(checked, ending)}"
            return ending.enter_context(httpx.Client(base_url=url, headers=HEADERS, trust_env=False))

        yield serve


def test_an_event_is_handled(serve):
    handler = Recorder()
    response = serve(handler).post("/hooks/", content=body(DELIVERY))
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert [event.raw for event in handler.events] == [DELIVERY]


def test_the_verifier_receives_the_headers(serve):
    handler = Recorder()
    headers = {"X-PM-Webhook-Trace-Id": "t-1", "X-PM-Retries-Remaining": "2"}
    serve(handler).post("/", content=body(DELIVERY), headers=headers)
    assert (handler.events[0].trace_id, handler.events[0].retries_remaining) == ("t-1", 2)


def test_secrets_that_are_not_ascii_match(serve):
    client = serve(Recorder(), verifier=Verifier(headers={"X-Secret": "schlüssel"}))
    assert client.post("/", content=body(DELIVERY), headers={"X-Secret": "schlüssel".encode()}).status_code == 200
    assert client.post("/", content=body(DELIVERY), headers={"X-Secret": "andere"}).status_code == 401


@pytest.mark.costly
def test_the_verifier_receives_the_client_address(serve):
    client = serve(Recorder(), verifier=Verifier(networks="127.0.0.0/8"))
    assert client.post("/", content=body(DELIVERY)).status_code == 200
    client = serve(Recorder(), verifier=Verifier(networks="10.0.0.0/8"))
    assert client.post("/", content=body(DELIVERY)).status_code == 401


@pytest.mark.parametrize(
    "options, status, header",
    [
        ({"method": "GET"}, 405, ("Allow", "POST")),
        (
            {"headers": {"Authorization": "Basic eA=="}},
            401,
            ("WWW-Authenticate", 'Basic realm="webhooks", charset="UTF-8"'),
        ),
        ({"headers": {"Content-Type": "text/plain"}}, 415, None),
        ({"content": b"[]"}, 400, None),
        ({"content": b""}, 400, None),
    ],
)
def test_invalid_requests_get_their_status(serve, options, status, header):
    handler = Recorder()
    response = serve(handler).request(**{"method": "POST", "url": "/", "content": body(DELIVERY), **options})
    assert response.status_code == status
    assert header is None or response.headers[header[0]] == header[1]
    assert handler.events == []


def test_the_response_to_head_has_no_body(serve):
    """A server that sends the body makes the client take it for the next response."""
    client = serve(Recorder())
    with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
        connection.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.split(b" ")[1] == b"405"
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("error, status", [(ValueError(), 500), (StopRetries(), 403)])
def test_exceptions_of_the_handler_give_their_status(serve, error, status):
    assert serve(Recorder(error)).post("/", content=body(DELIVERY)).status_code == status


def test_an_event_is_handled_once(serve):
    handler = Recorder()
    client = serve(handler, seen=MemorySeenStore())
    assert [client.post("/", content=body(DELIVERY)).status_code for _ in range(2)] == [200, 200]
    assert len(handler.events) == 1


def test_a_large_inbound_email_is_handled(serve):
    handler = Recorder()
    text = "x" * 3_000_000
    assert serve(handler).post("/", content=body(changed(INBOUND, TextBody=text))).status_code == 200
    assert handler.events[0].text_body == text


def test_a_body_over_the_limit_is_413(serve):
    client = serve(Recorder(), max_body=1000)
    assert client.post("/", content=b" " * 1001).status_code == 413
    assert client.post("/", content=b"{}" + b" " * 998).status_code == 200


@pytest.mark.parametrize("size", [10, 60_000])
def test_a_client_that_sends_a_rejected_body_receives_the_response(serve, size):
    client = serve(Recorder())
    for _ in range(3):
        assert client.post("/", content=b"x" * size, headers={"Authorization": "x"}).status_code == 401


def test_a_chunked_body_is_read(serve, request):
    """Waitress puts them together; wsgiref does not read them, and the application must not wait for more."""
    response = serve(Recorder()).post("/", content=iter([body(DELIVERY)[:9], body(DELIVERY)[9:]]))
    assert response.status_code == (200 if "waitress" in request.node.name else 400)


# Servers that are odd


def call(application, **environ) -> tuple[str, bytes]:
    """Call an application without a server."""
    given = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": HEADERS["Authorization"],
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body(DELIVERY)),
        "CONTENT_LENGTH": str(len(body(DELIVERY))),
        **environ,
    }
    statuses: list[str] = []
    return (b"".join(application(given, lambda status, headers: statuses.append(status))), statuses[0])[::-1]


class Pieces(io.BytesIO):
    """An input that gives a few bytes at a time, and counts them."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        """Return at most seven bytes."""
        piece = super().read(min(size, 7) if size and size > 0 else 7)
        self.given += len(piece)
        return piece


def test_an_input_with_short_reads_is_read_completely():
    assert call(wsgi_app(VERIFIER, Recorder()), **{"wsgi.input": Pieces(body(DELIVERY))})[0] == "200 OK"


def test_an_input_with_input_terminated_is_read_without_a_length():
    environ = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert call(wsgi_app(VERIFIER, Recorder()), **environ)[0] == "200 OK"


@pytest.mark.parametrize("length", ["", "0", "-5", "many", "٣"])
def test_an_input_without_length_and_end_is_not_read(length):
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("would wait for ever")

    assert call(wsgi_app(VERIFIER, Recorder()), **{"CONTENT_LENGTH": length, "wsgi.input": Endless()})[0][:3] == "400"


def test_a_client_that_disconnects_sends_no_event():
    handler = Recorder()
    assert call(wsgi_app(VERIFIER, handler), **{"wsgi.input": io.BytesIO(b'{"RecordType"')})[0][:3] == "400"
    assert handler.events == []


class BrokenInput:
    """The input of a server whose client has disconnected."""

    def read(self, size: int) -> bytes:
        raise OSError("the client has disconnected")


@pytest.mark.parametrize("broken", [BrokenInput(), None], ids=["error", "none"])
@pytest.mark.parametrize("changes, status", [({}, "500"), ({"HTTP_AUTHORIZATION": ""}, "401")], ids=["500", "401"])
def test_an_input_that_cannot_be_read_gives_a_response(broken, changes, status):
    handler = Recorder()
    assert call(wsgi_app(VERIFIER, handler), **{"wsgi.input": broken, **changes})[0][:3] == status
    assert handler.events == []


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_AUTHORIZATION": ""},
        {"REQUEST_METHOD": "GET"},
        {"CONTENT_LENGTH": "36000000"},
        {"CONTENT_LENGTH": "9" * 5000},
    ],
)
def test_at_most_64_kib_of_a_rejected_request_are_read(environ):
    given = Pieces(b"x" * 200_000)
    call(wsgi_app(VERIFIER, Recorder()), **{"CONTENT_LENGTH": "200000", "wsgi.input": given, **environ})
    assert given.given <= 65_600


def test_a_small_body_of_a_rejected_request_is_read():
    """A server that closes a connection with unread bytes may reset it, and the response is lost."""
    given = Pieces(b"x" * 1000)
    call(wsgi_app(VERIFIER, Recorder()), **{"CONTENT_LENGTH": "1000", "wsgi.input": given, "HTTP_AUTHORIZATION": ""})
    assert given.given == 1000


def test_no_more_than_the_limit_is_read():
    given = Pieces(b"x" * 5000)
    environ = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": given}
    assert call(wsgi_app(VERIFIER, Recorder(), max_body=1000), **environ)[0][:3] == "413"
    assert given.given == 1001


def test_a_request_without_a_client_address_is_handled():
    assert call(wsgi_app(Verifier(networks="10.0.0.0/8"), Recorder()))[0][:3] == "401"
