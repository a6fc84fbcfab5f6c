"""What the sandbox cannot do yet says so."""

from __future__ import annotations

import pytest

from emailapi.sandbox.routes import ROUTES, later

CALLS = [
    ("POST", "/email/bulk", "send in bulk"),
    ("GET", "/email/bulk", "send in bulk"),
    ("GET", "/email/bulk/x", "send in bulk"),
    ("POST", "/webhooks/1/verify", "call webhooks"),
    ("GET", "/messages/inbound", "receive messages"),
    ("GET", "/messages/inbound/x/details", "receive messages"),
    ("PUT", "/messages/inbound/x/bypass", "receive messages"),
    ("PUT", "/messages/inbound/x/retry", "receive messages"),
]


@pytest.mark.parametrize("method, path, what", CALLS)
def test_rejected_with_a_sentence(api, rejected, method, path, what):
    """A request that the sandbox does not support yet is rejected, and the message says so."""
    rejected(api.request(method, path), 422, 615, f"The sandbox does not {what} yet.")
    rejected(api.request(method, path, json={"From": "a@b.example"}), 422, 615)


@pytest.mark.parametrize("method, path, what", CALLS)
def test_token_first(sandbox, open_api, rejected, method, path, what):
    """Who has no token of the right kind is not told what is missing."""
    rejected(open_api(sandbox, "wrong").request(method, path), 401, 10)


def test_no_other_route_is_rejected():
    """The table has these calls and no others, and no route answers one of them, too."""
    assert len(tuple(later.routes)) == len(CALLS)
    keys = [(route.method, route.path) for route in ROUTES]
    assert len(set(keys)) == len(keys)
