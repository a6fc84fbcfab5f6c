"""Email for the inbound address of a server, by SMTP and by `receive`."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from emailapi import AccountClient, Attachment, Client, Email, InactiveRecipient, InvalidArgument, InvalidEmail
from emailapi.testing.sandbox_server import SharedSandbox

from .conftest import MESSAGE


def _deliver(connect, recipient, content=MESSAGE, sender="dana@example.com"):
    connection = connect()
    connection.read()
    connection.ask("EHLO mx.example.com")
    connection.ask(f"MAIL FROM:<{sender}>")
    reply = connection.ask(f"RCPT TO:<{recipient}>")
    if not reply.startswith("250"):
        return reply
    connection.ask("DATA")
    return connection.ask(content + b".\r\n")


def test_emails_for_the_inbound_address_require_no_authentication(client, connect):
    address = client.server.get().inbound_address
    local, _, host = address.partition("@")
    assert _deliver(connect, f"{local.upper()}+Ticket-7@{host}").startswith("250")
    (message,) = client.inbound.list()
    assert (message.mailbox_hash, message.sender, message.subject) == ("Ticket-7", "shop@example.com", "Hello")
    assert [one.email for one in message.bcc_full] == [f"{local.upper()}+Ticket-7@{host}"]
    details = client.inbound.get(message.message_id)
    assert (details.headers[0].name, details.headers[0].value) == ("Return-Path", "<dana@example.com>")
    assert client.messages.list().total_count == 0


@pytest.mark.costly
def test_emails_for_any_mailbox_of_the_inbound_domain_are_accepted(client, connect):
    client.server.edit(inbound_domain="in.example.com")
    assert _deliver(connect, "support+9@IN.example.com").startswith("250")
    assert _deliver(connect, "x@other.example.com").startswith("530")
    assert client.inbound.list()[0].mailbox_hash == "9"


def test_a_bounce_with_an_empty_sender_is_accepted(client, connect):
    assert _deliver(connect, client.server.get().inbound_address, sender="").startswith("250")
    assert client.inbound.get(client.inbound.list()[0].message_id).headers[0].value == "<>"


def test_an_authenticated_client_can_send_to_an_inbound_address_too(sandbox, client, smtp):
    address = client.server.get().inbound_address
    smtp.sendmail("shop@example.com", [address, "dana@example.com"], MESSAGE)
    assert client.inbound.list().total_count == 1
    assert sandbox.messages()[0].bcc[0].email == address


def test_an_email_that_is_delivered_to_an_inbound_address_is_received(client):
    """Replies to a ticket system are such emails: both ends are the application."""
    address = client.server.get().inbound_address.replace("@", "+Ticket-7@")
    files = [Attachment(name="a.txt", content=b"x")]
    email = Email(to=f"Tickets <{address}>", subject="Re: Hi", text_body="Yes", attachments=files)
    result = client.outbound.send(email)
    (message,) = client.inbound.list()
    assert (message.sender, message.subject, message.mailbox_hash) == ("shop@example.com", "Re: Hi", "Ticket-7")
    assert (message.original_recipient, message.to_full[0].name) == (address, "Tickets")
    details = client.inbound.get(message.message_id)
    assert (details.text_body.strip(), details.attachments[0].name) == ("Yes", "a.txt")
    assert message.message_id != result.message_id
    assert client.messages.status(result).state == "delivered"


def test_an_email_to_an_inbound_address_is_received_only_when_it_is_delivered(sandbox, client):
    address = client.server.get().inbound_address
    email = Email(to=address, text_body="Hello")
    with sandbox.faults.hold(60):
        client.outbound.send(email)
    assert client.inbound.list().total_count == 0
    sandbox.clock.advance(minutes=2)
    assert client.inbound.list().total_count == 1
    with sandbox.faults.hold():
        held = client.outbound.send(email)
    sandbox.events.deliver(held)
    assert client.inbound.list().total_count == 2
    with sandbox.faults.bounce_all("HardBounce"):
        client.outbound.send(email)
    with pytest.raises(InactiveRecipient):
        client.outbound.send(email)
    assert client.inbound.list().total_count == 2


def test_an_email_by_smtp_that_is_rejected_is_not_received(client, smtp):
    address = client.server.get().inbound_address
    smtp.sendmail("shop@example.com", [address], b"X-PM-TrackOpens: perhaps\r\n" + MESSAGE)
    assert client.bounces.list(type="SMTPApiError").total_count == 1
    assert client.inbound.list().total_count == 0


def test_emails_of_other_servers_are_received_but_not_those_of_sandbox_servers(sandbox, client):
    address = client.server.get().inbound_address
    with AccountClient(sandbox.account_token, base_url=sandbox.url) as account:
        second = account.servers.create(name="Second")
        tests = account.servers.create(name="Tests", delivery_type="Sandbox")
    for server in (second, tests):
        with Client(server.api_tokens[0], base_url=sandbox.url, sender="shop@example.com") as own:
            own.outbound.send(Email(to=address, subject=server.name, text_body="Hello"))
    assert [message.subject for message in client.inbound.list()] == ["Second"]


@pytest.mark.parametrize("sender", ["root@localhost", "", "not an address", "a@example.com, b@example.com"])
def test_any_sender_is_received(sandbox, client, connect, sender):
    content = f"From: {sender}\r\nSubject: x\r\n\r\nx\r\n".encode()
    assert _deliver(connect, client.server.get().inbound_address, content).startswith("250")
    assert client.inbound.list().total_count == 1
    assert sandbox.messages("is:inbound")[0].sender.email


def test_receive_accepts_a_message_object(sandbox, client):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "raw"
    message.set_content("Hello")
    for raw in (message, bytes(message), str(message)):
        email = sandbox.receive(raw, headers={"X-Spam-Score": "2.5"})
        found = client.inbound.get(email.message_id)
        assert (found.subject, found.to, found.original_recipient) == (
            "raw",
            "b@example.com",
            client.server.get().inbound_address,
        )
    assert email.raw.startswith(b"X-Spam-Score: 2.5\r\nFrom: a@example.com\r\n")


def test_receive_returns_the_captured_email(sandbox):
    email = sandbox.receive(sender="dana@example.com", subject="Code", text="Your code is 482913.")
    assert (email.code, email.subject, email.sender.email) == ("482913", "Code", "dana@example.com")
    assert sandbox.wait_for("is:inbound has:code from:dana@example.com")[0].message_id == email.message_id


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"sender": "nobody"}, InvalidEmail),
        ({"to": "dana@example.com"}, InvalidArgument),
        ({"to": "x@in.example.com", "mailbox_hash": "7"}, InvalidArgument),
        ({"raw": b""}, InvalidEmail),
    ],
)
def test_receive_rejects_invalid_arguments(sandbox, arguments, error):
    with pytest.raises(error):
        sandbox.receive(**arguments)
    assert sandbox.messages("is:inbound") == []


def test_each_server_receives_its_own_emails(sandbox, client, account):
    other = account.post("/servers", {"Name": "Other", "InboundDomain": "two.example.com"}).json()
    email = sandbox.receive(to="x+1@two.example.com", text="x")
    assert client.inbound.list().total_count == 0
    with Client(other["ApiTokens"][0], base_url=sandbox.url) as second:
        assert second.inbound.list()[0].message_id == email.message_id


def test_the_fixture_of_a_server_receives_for_this_server():
    with SharedSandbox() as shared, shared.server() as first, shared.server() as second:
        email = first.receive(text="x")
        assert [one.message_id for one in first.client().inbound.list()] == [email.message_id]
        assert second.client().inbound.list().total_count == 0
        assert second.messages("is:inbound") == []
