"""The service's place in these tests: exact responses by `responses`, or a whole sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from emailapi import AccountClient, Client, Retry
from emailapi.sandbox import Sandbox

TOKENS = {"X-Postmark-Server-Token": "5ecre7-0f-a-server", "X-Postmark-Account-Token": "5ecre7-0f-an-account"}
HOST = "https://api.postmarkapp.com"


ONCE = Retry(attempts=1)


class Service:
    """
    The service, with the responses that a test sets.

    Attributes:
        client: A client of one server.
        account: A client of the account.
    """

    def __init__(self, mock: responses.RequestsMock, client: Client, account: AccountClient) -> None:
        """Respond to nothing yet: a request that no test has a response for fails it."""
        self.client = client
        self.account = account
        self._mock = mock

    def respond(self, method: str, path: str, value: Any, status: int = 200, **headers: str) -> None:
        """
        Respond to requests with a JSON value, or with bytes as they stand.

        Of several responses to one path each is given once, in their order, and the last one again and again.
        """
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self._mock.add(method, HOST + path, body=body, status=status, headers=named)

    def respond_by(self, method: str, path: str, function: Callable[[Any], Any]) -> None:
        """Respond to requests with the JSON value that a function makes of each."""
        self._mock.add_callback(method, HOST + path, lambda request: (200, {}, json.dumps(function(request))))

    @property
    def calls(self) -> list[Any]:
        """Every request so far."""
        return [call.request for call in self._mock.calls]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The query of every request so far; none has a name twice."""
        found = [parse_qsl(urlsplit(request.url).query, keep_blank_values=True) for request in self.calls]
        assert all(len(dict(pairs)) == len(pairs) for pairs in found)
        return [dict(pairs) for pairs in found]

    @property
    def bodies(self) -> list[Any]:
        """The JSON value of every request so far; None where it has no body."""
        return [None if request.body is None else json.loads(request.body) for request in self.calls]


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a `Service`, which no request gets past."""
    tokens = TOKENS.values()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        server_token, account_token = tokens
        client = Client(server_token, retry=ONCE, reconcile=False)
        account = AccountClient(account_token, retry=ONCE)
        with client, account:
            yield Service(mock, client, account)


@pytest.fixture
def contract(service: Service, responses_json: Callable[[str], Any], requests_json: Callable[[str], Any]) -> Any:
    """
    Give `contract(call, line, query=, body=, response=)`, which makes a call and returns what it gives.

    The one request of the call must be `line` (method and path), with exactly this query and body, the token of the
    call's side and no other, and the headers of JSON. Query and body name files of tests/requests/, the response one of
    tests/responses/, all of them written by hand from the contract. The call's argument is named `client` or `account`.
    """

    def check(call: Any, line: str, *, query: str = "", body: str = "", response: str = "envelope") -> Any:
        method, path = line.split(" ", 1)
        service.respond(method, path, responses_json(response))
        side = call.__code__.co_varnames[0]
        result = call(getattr(service, side))
        (request,) = service.calls
        assert (request.method, urlsplit(request.url).path) == (method, path)
        assert service.queries == [requests_json(query) if query else {}]
        assert service.bodies == [requests_json(body) if body else None]
        token = [*TOKENS][side == "account"]
        assert {name: request.headers[name] for name in TOKENS if name in request.headers} == {token: TOKENS[token]}
        assert request.headers["Accept"] == "application/json"
        assert request.headers.get("Content-Type") == ("application/json" if body else None)
        return result

    return check


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox in memory, for all tests of a file."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Give a client of that sandbox, with a sender to fill in."""
    with Client(sandbox.token, base_url=sandbox.url, sender="us@example.com") as client:
        yield client


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[AccountClient]:
    """Give a client of that sandbox's account."""
    with AccountClient(sandbox.account_token, base_url=sandbox.url) as account:
        yield account
