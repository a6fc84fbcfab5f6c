"""Emails end in the outbox whichever transport they would have left by, and nothing leaves."""

from __future__ import annotations

import threading
from email.message import EmailMessage

import pytest
from flask import Flask

from emailapi import (
    BulkEmail,
    Client,
    ConsoleTransport,
    Email,
    Fallback,
    InvalidEmail,
    LMTPTransport,
    MemoryTransport,
    Retry,
    SESTransport,
    SMTPTransport,
    TemplateEmail,
)
from emailapi.flask import Mail, Message
from emailapi.testing import record_emails

from ..transports.user_transports import Bare
from .conftest import NOWHERE

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")


@pytest.fixture
def client():
    with Client("token", base_url=NOWHERE, sender="us@example.com", message_stream="news") as found:
        yield found


def ready(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "Ada <b@example.com>", "s"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Your code is 1234")
    return message


def test_emails_have_the_defaults_of_their_client(client, outbox):
    client.outbound.send(EMAIL.replace(sender=None))
    email = outbox.one()
    assert (email.sender.email, email.message_stream) == ("us@example.com", "news")
    assert email.payload["Metadata"] == {"emailapi-key": email.idempotency_key}


def test_batches_templates_and_send_many_are_captured(client, outbox):
    result = client.outbound.send_batch([EMAIL, {"to": "nobody"}, EMAIL])
    assert [item.outcome.value for item in result] == ["accepted", "not_sent", "accepted"]
    client.outbound.send_template_batch([TemplateEmail(to="b@example.com", template_id=1, template_model={})] * 2)
    assert client.outbound.send_many([EMAIL] * 7, workers=2, chunk_size=3).wait().accepted == 7
    assert len(outbox) == 11
    assert len({email.result.message_id for email in outbox}) == 11


def test_each_message_of_a_bulk_request_is_an_email(client, outbox):
    bulk = BulkEmail(
        subject="Hello {{name}}",
        text_body="Hi",
        metadata={"a": "1", "b": "1"},
        headers={"X-A": "1", "X-B": "1"},
        messages=[
            {"to": "ada@example.com", "metadata": {"b": "2"}, "headers": {"x-b": "2"}},
            {"to": "bob@example.com"},
        ],
    )
    status = client.outbound.send_bulk(bulk)
    assert (status.total_messages, len(outbox)) == (2, 2)
    email = outbox.one(to="ada@example.com")
    assert (email.subject, email.sender.email, email.metadata) == (
        "Hello {{name}}",
        "us@example.com",
        {"a": "1", "b": "2"},
    )
    assert [(header.name, header.value) for header in email.headers] == [("X-A", "1"), ("x-b", "2")]
    client.outbound.send_bulk(
        BulkEmail(template_alias="x", messages=[{"to": "c@example.com", "template_model": {"n": 1}}])
    )
    assert outbox.one(template_alias="x").template_model == {"n": 1}


def test_each_transport_validates_captured_emails(client, outbox):
    with pytest.raises(InvalidEmail, match="text_body"):
        client.outbound.send(EMAIL.replace(text_body=None))
    with pytest.raises(InvalidEmail, match="tag"):
        client.outbound.send(EMAIL.replace(tag="x" * 1001))
    with (
        SMTPTransport("127.0.0.1", 9, tls="none") as smtp,
        pytest.raises(InvalidEmail, match="SMTP cannot carry tag"),
    ):
        smtp.send(EMAIL.replace(tag="x"))
    outbox.none()


def test_check_first_finds_what_is_in_the_outbox(client, outbox):
    email = EMAIL.replace(idempotency_key="k")
    first = client.outbound.send(email, check_first=True)
    second = client.outbound.send(email, check_first=True)
    assert (first.reconciled, second.reconciled, second.message_id) == (False, True, first.message_id)
    assert len(outbox) == 1


def by_ses(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SES", NOWHERE)
    return SESTransport(region_name="eu-west-1", retry=Retry(attempts=1))


TRANSPORTS = {
    "smtp": lambda _: SMTPTransport("127.0.0.1", 9, tls="none"),
    "lmtp": lambda _: LMTPTransport("127.0.0.1", 9, tls="none"),
    "ses": by_ses,
    "memory": lambda _: MemoryTransport(),
    "console": lambda _: ConsoleTransport(),
    "Bare": lambda _: Bare(),
}


@pytest.mark.parametrize("name", TRANSPORTS)
def test_emails_of_every_transport_are_captured(outbox, monkeypatch, capsys, name):
    transport = TRANSPORTS[name](monkeypatch)
    with Client(transport=transport) as client:
        assert client.outbound.send(EMAIL).via == name
    with Fallback(TRANSPORTS[name](monkeypatch), MemoryTransport()) as fallback:
        fallback.send_batch([EMAIL, EMAIL])
    assert [email.via for email in outbox] == [name] * 3
    assert {email.subject for email in outbox} == {"s"}
    assert b"Subject: s\r\n" in outbox[0].raw
    assert getattr(transport, "sent", []) == []
    assert capsys.readouterr().out == ""


def test_a_client_with_a_fallback_sends_by_its_primary(outbox):
    with Client("token", base_url=NOWHERE, fallback=MemoryTransport()) as client:
        client.outbound.send(EMAIL)
    assert (outbox.one().via, outbox.one().payload["Subject"]) == ("api", "s")


def test_a_mime_message_is_converted(outbox):
    with SMTPTransport("127.0.0.1", 9, tls="none") as smtp:
        smtp.send(ready(Bcc="hidden@example.com"))
        smtp.send_message(ready().as_bytes(), recipients=["b@example.com", "copy@example.com"])
    first, second = outbox
    assert (first.to[0].name, first.code, [each.email for each in first.bcc]) == ("Ada", "1234", ["hidden@example.com"])
    assert outbox.one(bcc="copy@example.com") is second
    assert b"Bcc" not in second.raw
    assert b"Your code is 1234" in second.raw


@pytest.mark.costly
def test_a_mime_message_by_ses_is_converted(outbox, monkeypatch):
    by_ses(monkeypatch).send_message(ready().as_string())
    assert (outbox.one(to="b@example.com").code, outbox[0].via) == ("1234", "ses")


def test_a_message_that_email_cannot_express_is_converted_as_far_as_possible(outbox):
    with SMTPTransport("127.0.0.1", 9, tls="none") as smtp:
        signed = ready(**{"DKIM-Signature": "v=1; a=rsa-sha256; b=x"})
        smtp.send_message(signed)
        smtp.send_message(
            signed.as_bytes().replace(b"To: Ada <b@example.com>", b"To: ,,"),
            sender="a@example.com",
            recipients=["c@example.com"],
        )
    assert outbox.one(to="b@example.com", subject="s", sender="a@example.com").code == "1234"
    assert outbox.one(bcc="c@example.com").to == ()


def test_an_email_encoded_before_capturing_is_in_the_outbox(client):
    batch = next(client.outbound._emails._batches([EMAIL.replace(bcc="c@example.com")], 1))
    with SMTPTransport("127.0.0.1", 9, tls="none") as smtp:
        smtp_batch = next(smtp._batches([EMAIL], 1))
        with record_emails() as emails:
            client.outbound._emails._deliver_batch(batch)
            smtp._deliver_batch(smtp_batch)
    for email in emails:
        assert ([each.email for each in email.to], email.subject) == (["b@example.com"], "s")
    assert [each.email for each in emails[0].bcc] == ["c@example.com"]
    assert emails[0].payload["TextBody"] == "t"


def test_emails_of_threads_are_captured(client, outbox):
    threads = [threading.Thread(target=client.outbound.send, args=(EMAIL,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outbox) == 8


@pytest.mark.parametrize(
    "config", [{"TESTING": True}, {"EMAILAPI_SERVER_TOKEN": "t"}, {"MAIL_TRANSPORT": "memory"}, {}]
)
def test_emails_of_the_flask_extension_are_captured(outbox, config):
    app = Flask("shop")
    app.config.update(config, MAIL_DEFAULT_SENDER="shop@example.com", EMAILAPI_BASE_URL=NOWHERE)
    mail = Mail(app)
    tag = "welcome" if config else None
    mail.send(Message("Hi", ["ada@example.com"], "Hello", bcc=["b@example.com"], tag=tag))
    email = outbox.one(to="ada@example.com", bcc="b@example.com", sender="shop@example.com")
    assert (email.subject, email.text_body, email.tag) == ("Hi", "Hello", tag)
    if config:
        mail.send(Message(recipients=["ada@example.com"], template_alias="x", template_model={"n": 1}))
        assert outbox.one(template_alias="x").template_model == {"n": 1}


def test_flasks_own_outbox_has_the_emails_too(outbox):
    app = Flask("shop")
    app.config.update(TESTING=True, MAIL_DEFAULT_SENDER="shop@example.com")
    mail = Mail(app)
    with mail.record_messages() as messages:
        result = mail.send(Message("Hi", ["ada@example.com"], "Hello"))
    assert outbox.one().result == result
    assert [message.subject for message in (*messages, *mail.outbox)] == ["Hi", "Hi"]
