"""A client that sends by a transport instead of the API: what needs the API after all, its options and its life."""

from __future__ import annotations

import pickle
from unittest import mock

import pytest

from emailapi import (
    APITransport,
    BulkEmail,
    Client,
    ConfigurationError,
    DeliveryUnknown,
    Email,
    Fallback,
    Hooks,
    InMemoryClient,
    MemoryTransport,
    Retry,
    TemplateEmail,
)

from .faults.conftest import connect, serve  # noqa: F401 - fixtures
from .faults.modes import MODES
from .transports.user_transports import Bare

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
TEMPLATE = TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="welcome", template_model={"n": 1})
BULK = BulkEmail(sender="a@example.com", subject="s", text_body="t", messages=[{"to": "b@example.com"}] * 2)


def test_a_transport_that_cannot_be_searched_has_no_check_first():
    with Client.in_memory() as client:
        keyed = EMAIL.replace(idempotency_key="k")
        for call in (
            lambda: client.outbound.send(keyed, check_first=True),
            lambda: client.outbound.send_batch([keyed], check_first=True),
            lambda: client.outbound.send_many([keyed], check_first=True),
            lambda: client.outbound.send_many([keyed, EMAIL], check_first_limit=1),
        ):
            with pytest.raises(ConfigurationError, match=r"check_first: MemoryTransport .*use a Client with a token"):
                call()
    assert client.transport.sent == []


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.outbound.find("k"),
        lambda client: client.outbound.find(DeliveryUnknown("lost", idempotency_key="k")),
        lambda client: client.outbound.bulk_status("1"),
        lambda client: client.outbound.list_bulk(),
        lambda client: client.messages.get("1"),
        lambda client: client.messages.status("1"),
        lambda client: client.inbound.list(),
        lambda client: client.inbound_rules.create("a@example.com"),
        lambda client: client.bounces.delivery_stats(),
        lambda client: client.templates.get(1),
        lambda client: client.streams.list(),
        lambda client: client.suppressions.list("outbound"),
        lambda client: client.webhooks.get(1),
        lambda client: client.stats.overview(),
        lambda client: client.server.get(),
    ],
)
def test_other_calls_say_that_they_need_a_client_with_a_token(call):
    with Client.in_memory() as client:
        for one in (client, client.with_options(deadline=1)):
            with pytest.raises(ConfigurationError, match=r"sends by MemoryTransport and has no API.*with a token"):
                call(one)


@pytest.mark.parametrize(
    "option",
    [
        {"token": "s3cret"},
        {"base_url": "https://api.example"},
        {"session": object()},
        {"allow_http": True},
        {"timeout": 3},
        {"retry": Retry(attempts=1)},
        {"on_unknown": "resend"},
        {"reconcile": False},
        {"hooks": Hooks(on_error=print)},
    ],
    ids=lambda option: next(iter(option)),
)
def test_an_option_of_the_api_excludes_a_transport(option):
    (name,) = option
    with pytest.raises(ConfigurationError, match=f"{name}= cannot be given with transport=") as caught:
        Client(transport=MemoryTransport(), **option)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["smtp", MemoryTransport, 5, Client], ids=repr)
def test_an_object_that_is_not_a_transport_is_rejected(wrong):
    with pytest.raises(ConfigurationError, match="transport must be a transport"):
        Client(transport=wrong)


def test_an_empty_token_counts_as_missing():
    Client("", transport=MemoryTransport()).close()


def test_with_options_sends_by_the_same_transport_and_does_not_close_it():
    with Client.in_memory(sender="us@example.com") as client:
        with client.with_options(sender="other@example.com", timeout=3) as other:
            assert type(other) is InMemoryClient
            assert other.transport is client.transport
            other.outbound.send(EMAIL.replace(sender=None))
        client.outbound.send(EMAIL.replace(sender=None))
        assert [email.sender.email for email in client.transport.sent] == ["other@example.com", "us@example.com"]


def test_with_options_keeps_the_attributes_of_a_subclass():
    class Mine(Client):
        def __init__(self):
            super().__init__(transport=MemoryTransport())
            self.team = "billing"

    with Mine() as client:
        assert client.outbound is client.outbound
        other = client.with_options(deadline=3)
        assert (type(other), other.team) == (Mine, "billing")
        assert other.outbound is not client.outbound


def test_a_closed_client_does_not_send_by_its_transport():
    transport = Bare()
    client = Client(transport=transport)
    other = client.with_options(deadline=3)
    with client:
        client.outbound.send(EMAIL)
    for call in (
        lambda: client.outbound.send(EMAIL),
        lambda: other.outbound.send(EMAIL),
        lambda: client.outbound.send_batch([EMAIL]),
        lambda: client.outbound.send_many([EMAIL]),
        lambda: client.messages.get("1"),
    ):
        with pytest.raises(ConfigurationError, match="the client is closed"):
            call()
    memory = Client.in_memory()
    memory.close()
    with pytest.raises(ConfigurationError, match="closed"):
        memory.outbound.send_bulk(BULK)
    assert len(transport.sent) == 1


def test_closing_closes_the_fallback_though_the_transport_fails():
    class Stuck(Bare):
        def close(self):
            raise OSError("stuck")

    behind = Bare()
    with pytest.raises(OSError, match="stuck"):
        Client(transport=Stuck(), fallback=behind).close()
    assert behind.closed


def test_a_client_with_a_transport_is_not_pickled():
    with Client.in_memory() as client, pytest.raises(TypeError, match="create one in each process"):
        pickle.dumps(client)


def test_the_transport_of_a_client_of_the_api_is_the_api(serve, connect):  # noqa: F811
    service = serve(MODES["429"])
    client = connect(service, retry=Retry(attempts=1))
    assert isinstance(client.transport, APITransport)
    assert Fallback(client.transport, MemoryTransport()).send(EMAIL).via == "memory"


@pytest.mark.parametrize("kind", [Client, InMemoryClient])
def test_a_mock_made_from_a_client_class_sends(kind):
    mocked = mock.create_autospec(kind, instance=True)
    mocked.outbound.send.return_value = "sent"
    assert mocked.outbound.send(EMAIL) == "sent"
    assert mocked.transport is not None
