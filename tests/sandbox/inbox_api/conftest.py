"""A client of the JSON API that checks each request and each response by the description of the API."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from werkzeug.routing import Map

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox_api import PREFIX, RULES

DESCRIPTION = json.loads(files("emailapi.sandbox.inbox_api").joinpath("openapi.json").read_bytes())
MAP = Map([rule.empty() for rule in RULES])


def described(method: str, path: str) -> dict[str, Any]:
    """Return the description of the operation that a request means."""
    endpoint, _ = MAP.bind("x").match(PREFIX + path, method=method)
    route = endpoint.split(" ")[2].replace("<int:", "<").replace("<", "{").replace(">", "}")
    return dict(DESCRIPTION["paths"][route][method.lower()])


def check(value: object, schema: dict[str, Any]) -> None:
    """Check a JSON value by a schema of the description."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert not errors, errors


class Inbox:
    """The JSON API of a sandbox, with the token of one server."""

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.url = sandbox.url + PREFIX
        self.headers = {"X-Postmark-Server-Token": token}

    def request(self, method: str, path: str, status: int = 200, **options: Any) -> requests.Response:
        response = requests.request(method, self.url + path, headers=self.headers, timeout=90, **options)
        assert response.status_code == status, response.text
        documented = described(method, path)["responses"]["200"]
        if status != 200:
            documented = DESCRIPTION["components"]["responses"]["Error"]
        content = documented["content"]
        kind = response.headers["Content-Type"].partition(";")[0]
        if "application/json" in content:
            assert kind == "application/json"
            check(response.json(), content[kind]["schema"])
        elif "application/octet-stream" not in content:
            assert kind in content
        return response

    def get(self, path: str, **query: Any) -> Any:
        return self.request("GET", path, params=query).json()

    def post(self, path: str, **body: Any) -> Any:
        """Post fields, which the description must allow."""
        check(body, described("POST", path)["requestBody"]["content"]["application/json"]["schema"])
        return self.request("POST", path, json=body).json()

    def post_empty(self, path: str) -> Any:
        """Post nothing."""
        return self.request("POST", path).json()

    def delete(self, path: str, **query: Any) -> Any:
        return self.request("DELETE", path, params=query).json()

    def rejected(self, method: str, path: str, status: int = 422, **options: Any) -> tuple[str | None, str]:
        """Return the argument and the message of a request that must be rejected."""
        error = self.request(method, path, status, **options).json()
        return error.get("argument"), error["message"]


@pytest.fixture
def inbox(sandbox: Sandbox) -> Inbox:
    """The API of the sandbox's first server."""
    return Inbox(sandbox, sandbox.token)


@pytest.fixture
def other_inbox(sandbox: Sandbox, account: Any) -> Inbox:
    """The API of a second server."""
    return Inbox(sandbox, account.post("/servers", {"Name": "Second"}).json()["ApiTokens"][0])
