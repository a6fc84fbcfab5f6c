"""Webhooks under ASGI: by the protocol itself, and by httpx."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from emailapi.webhooks import MemorySeenStore, StopRetries, Verifier, asgi_app

from .samples import DELIVERY, INBOUND, body, changed
from .test_receiving import HEADERS, Recorder

VERIFIER = Verifier(basic=("user", "secret"))


def post(application, **options: Any) -> httpx.Response:
    """Post to an application by httpx."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://hooks", headers=HEADERS) as client:
            return await client.request(**{"method": "POST", "url": "/", "content": body(DELIVERY), **options})

    return asyncio.run(run())


def scope_of(**changes: Any) -> dict[str, Any]:
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    return {"type": "http", "method": "POST", "path": "/", "headers": headers, "client": ("127.0.0.1", 5), **changes}


def call(application, messages: Iterable[dict[str, Any]], **scope: Any) -> tuple[list[dict[str, Any]], int]:
    """Call an application by the protocol; return what it sent, and how many messages it has not received."""
    waiting = list(messages)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope_of(**scope), receive, send))
    return sent, len(waiting)


def request(*pieces: bytes) -> list[dict[str, Any]]:
    return [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces] + [{"type": "http.request"}]


def test_an_event_is_handled():
    handler = Recorder()
    response = post(asgi_app(VERIFIER, handler))
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert [event.raw for event in handler.events] == [DELIVERY]


def test_the_handler_runs_in_a_thread_and_does_not_block_the_loop():
    """The handler waits for something that only the loop can do."""
    ticked = threading.Event()
    handler = Recorder()

    def waits(event) -> None:
        assert ticked.wait(30)
        handler(event)
        assert threading.current_thread() is not threading.main_thread()

    async def run() -> list[int]:
        transport = httpx.ASGITransport(asgi_app(VERIFIER, waits))
        async with httpx.AsyncClient(transport=transport, base_url="http://hooks", headers=HEADERS) as client:
            sending = asyncio.create_task(client.post("/", content=body(DELIVERY)))
            await asyncio.sleep(0.01)
            ticked.set()
            return [(await sending).status_code]

    assert asyncio.run(run()) == [200]
    assert len(handler.events) == 1


@pytest.mark.parametrize(
    "options, status",
    [
        ({"method": "GET"}, 405),
        ({"headers": {"Authorization": "Basic eA=="}}, 401),
        ({"headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"[]"}, 400),
        ({"content": b""}, 400),
    ],
)
def test_invalid_requests_get_their_status(options, status):
    handler = Recorder()
    response = post(asgi_app(VERIFIER, handler), **options)
    assert response.status_code == status
    assert status != 405 or response.headers["allow"] == "POST"
    assert status != 401 or "www-authenticate" in response.headers
    assert handler.events == []


@pytest.mark.parametrize("error, status", [(ValueError(), 500), (StopRetries(), 403)])
def test_exceptions_of_the_handler_give_their_status(error, status):
    assert post(asgi_app(VERIFIER, Recorder(error))).status_code == status


def test_an_event_is_handled_once():
    handler = Recorder()
    application = asgi_app(VERIFIER, handler, seen=MemorySeenStore())
    assert [post(application).status_code for _ in range(2)] == [200, 200]
    assert len(handler.events) == 1


def test_a_large_inbound_email_is_handled():
    handler = Recorder()
    assert (
        post(asgi_app(VERIFIER, handler), content=body(changed(INBOUND, TextBody="x" * 3_000_000))).status_code == 200
    )
    assert len(handler.events[0].text_body) == 3_000_000


def test_the_verifier_receives_headers_and_address():
    handler = Recorder()
    trace = {"X-PM-Webhook-Trace-Id": "t-1"}
    assert post(asgi_app(Verifier(networks="127.0.0.0/8"), handler), headers=trace).status_code == 200
    assert handler.events[0].trace_id == "t-1"
    assert post(asgi_app(Verifier(networks="10.0.0.0/8"), handler)).status_code == 401


def test_a_body_in_several_messages_is_joined():
    handler = Recorder()
    sent, _ = call(asgi_app(VERIFIER, handler), request(*[bytes([byte]) for byte in body(DELIVERY)]))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 200
    assert handler.events[0].raw == DELIVERY


def test_nothing_is_read_before_the_credentials_are_checked():
    sent, unread = call(asgi_app(VERIFIER, Recorder()), request(b"x"), headers=[])
    assert (sent[0]["status"], unread) == (401, 2)


def test_a_length_over_the_limit_is_413_before_the_body_is_read():
    headers = [*scope_of()["headers"], (b"content-length", b"1001")]
    sent, unread = call(asgi_app(VERIFIER, Recorder(), max_body=1000), request(b"x"), headers=headers)
    assert (sent[0]["status"], unread) == (413, 2)


def test_no_more_than_the_limit_is_read():
    sent, unread = call(asgi_app(VERIFIER, Recorder(), max_body=1000), request(*[b"x" * 600] * 5))
    assert (sent[0]["status"], unread) == (413, 4)


@pytest.mark.parametrize("length", [b"many", b"", b"-1"])
def test_an_invalid_content_length_is_ignored(length):
    headers = [*scope_of()["headers"], (b"content-length", length)]
    sent, _ = call(asgi_app(VERIFIER, Recorder()), request(body(DELIVERY)), headers=headers)
    assert sent[0]["status"] == 200


def test_a_client_that_disconnects_gets_no_response():
    handler = Recorder()
    messages = [{"type": "http.request", "body": body(DELIVERY), "more_body": True}, {"type": "http.disconnect"}]
    assert call(asgi_app(VERIFIER, handler), messages) == ([], 0)
    assert handler.events == []


def test_a_client_that_disconnects_before_the_response_raises_nothing():
    """Servers raise `OSError` from `send` then, since version 2.4 of the specification."""
    handler = Recorder()
    messages = request(body(DELIVERY))

    async def receive_message() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise OSError("the client has disconnected")

    asyncio.run(asgi_app(VERIFIER, handler)(scope_of(), receive_message, send))
    assert len(handler.events) == 1


@pytest.mark.parametrize("method", ["HEAD", "head"])
def test_the_response_to_head_has_no_body(method):
    sent, _ = call(asgi_app(VERIFIER, Recorder()), [], method=method)
    assert (sent[0]["status"], sent[1]["body"]) == (405, b"")


def test_a_request_without_a_client_address_is_handled():
    assert call(asgi_app(VERIFIER, Recorder()), request(body(DELIVERY)), client=None)[0][0]["status"] == 200


def test_the_lifespan_protocol_is_supported():
    sent, _ = call(
        asgi_app(VERIFIER, Recorder()), [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], type="lifespan"
    )
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


def test_a_websocket_is_closed():
    assert call(asgi_app(VERIFIER, Recorder()), [], type="websocket")[0] == [{"type": "websocket.close"}]
