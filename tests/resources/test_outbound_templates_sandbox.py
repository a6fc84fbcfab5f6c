"""Emails with templates, sent by `client.outbound` to the sandbox."""

from __future__ import annotations

import datetime as dt

import pytest

from emailapi import Client, InvalidEmail, NotFound, TemplateEmail


@pytest.fixture(scope="module")
def template(sandbox):
    """A template of the first server, with the alias `order`."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        return client.templates.create(
            name="Order",
            alias="order",
            subject="Order {{number}}",
            html_body="<p>{{#each items}}{{name}}: {{price}};{{/each}}</p>",
            text_body="{{#shipped_on}}Shipped on {{.}}{{^shipped_on}}Not shipped{{/shipped_on}}",
        )


MODEL = {
    "number": 7,
    "items": [{"name": "Tea & milk", "price": 4.5}],
    "shipped_on": dt.date(2026, 11, 29),
}


def test_send_template_sends_the_rendered_template(client, sandbox, template):
    """The message has the content that the template makes of the model, and the settings of the email."""
    email = TemplateEmail(
        sender="shop@example.com",
        to="ann@example.com",
        template_alias="order",
        template_model=MODEL,
        tag="orders",
        metadata={"order": "7"},
    )
    result = client.outbound.send_template(email)
    message = client.messages.get(result.message_id)
    assert (message.subject, message.text_body) == ("Order 7", "Shipped on 2026-11-29")
    assert message.html_body == "<html><head></head><body><p>Tea &amp; milk: 4.5;</p></body></html>"
    assert (message.tag, message.metadata["order"]) == ("orders", "7")


def test_send_template_batch_renders_each_email(client, template):
    """Each email has its own result: an unknown template is an error of its email only."""
    emails = [
        TemplateEmail(sender="a@example.com", to="b@example.com", template_id=template.template_id, template_model={}),
        TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="nothing", template_model={}),
    ]
    first, second = client.outbound.send_template_batch(emails)
    assert client.messages.get(first.message_id).text_body == "Not shipped"
    assert (type(second), second.code) == (NotFound, 1101)


def test_send_template_many_sends_each_chunk_by_the_endpoint_for_templates(client, template):
    """Results are in the order of the input; an email with a wrong field is an item, as in `send_many`."""
    emails = [
        {"sender": "a@example.com", "to": f"u{number}@example.com", "template_alias": "order", "template_model": MODEL}
        for number in range(7)
    ]
    emails[3] |= {"to": "nobody@"}
    with client.outbound.send_template_many(iter(emails), chunk_size=2, workers=2) as sending:
        items = [*sending]
    assert [getattr(item, "to", None) for item in items] == [
        f"u{number}@example.com" if number != 3 else None for number in range(7)
    ]
    assert isinstance(items[3], InvalidEmail)
    assert client.messages.get(items[6].message_id).subject == "Order 7"


def test_send_template_many_searches_for_the_first_emails(client, template):
    """After a crash those may have been sent; subjects are the template's, and not compared."""
    emails = [
        {
            "sender": "a@example.com",
            "to": "searched@example.com",
            "template_alias": "order",
            "template_model": MODEL,
            "idempotency_key": f"order-{number}",
        }
        for number in range(3)
    ]
    client.outbound.send_template(emails[0])
    items = [*client.outbound.send_template_many(emails, check_first_limit=2)]
    assert [item.reconciled for item in items] == [True, False, False]
    assert client.messages.list(recipient="searched@example.com").total_count == 3


def test_a_model_that_does_not_fit_bounces(client, template):
    """The send succeeds, as at the service: only the message's status tells."""
    email = TemplateEmail(
        sender="a@example.com", to="b@example.com", template_alias="order", template_model={"items": "none"}
    )
    status = client.messages.status(client.outbound.send_template(email).message_id)
    assert status.state == "bounced"
    assert "{{#each items}} needs an array" in status.last_event.details["Summary"]


def test_a_layout_cannot_be_sent(client):
    client.templates.create(name="L", alias="around", template_type="Layout", text_body="{{{@content}}}")
    email = TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="around", template_model={})
    with pytest.raises(NotFound) as caught:
        client.outbound.send_template(email)
    assert caught.value.code == 1101
