"""A sandbox for each test, and a client that says as little as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import postmark.sync
import pytest
import requests

from emailapi import Client, Retry
from emailapi.sandbox import Sandbox
from emailapi.sandbox.clock import Clock
from emailapi.sandbox.finding import index_some

EMAIL = {"From": "sender@example.com", "To": "reader@example.com", "Subject": "Hello", "TextBody": "Good morning"}


class Api:
    """The API of a running sandbox, with one token."""

    def __init__(self, sandbox: Sandbox, token: str | None = None) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Accept"] = "application/json"
        self.session.headers["X-Postmark-Server-Token"] = token or sandbox.token

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.sandbox.url + path, timeout=60, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str, value: Any) -> requests.Response:
        return self.request("POST", path, json=value)

    def put(self, path: str, value: Any = None) -> requests.Response:
        """Put a value; None sends no body."""
        return self.request("PUT", path, json=value)

    def delete(self, path: str) -> requests.Response:
        return self.request("DELETE", path)

    def send(self, **changes: Any) -> requests.Response:
        """Post the usual email with these fields changed; None leaves one out."""
        return self.post("/email", self.email(**changes))

    def email(self, **changes: Any) -> dict[str, Any]:
        return {name: value for name, value in {**EMAIL, **changes}.items() if value is not None}

    def accepted(self, **changes: Any) -> str:
        """Send an email that must be accepted, and return its id."""
        response = self.send(**changes)
        assert response.status_code == 200, response.text
        return str(response.json()["MessageID"])

    def found(self, **query: Any) -> dict[str, Any]:
        """Search messages, and return the envelope."""
        response = self.get("/messages/outbound", **{"count": 50, "offset": 0, **query})
        assert response.status_code == 200, response.text
        return dict(response.json())

    def details(self, message_id: str) -> dict[str, Any]:
        response = self.get(f"/messages/outbound/{message_id}/details")
        assert response.status_code == 200, response.text
        return dict(response.json())


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
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Our client of its first server."""
    with Client(sandbox.token, base_url=sandbox.url, sender="shop@example.com", retry=Retry(attempts=1)) as client:
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
def account(sandbox: Sandbox, open_api: Any) -> Api:
    """The account's side of the API."""
    client: Api = open_api(sandbox)
    del client.session.headers["X-Postmark-Server-Token"]
    client.session.headers["X-Postmark-Account-Token"] = sandbox.account_token
    return client


@pytest.fixture
def pass_time(sandbox: Sandbox) -> Callable[[timedelta], None]:
    """Stops the sandbox's clock, and gives what moves it on."""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    class Stopped(Clock):
        def now(self) -> datetime:
            return now

    def pass_time(time: timedelta) -> None:
        nonlocal now
        now += time

    sandbox.clock = Stopped()
    return pass_time


@pytest.fixture
def index_all(sandbox: Sandbox) -> Callable[[], None]:
    """Gives what indexes all messages, as the sandbox does when there is nothing else to do."""

    def index_all() -> None:
        while index_some(sandbox.store):
            pass

    return index_all


@pytest.fixture
def rejected() -> Any:
    """Checks that a response is a rejection: status, code in body and header, and a sentence that holds a text."""

    def check(response: requests.Response, status: int, code: int, text: str = "") -> None:
        assert (response.status_code, response.json()["ErrorCode"]) == (status, code), response.text
        assert response.headers["X-PM-ApiErrorCode"] == str(code)
        assert set(response.json()) == {"ErrorCode", "Message"}
        assert text in f"{response.json()['Message']} {response.headers.get('X-Sandbox-Reason', '')}"

    return check


@pytest.fixture
def vendor(sandbox: Sandbox) -> Iterator[Any]:
    """The vendor's own synchronous client of a server, with only the base URL changed."""
    with postmark.sync.ServerClient(sandbox.token, retries=0, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def vendor_account(sandbox: Sandbox) -> Iterator[Any]:
    """The vendor's own client of the account."""
    with postmark.sync.AccountClient(sandbox.account_token, retries=0, base_url=sandbox.url) as client:
        yield client
