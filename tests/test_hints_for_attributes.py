"""Errors name the attribute that users of other libraries probably meant; every hint names what exists."""

from __future__ import annotations

import inspect
import sys
from typing import is_typeddict

import attrs
import pytest

import emailapi
from emailapi import (
    AccountClient,
    Client,
    Email,
    InboundDetails,
    LMTPTransport,
    MemoryTransport,
    SESTransport,
    SMTPTransport,
)
from emailapi._hints import hint_for_name
from emailapi._mistakes import ADVICE, MEANT, WRONG_TYPES
from emailapi.transports.smtp import SMTPOptions
from emailapi.webhooks import InboundEvent

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="Hi", text_body="Hello")
RECORDS = {"email", "result", "batch", "event", "inbound"}


@pytest.fixture
def objects():
    """Give one object of each kind, by name."""
    with SMTPTransport("localhost", tls="none") as smtp, Client.in_memory() as client:
        yield {
            "email": EMAIL,
            "result": client.outbound.send(EMAIL),
            "batch": client.outbound.send_batch([EMAIL]),
            "event": InboundEvent(),
            "inbound": InboundDetails(),
            "smtp": smtp,
            "memory": MemoryTransport(),
            "emailapi": emailapi,
        }


@pytest.mark.parametrize(
    "path, hint",
    [
        ("email.body", "use text_body for plain text"),
        ("email.html", "'html_body'"),
        ("email.recipients", "'to'"),
        ("email.from_email", "'sender'"),
        ("email.attach", "use email.replace(attachments=["),
        ("email.add_recipient", "use email.replace(to=["),
        ("email.send", "use client.outbound.send(email)"),
        ("result.MessageID", "'message_id'"),
        ("result.id", "'message_id'"),
        ("result.status", "client.messages.status(result).state"),
        ("result.ok", "raises an error"),
        ("batch.errors", "'failed'"),
        ("batch.succeeded", "'accepted'"),
        ("batch.results", "is the sequence"),
        ("event.stripped_text_reply", "'reply_text'"),
        ("event.original_recipient", "'recipient'"),
        ("inbound.reply_text", "'stripped_text_reply'"),
        ("inbound.recipient", "'original_recipient'"),
        ("smtp.sendmail", "use send_message("),
        ("smtp.login", "give hostname, username, password and tls to the constructor"),
        ("smtp.quit", "use close()"),
        ("smtp.send_email", "'send'"),
        ("memory.outbox", "'sent'"),
        ("memory.reset", "'clear'"),
        ("emailapi.PostmarkClient", "use Client"),
        ("emailapi.Sandbox", "from emailapi.sandbox import Sandbox"),
        ("emailapi.SMTP", "'SMTPTransport'"),
        ("emailapi.send", "Client(token).outbound.send(email)"),
    ],
)
def test_an_attribute_of_another_library_gets_a_hint_with_our_name(objects, path, hint):
    owner, name = path.split(".")
    with pytest.raises(AttributeError) as caught:
        getattr(objects[owner], name)
    assert caught.value.name == name
    if owner in RECORDS and sys.version_info < (3, 12):
        # The interpreter's own error: its traceback suggests names that are spelt almost the same.
        assert str(caught.value).endswith(f" object has no attribute '{name}'")
        assert caught.value.obj is objects[owner]
    else:
        assert f"has no attribute '{name}'; " in str(caught.value)
        assert hint in str(caught.value)


def test_a_private_attribute_has_no_hint():
    with pytest.raises(AttributeError, match="^'Email' object has no attribute '_subject'$"):
        _ = EMAIL._subject


@pytest.mark.parametrize(
    "call, hint",
    [
        (lambda: SMTPTransport("localhost", 25, "user", "password"), "were given; give the others by name"),
        (lambda: SMTPTransport(host="localhost"), "'hostname'"),
        (lambda: LMTPTransport("localhost", user="x"), "'username'"),
        (lambda: SMTPTransport("localhost", starttls=True), "'start_tls'"),
        (lambda: SMTPTransport("localhost", use_ssl=True), "'use_tls'"),
        (lambda: SMTPTransport("localhost").send_message("x", from_addr="a@example.com"), "'sender'"),
        (lambda: SMTPTransport("localhost").send_message("x", to_addrs=["a@example.com"]), "'recipients'"),
        (lambda: SESTransport(region="eu-west-1"), "'region_name'"),
        (lambda: SESTransport(profile="mine"), "'profile_name'"),
        (lambda: SESTransport(configuration_set="x"), "'configuration_set_name'"),
        (lambda: SESTransport(aws_access_key_id="x"), "use client=session.client("),
        (lambda: SESTransport("ses"), "were given; give the others by name"),
        (lambda: Client("x", account_token="y"), "use AccountClient(token)"),
        (lambda: Client("x").messages.list(5, count=3), "were given; give the others by name"),
        (lambda: Client("x").outbound.send_many([], threads=3), "'workers'"),
        (lambda: Client("x").outbound.send_many([], batch_size=3), "'chunk_size'"),
    ],
    ids=range(16),
)
def test_an_argument_of_another_library_gets_a_hint_with_our_name(call, hint):
    with pytest.raises(TypeError) as caught:
        call()
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "name, hint",
    [
        ("FromEmailAddress", "'sender'"),
        ("CcAddresses", "'cc'"),
        ("BccAddresses", "'bcc'"),
        ("Destination", "'to'"),
        ("ConfigurationSetName", "X-SES-CONFIGURATION-SET"),
        ("RawMessage", "EmailMessage"),
    ],
)
def test_a_key_of_boto3_names_the_field(name, hint):
    assert hint in hint_for_name(name, attrs.fields_dict(Email), "Email")


def existing_names() -> set[str]:
    """Return the names of all public records, filters, calls and namespaces."""
    found = set()
    for public in (getattr(emailapi, name) for name in emailapi.__all__):
        if isinstance(public, type):
            found |= {field.name for field in attrs.fields(public)} if attrs.has(public) else set()
            found |= set(public.__annotations__) if is_typeddict(public) else set()
            found |= set(dir(public))
    found |= {field.name for field in attrs.fields(InboundEvent)}
    constructors = (Client, AccountClient, SESTransport)
    found |= {name for kind in constructors for name in inspect.signature(kind).parameters}
    client = Client("x")
    for namespace in ("outbound", "messages", "templates", "suppressions"):
        for name in dir(getattr(client, namespace)):
            found.add(name)
            call = getattr(getattr(client, namespace), name)
            found |= set(inspect.signature(call).parameters) if inspect.ismethod(call) else set()
    return found | set(SMTPOptions.__annotations__) | {"hostname", "host", "sent", "tags", *emailapi.__all__}


def test_every_hint_names_an_existing_attribute():
    known = existing_names()
    meant = {name for here, _ in MEANT for whole in here.split() for name in whole.split(".")}
    assert meant <= known
    assert {place.partition(".")[0] for place in (*ADVICE, *WRONG_TYPES)} <= {
        *emailapi.__all__,
        "Outbound",
        "WholeList",
        "emailapi",
    }


def test_names_are_compared_without_case_and_underscores():
    assert hint_for_name("Text-Body", ["text_body"]) == "; did you mean 'text_body'?"
