"""Applications, and servers to send to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from emailapi.flask import Mail, Message
from emailapi.sandbox import Sandbox

from ..transports.smtp.listener import Listener
from ..transports.smtp.scripted import Scripted


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    """Close after the test what was opened in it."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def make_app(closing: contextlib.ExitStack) -> Callable[..., Flask]:
    """Give `make_app(**config)`: an application, whose connections are closed after the test."""

    def make(name: str = "shop", **config: Any) -> Flask:
        app = Flask(name)
        app.config.update({"MAIL_DEFAULT_SENDER": "shop@example.com", **config})
        closing.callback(lambda: "emailapi" in app.extensions and app.extensions["emailapi"].close())
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Give an application that is tested."""
    return make_app(TESTING=True)


@pytest.fixture
def mail(app: Flask) -> Mail:
    """Give a `Mail` of that application."""
    return Mail(app)


@pytest.fixture
def message() -> Message:
    """Give a message with all that one needs."""
    return Message("Hi", ["ada@example.com"], body="Hello")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def api(make_app: Callable[..., Flask], sandbox: Sandbox) -> Callable[..., Flask]:
    """Give `api(**config)`: an application that sends by the sandbox."""

    def make(**config: Any) -> Flask:
        return make_app(EMAILAPI_SERVER_TOKEN=sandbox.token, EMAILAPI_BASE_URL=sandbox.url, **config)

    return make


@pytest.fixture
def listen(closing: contextlib.ExitStack) -> Callable[..., Listener]:
    """Give `listen(**options)`: an aiosmtpd that keeps what it is sent."""
    return lambda **options: closing.enter_context(Listener(**options))


@pytest.fixture
def script(closing: contextlib.ExitStack) -> Callable[..., Scripted]:
    """Give `script(*scripts)`: an SMTP server that does for each connection what its script says."""

    def start(*scripts: Any) -> Scripted:
        server = Scripted(*scripts)
        closing.callback(server.close)
        return server

    return start


@pytest.fixture
def by_smtp(make_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """Give `by_smtp(server, **config)`: an application that sends by an SMTP server."""

    def make(server: Any, **config: Any) -> Flask:
        return make_app(MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port, **config)

    return make
