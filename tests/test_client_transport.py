"""A client that sends by a transport instead of the API: what leaves by it."""

from __future__ import annotations

from unittest import mock

import pytest

from emailapi import (
    APITransport,
    BulkEmail,
    Client,
    ConfigurationError,
    ConnectionFailed,
    Email,
    InMemoryClient,
    InvalidEmail,
    MemoryTransport,
    SendResult,
    SMTPTransport,
    TemplateEmail,
)

from .faults.conftest import connect, serve  # noqa: F401 - fixtures
from .transports.user_transports import Bare

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
TEMPLATE = TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="welcome", template_model={"n": 1})
BULK = BulkEmail(sender="a@example.com", subject="s", text_body="t", messages=[{"to": "b@example.com"}] * 2)


class Down(MemoryTransport):
    def send(self, email, /):
        raise ConnectionFailed("down")


def test_all_emails_of_a_client_are_sent_by_its_transport_without_a_token():
    with Client(transport=MemoryTransport()) as client:
        sent = client.transport.sent
        results = [client.outbound.send(EMAIL, idempotency_key="k"), *client.outbound.send_batch([EMAIL, EMAIL])]
        results += client.outbound.send_many([EMAIL] * 3, workers=2, chunk_size=2)
        results += [client.outbound.send_template(TEMPLATE), *client.outbound.send_template_batch([TEMPLATE] * 2)]
        status = client.outbound.send_bulk(BULK)
    assert sent == [EMAIL.replace(idempotency_key="k"), *[EMAIL] * 5, *[TEMPLATE] * 3, BULK]
    assert {result.via for result in results} == {"memory"}
    assert len({result.message_id for result in results} | {status.id}) == 10
    assert results[0].idempotency_key == "k"
    assert (status.status, status.total_messages, status.subject) == ("Accepted", 2, "s")


def test_no_token_is_looked_up(monkeypatch):
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "not a token")
    with Client(transport=MemoryTransport()) as client:
        client.outbound.send(EMAIL)


def test_in_memory_is_a_client_with_a_memory_transport():
    with Client.in_memory(sender="us@example.com", message_stream="news") as client:
        client.outbound.send({"to": "b@example.com", "text_body": "t"})
        assert isinstance(client, InMemoryClient)
        assert repr(client) == "InMemoryClient(transport=MemoryTransport(1 sent))"
    (email,) = client.transport.sent
    assert (email.sender.email, email.message_stream) == ("us@example.com", "news")


def test_the_defaults_of_the_client_are_filled_in_for_every_kind_of_email(monkeypatch):
    monkeypatch.setenv("EMAILAPI_SENDER", "env@example.com")
    with Client.in_memory(message_stream="news") as client:
        client.outbound.send_batch([EMAIL.replace(sender=None), EMAIL.replace(message_stream="other")])
        client.outbound.send_template(TEMPLATE.replace(sender=None))
        client.outbound.send_bulk(BULK.replace(sender=None))
    found = [(email.sender.email, email.message_stream) for email in client.transport.sent]
    assert found == [("env@example.com", "news"), ("a@example.com", "other"), *[("env@example.com", "news")] * 2]


def test_an_invalid_email_is_rejected_as_by_the_api():
    with Client.in_memory() as client:
        for call, email, field in (
            (client.outbound.send, EMAIL.replace(sender=None), "sender"),
            (client.outbound.send_template, TEMPLATE.replace(sender=None), "sender"),
            (client.outbound.send_template, TEMPLATE.replace(to=()), "to"),
            (client.outbound.send_template, TEMPLATE.replace(template_alias=None), "template_id"),
            (client.outbound.send_bulk, BULK.replace(sender=None), "sender"),
            (client.outbound.send_bulk, BULK.replace(messages=()), "messages"),
        ):
            with pytest.raises(InvalidEmail) as caught:
                call(email)
            assert caught.value.field == field
        batch = client.outbound.send_batch([EMAIL, {"to": "nobody"}])
        assert [type(item) for item in batch] == [SendResult, InvalidEmail]
    assert client.transport.sent == [EMAIL]


@pytest.mark.parametrize("make", [lambda: SMTPTransport("127.0.0.1", 9, tls="none"), Bare], ids=["SMTP", "user's"])
@pytest.mark.parametrize("behind", [None, MemoryTransport], ids=["alone", "with a fallback"])
def test_a_transport_without_templates_and_bulk_rejects_them_by_name(make, behind):
    with Client(transport=make(), fallback=behind and behind()) as client:
        with pytest.raises(InvalidEmail, match=r"template_alias: \w+ sends no templates") as caught:
            client.outbound.send_template(TEMPLATE)
        assert caught.value.field == "template_alias"
        batch = client.outbound.send_template_batch([TEMPLATE, TEMPLATE.replace(template_alias=None, template_id=7)])
        assert [(item.field, item.index) for item in batch] == [("template_alias", 0), ("template_id", 1)]
        with pytest.raises(InvalidEmail, match="sends no bulk requests") as caught:
            client.outbound.send_bulk(BULK)
        assert caught.value.field == "messages"


def test_a_client_can_send_by_a_transport_of_the_user():
    transport = Bare()
    with Client(transport=transport, sender="us@example.com") as client:
        assert client.transport is transport
        assert client.outbound.send(EMAIL.replace(sender=None)).via == "bare"
        assert client.outbound.send_batch([EMAIL] * 3).accepted
        assert client.outbound.send_many([EMAIL] * 3).wait().accepted == 3
    assert len(transport.sent) == 7
    assert transport.sent[0].sender.email == "us@example.com"
    assert transport.closed


def test_a_method_that_a_test_replaces_later_is_called():
    with Client(transport=MemoryTransport()) as client:
        client.outbound.send(EMAIL)
        with mock.patch.object(client.transport, "send", return_value=SendResult(message_id="replaced")):
            assert client.outbound.send(EMAIL).message_id == "replaced"
    assert len(client.transport.sent) == 1


def test_the_transport_is_the_primary_of_a_fallback():
    first, second = Down(), MemoryTransport()
    with Client(transport=first, fallback=second, fallback_ignore={"tag"}, sender="us@example.com") as client:
        assert client.transport is first
        assert client.outbound.send({"to": "b@example.com", "text_body": "t", "tag": "x"}).via == "memory"
        assert [item.via for item in client.outbound.send_batch([EMAIL] * 2)] == ["memory"] * 2
        client.outbound.send_template(TEMPLATE)
    assert [email.sender.email for email in second.sent] == ["us@example.com", "a@example.com", "a@example.com"]
    assert second.sent[0].tag is None
    assert first.sent == [TEMPLATE]  # no template fails over
    with pytest.raises(ConfigurationError, match="closed"):
        second.send(EMAIL)


def test_the_api_of_another_client_supports_templates_and_bulk(serve, connect):  # noqa: F811
    service = serve()
    with Client(transport=APITransport(connect(service)), message_stream="news") as client:
        client.outbound.send(EMAIL)
        client.outbound.send_template(TEMPLATE)
        client.outbound.send_bulk(BULK.replace(idempotency_key="b"))
        again = client.outbound.send(EMAIL, idempotency_key="b2")
        assert client.outbound.send(EMAIL, idempotency_key="b2", check_first=True).message_id == again.message_id
    paths = [seen.target for seen in service.seen if seen.method == "POST"]
    assert paths == ["/email", "/email/withTemplate", "/email/bulk", "/email"]
    assert {email.stream for email in service.accepted} == {"news"}


def test_the_shorter_deadline_holds():
    class Timed(MemoryTransport):
        deadline = 20.0

        def _deliver(self, payloads, batch, context):
            left.append(context.deadline.left())
            return super()._deliver(payloads, batch, context)

    left: list[float] = []
    with Client(transport=Timed(), deadline=5) as client:
        client.outbound.send(EMAIL)
        client.with_options(deadline=60).outbound.send(EMAIL)
    assert left[0] <= 5 < left[1] <= 20
