"""The types of `emailapi.flask`: checked by mypy --strict, never run."""

from typing import assert_type

from flask import Flask

from emailapi import Address, BatchResult, Client, Email, SendResult, TemplateEmail, Transport
from emailapi.flask import Attachment, Mail, MailState, Message, WebhookBlueprint, webhook_blueprint
from emailapi.webhooks import BounceEvent, DeliveryEvent, Verifier


def sent(app: Flask, client: Client, transport: Transport) -> None:
    mail = Mail(app, name="billing", client=client)
    Mail(transport=transport).init_app(app)
    message = Message(
        "Hi",
        ["a@example.com", ("Ada", "ada@example.com"), Address("b@example.com")],
        body="Hello",
        cc="c@example.com",
        sender=("Shop", "shop@example.com"),
        alts={"html": "x"},
        metadata={"order": 7},
    )
    message.attach("a.txt", data=b"x", content_id="a")
    assert_type(message.attachments, list[Attachment])
    assert_type(mail.send(message), SendResult)
    assert_type(mail.send_many([message]), BatchResult)
    assert_type(message.to_email(), Email)
    assert_type(message.to_template_email(), TemplateEmail)
    assert_type(Message.from_dict(message.to_dict()), Message)
    assert_type(mail.client, Client)
    assert_type(mail.outbox, list[Message])
    assert_type(mail.state, MailState | None)
    with mail.connect() as connection:
        assert_type(connection.send(message, envelope_from="b@example.com"), SendResult)
    with mail.record_messages() as outbox:
        assert_type(outbox, list[Message])
    mail.sned(message)  # type: ignore[attr-defined]
    Message(recipient="a@example.com")  # type: ignore[call-arg]
    Message(recipients=7)  # type: ignore[arg-type]


def received(app: Flask) -> None:
    hooks = webhook_blueprint(Verifier(basic=("u", "p")))
    assert_type(hooks, WebhookBlueprint)

    @hooks.on(BounceEvent)
    def bounced(event: BounceEvent) -> str | None:
        return event.recipient

    @hooks.on(BounceEvent, DeliveryEvent)
    def either(event: BounceEvent | DeliveryEvent) -> None: ...

    assert_type(bounced(BounceEvent()), str | None)
    app.register_blueprint(hooks)
