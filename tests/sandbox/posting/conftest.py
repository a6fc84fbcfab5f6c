"""Endpoints of webhooks: real ones, served by waitress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import attrs
import pytest
import waitress
from waitress import wasyncore

from emailapi import Client, ContentTrigger, OpenTrigger, Trigger, Triggers
from emailapi.sandbox import Sandbox

ALL = Triggers(
    open=OpenTrigger(enabled=True),
    click=Trigger(enabled=True),
    delivery=Trigger(enabled=True),
    bounce=ContentTrigger(enabled=True),
    spam_complaint=ContentTrigger(enabled=True),
    subscription_change=Trigger(enabled=True),
)


@attrs.frozen
class Received:
    """A request to an endpoint; the names of headers are as WSGI has them, without HTTP_."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """
    An endpoint that keeps all requests, and responds as a test says.

    Attributes:
        requests: The requests so far.
        respond: Returns the status, the headers and the body of a response, or only the status.
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.respond: Callable[[Received], Any] = lambda _request: 200
        self.port = 0

    def url(self, path: str = "/hooks", login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.port}{path}"

    def respond_with(self, *statuses: int) -> None:
        """Respond with these statuses, one after the other, and from then on with 200."""
        left = [*statuses]
        self.respond = lambda _request: left.pop(0) if left else 200

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
        headers["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "")
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
        request = Received(environ["REQUEST_METHOD"], path, headers, environ["wsgi.input"].read())
        self.requests.append(request)
        response = self.respond(request)
        status, more, body = (response, [], b"") if isinstance(response, int) else response
        start_response(f"{status} Status", [*more, ("Content-Length", str(len(body)))])
        return [body]


def serve(application: Any, closing: ExitStack) -> int:
    """Serve a WSGI application in threads until the end of a test; return the port."""
    channels: dict[int, Any] = {}
    ended = threading.Event()
    server: Any = waitress.create_server(application, host="127.0.0.1", port=0, threads=6, map=channels)

    def run() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=10, map=channels, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        server.pull_trigger()
        thread.join(timeout=60)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(channels, ignore_all=True)

    closing.callback(stop)
    return int(server.effective_port)


@pytest.fixture
def endpoint() -> Iterator[Callable[[Any], int]]:
    """Serves WSGI applications, and returns the port of each."""
    with ExitStack() as closing:
        yield lambda application: serve(application, closing)


@pytest.fixture
def receiver(endpoint: Callable[[Any], int]) -> Receiver:
    """An endpoint that keeps all requests."""
    made = Receiver()
    made.port = endpoint(made)
    return made


@pytest.fixture
def hook(client: Client, receiver: Receiver) -> Any:
    """A webhook with all triggers at the endpoint."""
    return client.webhooks.create(url=receiver.url(), triggers=ALL)


@pytest.fixture
def posted(sandbox: Sandbox, receiver: Receiver) -> Callable[[], list[Received]]:
    """Waits until everything that is due was posted, and returns the requests."""

    def posted() -> list[Received]:
        sandbox.clock.wait_idle(60)
        return receiver.requests

    return posted
