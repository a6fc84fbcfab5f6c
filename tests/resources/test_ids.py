"""Each call that takes an id also takes a `UUID`, and the record that the id belongs to."""

from __future__ import annotations

import uuid

import pytest

from emailapi import (
    Bounce,
    BulkStatus,
    Click,
    DataRemoval,
    Domain,
    InboundDetails,
    InboundMessage,
    InboundRule,
    InvalidArgument,
    Message,
    MessageDetails,
    MessageState,
    MessageStatus,
    Open,
    SendResult,
    Server,
    Signature,
    Stream,
    Suppression,
    TemplateDetails,
    Webhook,
)
from emailapi.webhooks import DeliveryEvent

ID = uuid.UUID(int=7)
MESSAGE = f"/messages/outbound/{ID}"
INBOUND = f"/messages/inbound/{ID}"
OF_A_MESSAGE = [
    ID,
    SendResult(message_id=str(ID)),
    Message(message_id=str(ID)),
    MessageDetails(message_id=str(ID)),
    MessageStatus(message_id=str(ID), state=MessageState.SENT),
    Bounce(id=3, message_id=str(ID)),
    Open(message_id=str(ID)),
    Click(message_id=str(ID)),
    DeliveryEvent(message_id=str(ID)),
]
MESSAGE_CALLS = [
    (lambda client, id: client.messages.get(id), f"{MESSAGE}/details", {}),
    (lambda client, id: client.messages.dump(id), f"{MESSAGE}/dump", {}),
    (lambda client, id: client.messages.status(id), f"{MESSAGE}/details", {}),
    (
        lambda client, id: client.messages.message_opens(id),
        f"/messages/outbound/opens/{ID}",
        {"Opens": []},
    ),
    (
        lambda client, id: client.messages.message_clicks(id),
        f"/messages/outbound/clicks/{ID}",
        {"Clicks": []},
    ),
]
CALLS = [
    (lambda client: client.bounces.get, Bounce(id=7), "GET", "/bounces/7"),
    (lambda client: client.bounces.dump, Bounce(id=7), "GET", "/bounces/7/dump"),
    (lambda client: client.bounces.activate, Bounce(id=7), "PUT", "/bounces/7/activate"),
    (lambda client: client.inbound.get, InboundMessage(message_id=str(ID)), "GET", f"{INBOUND}/details"),
    (lambda client: client.inbound.bypass, InboundDetails(message_id=str(ID)), "PUT", f"{INBOUND}/bypass"),
    (lambda client: client.inbound.retry, ID, "PUT", f"{INBOUND}/retry"),
    (lambda client: client.inbound_rules.delete, InboundRule(id=7), "DELETE", "/triggers/inboundrules/7"),
    (lambda client: client.templates.get, TemplateDetails(template_id=7, alias="a"), "GET", "/templates/7"),
    (lambda client: client.templates.edit, TemplateDetails(template_id=7), "PUT", "/templates/7"),
    (lambda client: client.templates.delete, TemplateDetails(template_id=7), "DELETE", "/templates/7"),
    (lambda client: client.streams.get, Stream(id="news"), "GET", "/message-streams/news"),
    (lambda client: client.streams.archive, Stream(id="news"), "POST", "/message-streams/news/archive"),
    (lambda client: client.webhooks.get, Webhook(id=7), "GET", "/webhooks/7"),
    (lambda client: client.webhooks.delete, Webhook(id=7), "DELETE", "/webhooks/7"),
    (lambda client: client.outbound.bulk_status, BulkStatus(id=str(ID)), "GET", f"/email/bulk/{ID}"),
    (lambda client: client.outbound.bulk_status, ID, "GET", f"/email/bulk/{ID}"),
    (lambda account: account.servers.get, Server(id=7), "GET", "/servers/7"),
    (lambda account: account.domains.get, Domain(id=7), "GET", "/domains/7"),
    (lambda account: account.domains.verify_dkim, Domain(id=7), "PUT", "/domains/7/verifyDkim"),
    (lambda account: account.signatures.resend, Signature(id=7), "POST", "/senders/7/resend"),
    (lambda account: account.data_removals.get, DataRemoval(id=7), "GET", "/data-removals/7"),
]
NAMES = [f"{method} {path} {type(record).__name__}" for _, record, method, path in CALLS]


@pytest.mark.parametrize("call, path, value", MESSAGE_CALLS, ids=["get", "dump", "status", "opens", "clicks"])
@pytest.mark.parametrize("id", OF_A_MESSAGE, ids=lambda id: type(id).__name__)
def test_any_record_about_a_message_identifies_it(service, call, path, value, id):
    service.respond("GET", path, value)
    call(service.client, id)
    assert len(service.calls) == 1


@pytest.mark.parametrize("of_client, record, method, path", CALLS, ids=NAMES)
def test_a_record_can_be_passed_instead_of_its_id(service, of_client, record, method, path):
    service.respond(method, path, {})
    of_client(getattr(service, of_client.__code__.co_varnames[0]))(record)
    assert [(request.method, request.path_url) for request in service.calls] == [(method, path)]


@pytest.mark.parametrize("of_client, record, method, path", CALLS, ids=NAMES)
def test_the_id_of_another_kind_of_record_is_never_used(service, of_client, record, method, path):
    """Otherwise the webhook whose id is that of a bounce would be deleted."""
    call = of_client(getattr(service, of_client.__code__.co_varnames[0]))
    for wrong in (Suppression(email_address="a@example.com"), Server(id=8), Bounce(id=8)):
        if not isinstance(record, type(wrong)):
            why = f"must be a number or a non-empty text, got {type(wrong).__name__}$"
            with pytest.raises(InvalidArgument, match=why):
                call(wrong)
    assert not service.calls


def test_a_record_without_an_id_is_rejected(service):
    with pytest.raises(InvalidArgument, match="id must be a number or a non-empty text, got None"):
        service.client.bounces.get(Bounce())
    with pytest.raises(InvalidArgument, match="id must be a number or a non-empty text, got ''"):
        service.client.messages.get(Message())


def test_suppressions_accept_a_stream_by_keyword_by_position_and_as_a_record(service):
    path = "/message-streams/news/suppressions"
    service.respond("GET", f"{path}/dump", {"Suppressions": []})
    service.respond("POST", path, {"Suppressions": []})
    service.respond("POST", f"{path}/delete", {"Suppressions": []})
    suppressions, stream = service.client.suppressions, Stream(id="news")
    for given in ("news", stream):
        suppressions.list(given)
        suppressions.list(message_stream=given)
        for call in (suppressions.create, suppressions.delete):
            call(given, ["a@example.com"])
            call(["a@example.com"], message_stream=given)
            call("a@example.com", message_stream=given)
            call(stream=given, addresses="a@example.com")
    assert len(service.calls) == 20


def test_suppressions_use_the_default_stream(service):
    path = "/message-streams/outbound/suppressions"
    service.respond("GET", f"{path}/dump", {"Suppressions": []})
    service.respond("POST", path, {"Suppressions": []})
    service.client.suppressions.list(email_address="a@example.com")
    service.client.suppressions.create("a@example.com")
    assert len(service.calls) == 2


@pytest.mark.parametrize("verb", ["create", "delete"])
def test_suppressions_without_addresses_are_rejected(service, verb):
    for arguments in ((), ("outbound",), ("news", ()), ("outbound", None)):
        with pytest.raises(InvalidArgument, match="addresses must be 1 to 50, got 0"):
            getattr(service.client.suppressions, verb)(*arguments)
    assert not service.calls


def test_a_stream_given_twice_is_rejected(service):
    with pytest.raises(InvalidArgument, match="the stream was given twice, by position and as message_stream='news'"):
        service.client.suppressions.create("other", "a@example.com", message_stream="news")
    assert not service.calls
