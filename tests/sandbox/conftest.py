"""A sandbox for each test, and a client that says as little as possible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emailapi.sandbox import Sandbox

MAIL = {"From": "sender@example.com", "To": "reader@example.com", "Subject": "Hello", "TextBody": "Good morning"}


class Api:
    """The API of a running sandbox, with one token."""

    def __init__(self, sandbox: Sandbox, token: str | None = None) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Accept"] = "application/json"
        self.session.headers["X-Postmark-Server-Token"] = token or sandbox.token

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.sandbox.url + path, timeout=10, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str, value: Any) -> requests.Response:
        return self.request("POST", path, json=value)

    def send(self, **changes: Any) -> requests.Response:
        """Post the usual mail with these fields changed; None leaves one out."""
        return self.post("/email", self.mail(**changes))

    def mail(self, **changes: Any) -> dict[str, Any]:
        return {name: value for name, value in {**MAIL, **changes}.items() if value is not None}

    def accepted(self, **changes: Any) -> str:
        """Send a mail that must be accepted, and return its id."""
        answer = self.send(**changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["MessageID"])

    def found(self, **query: Any) -> dict[str, Any]:
        """Search messages, and return the envelope."""
        answer = self.get("/messages/outbound", **{"count": 50, "offset": 0, **query})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def details(self, message_id: str) -> dict[str, Any]:
        answer = self.get(f"/messages/outbound/{message_id}/details")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox in memory."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Its API, with its first server's token."""
    client = Api(sandbox)
    with client.session:
        yield client


@pytest.fixture
def open_api() -> Iterator[Any]:
    """Makes further clients, of other sandboxes or with other tokens, and closes them."""
    opened: list[Api] = []

    def make(running: Sandbox, token: str | None = None) -> Api:
        opened.append(Api(running, token))
        return opened[-1]

    yield make
    for client in opened:
        client.session.close()


@pytest.fixture
def refused() -> Any:
    """Checks that an answer is a refusal: status, code in body and header, and a sentence that holds a text."""

    def check(answer: requests.Response, status: int, code: int, text: str = "") -> None:
        assert (answer.status_code, answer.json()["ErrorCode"]) == (status, code), answer.text
        assert answer.headers["X-PM-ApiErrorCode"] == str(code)
        assert set(answer.json()) == {"ErrorCode", "Message"}
        assert text in answer.json()["Message"]

    return check
