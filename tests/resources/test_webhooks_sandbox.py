"""`client.webhooks` against the sandbox, each call once."""

from __future__ import annotations

import pytest

from emailapi import InvalidRequest, LimitExceeded, NotFound
from emailapi.models.webhooks import (
    ContentTrigger,
    HttpAuth,
    HttpHeader,
    OpenTrigger,
    Trigger,
    Triggers,
    Webhook,
    WebhookStatus,
)

URL = "https://hooks.example.com/mail"
OFF = Triggers(
    open=OpenTrigger(enabled=False, post_first_open_only=False),
    click=Trigger(enabled=False),
    delivery=Trigger(enabled=False),
    bounce=ContentTrigger(enabled=False, include_content=False),
    spam_complaint=ContentTrigger(enabled=False, include_content=False),
    subscription_change=Trigger(enabled=False),
)


@pytest.fixture
def made(client):
    """A webhook of the stream `broadcast`, with everything it can have."""
    webhook = client.webhooks.create(
        url=URL,
        message_stream="broadcast",
        http_auth=HttpAuth(username="u", password="p"),
        http_headers=[HttpHeader(name="X-Secret", value="s")],
        triggers=Triggers(open=OpenTrigger(enabled=True), bounce=ContentTrigger(include_content=True)),
        verify=False,
    )
    yield webhook
    client.webhooks.delete(webhook.id)


def test_create_returns_an_unverified_webhook(made):
    assert made == Webhook(
        id=made.id,
        url=URL,
        message_stream="broadcast",
        status=WebhookStatus.UNVERIFIED,
        http_auth=HttpAuth(username="u", password="p"),
        http_headers=(HttpHeader(name="X-Secret", value="s"),),
        triggers=Triggers(
            open=OpenTrigger(enabled=True, post_first_open_only=False),
            click=Trigger(enabled=False),
            delivery=Trigger(enabled=False),
            bounce=ContentTrigger(enabled=False, include_content=True),
            spam_complaint=ContentTrigger(enabled=False, include_content=False),
            subscription_change=Trigger(enabled=False),
        ),
    )


def test_webhooks_are_read_and_listed(client, made):
    plain = client.webhooks.create(url=URL)
    assert (plain.message_stream, plain.http_auth, plain.triggers) == ("outbound", None, OFF)
    assert client.webhooks.get(made.id) == made
    assert list(client.webhooks.list()) == [made, plain]
    assert list(client.webhooks.list(message_stream="outbound").iter_all()) == [plain]
    with pytest.raises(NotFound):
        client.webhooks.list(message_stream="nothing")


def test_edit_changes_only_the_given_settings(client, made):
    changed = client.webhooks.edit(
        made.id, url="http://new.example", http_headers=[], triggers=Triggers(click=Trigger(enabled=True))
    )
    assert (changed.url, changed.http_headers, changed.http_auth) == ("http://new.example", (), made.http_auth)
    assert (changed.triggers.open, changed.triggers.click) == (made.triggers.open, Trigger(enabled=True))
    assert client.webhooks.get(made.id) == changed


def test_a_deleted_webhook_is_not_found(client):
    webhook = client.webhooks.create(url=URL)
    client.webhooks.delete(webhook.id)
    for call in (client.webhooks.get, client.webhooks.delete, client.webhooks.edit):
        with pytest.raises(NotFound) as caught:
            call(webhook.id)
        assert caught.value.code == 1352


def test_verify_returns_a_result_for_each_trigger(client, made):
    result = client.webhooks.verify(made.id)
    assert (result.id, result.url, result.success) == (made.id, URL, False)
    assert result.results
    assert all("is not this machine" in check.message for check in result.results)


def test_rejected_requests_raise_the_class_of_their_code(client):
    for fields, code in (({"url": "nowhere"}, 1354), ({"url": URL, "message_stream": "inbound"}, 1351)):
        with pytest.raises(InvalidRequest) as caught:
            client.webhooks.create(**fields)
        assert caught.value.code == code
    made = [client.webhooks.create(url=URL, message_stream="broadcast").id for _ in range(10)]
    with pytest.raises(LimitExceeded):
        client.webhooks.create(url=URL, message_stream="broadcast")
    for number in made:
        client.webhooks.delete(number)
