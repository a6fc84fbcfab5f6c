"""The API of a client as a transport among others."""

from __future__ import annotations

import pytest

from emailapi import (
    AccountClient,
    APITransport,
    Client,
    ConfigurationError,
    ConnectionFailed,
    Email,
    Fallback,
    Hooks,
    InvalidArgument,
    InvalidEmail,
    MemoryTransport,
    Retry,
    Transport,
)
from emailapi.sandbox import Sandbox

EMAIL = Email(sender="a@example.com", to="b@example.com", text_body="x")


@pytest.fixture(scope="module")
def sandbox():
    """Run a sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    """Return a client of it."""
    with Client(sandbox.token, base_url=sandbox.url, sender="filled@example.com") as client:
        yield client


def test_an_email_is_sent_with_the_options_of_the_client(client):
    transport = APITransport(client)
    assert isinstance(transport, Transport)
    result = transport.send({"to": "b@example.com", "text_body": "x"})
    assert result.via == "api"
    assert client.messages.get(result.message_id).sender == "filled@example.com"
    assert [item.error_code for item in transport.send_batch([EMAIL, EMAIL])] == [0, 0]


def test_closing_the_transport_leaves_the_client_open(client):
    transport = APITransport(client)
    transport.close()
    assert client.outbound.send(EMAIL).message_id
    assert repr(transport) == f"APITransport(base_url={client._session.base_url!r})"


def test_check_rejects_without_a_request(client):
    transport = APITransport(client)
    transport.check(EMAIL)
    with pytest.raises(InvalidEmail) as caught:
        transport.check(Email(sender="a@example.com", to="b@example.com", text_body="x", tag="t" * 1001))
    assert caught.value.field == "tag"


def test_both_transports_send_the_same_key(client):
    second = MemoryTransport()
    with Client("token", base_url="http://127.0.0.1:9", sender="filled@example.com", message_stream="news") as nowhere:
        result = Fallback(APITransport(nowhere), second).send({"to": "b@example.com", "text_body": "x"})
    (email,) = second.sent
    assert (str(email.sender), email.message_stream) == ("filled@example.com", "news")
    assert email.idempotency_key == result.idempotency_key
    assert email.idempotency_key


def test_without_reconcile_there_is_no_key():
    second = MemoryTransport()
    with Client("token", base_url="http://127.0.0.1:9", reconcile=False) as nowhere:
        Fallback(APITransport(nowhere), second).send(EMAIL)
    assert second.sent == [EMAIL]


def test_the_fallback_of_the_client_is_not_used():
    second = MemoryTransport()
    with (
        Client("token", base_url="http://127.0.0.1:9", fallback=second) as client,
        pytest.raises(ConnectionFailed),
    ):
        APITransport(client).within(25, attempts=1).send(EMAIL)
    assert second.sent == []


def test_within_shortens_the_deadline_and_never_extends_it(client):
    transport = APITransport(client)
    assert transport.deadline == 30.0
    assert transport.within(5).deadline == 5
    assert transport.within(60).deadline == 30.0


@pytest.mark.parametrize("limit, attempts", [(1, 1), (2, 2), (9, 4), (None, 4)])
def test_within_limits_the_attempts_and_never_adds_any(limit, attempts):
    tried = []
    retry, hooks = Retry(attempts=4, initial=0.001), Hooks(before_send=tried.append)
    with (
        Client("token", base_url="http://127.0.0.1:9", retry=retry, hooks=hooks) as client,
        pytest.raises(ConnectionFailed),
    ):
        APITransport(client).within(25, attempts=limit).send(EMAIL)
    assert len(tried) == attempts


@pytest.mark.parametrize("attempts", [0, -1, True, 1.5, "2"])
def test_within_rejects_an_invalid_number_of_attempts(client, attempts):
    with pytest.raises(ConfigurationError, match="attempts must be a whole number of at least 1"):
        APITransport(client).within(5, attempts=attempts)


@pytest.mark.parametrize(
    "given, found", [("token", "str"), (AccountClient("token"), "AccountClient"), (None, "NoneType")]
)
def test_another_object_than_a_client_is_named(given, found):
    with pytest.raises(InvalidArgument, match=f"^client must be a Client, got {found}$"):
        APITransport(given)
