"""Sending messages of the standard library's `email`: programs that used smtplib change one line."""

from __future__ import annotations

from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from emailapi import Client, InvalidArgument, InvalidEmail
from emailapi.sandbox import Sandbox


@pytest.fixture(scope="module")
def client():
    """Return a client of a sandbox."""
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        yield client


def message(number: int = 0) -> EmailMessage:
    """Return a message with both bodies and a file."""
    built = EmailMessage()
    built["From"] = '"Doe, Jane" <jane@example.com>'
    built["To"] = f"user{number}@example.com, Zoë <zoe@example.com>"
    built["Subject"] = "Grüße, und ein Anhang"
    built["X-Campaign"] = "spring"
    built.set_content("Hällo\n")
    built.add_alternative("<p>Hällo</p>\n", subtype="html")
    built.add_attachment(b"\x00\xff", maintype="application", subtype="pdf", filename="résumé.pdf")
    return built


def test_a_message_object_is_sent_with_all_its_content(client):
    """A message arrives with its addresses, subject, bodies, headers and files."""
    sent = client.messages.get(client.outbound.send(message()).message_id)
    assert sent.sender == '"Doe, Jane" <jane@example.com>'
    assert [one.email for one in sent.to] == ["user0@example.com", "zoe@example.com"]
    assert sent.subject == "Grüße, und ein Anhang"
    assert (sent.text_body.strip(), sent.html_body.strip()) == ("Hällo", "<p>Hällo</p>")
    assert sent.attachments == ("résumé.pdf",)
    assert "X-Campaign: spring" in client.messages.dump(sent.message_id)


def test_a_legacy_message_object_is_sent(client):
    """The older classes serve as well."""
    built = MIMEMultipart("mixed")
    built["From"], built["To"], built["Subject"] = "jane@example.com", "user@example.com", "Old"
    alternative = MIMEMultipart("alternative")
    alternative.attach(MIMEText("plain", "plain", "utf-8"))
    alternative.attach(MIMEText("<b>html</b>", "html", "utf-8"))
    built.attach(alternative)
    part = MIMEApplication(b"%PDF", Name="a.pdf")
    part["Content-Disposition"] = 'attachment; filename="a.pdf"'
    built.attach(part)
    sent = client.messages.get(client.outbound.send(built).message_id)
    assert (sent.text_body, sent.html_body, sent.attachments) == ("plain", "<b>html</b>", ("a.pdf",))


def test_message_objects_can_be_sent_in_batches(client):
    """Messages go by batches and by `send_many`, too, beside emails and mappings."""
    emails = [message(1), {"sender": "a@example.com", "to": "b@example.com", "text_body": "x"}, message(2)]
    assert len(client.outbound.send_batch(emails).accepted) == 3
    assert client.outbound.send_many(emails).wait().accepted == 3


def test_a_part_that_an_email_cannot_express_is_rejected_by_name(client):
    signed = MIMEMultipart("signed", protocol="application/pkcs7-signature")
    signed["From"], signed["To"] = "a@example.com", "b@example.com"
    signed.attach(MIMEText("x"))
    signed.attach(MIMEApplication(b"x", "pkcs7-signature"))
    with pytest.raises(InvalidEmail, match="signed"):
        client.outbound.send(signed)
    batch = client.outbound.send_batch([message(3), signed])
    assert batch[0].error_code == 0
    assert (batch[1].index, batch[1].outcome.value) == (1, "not_sent")


def test_template_methods_reject_message_objects(client):
    with pytest.raises(InvalidEmail):
        client.outbound.send_template(message())
    with pytest.raises(InvalidArgument):
        client.outbound.send_batch(message())


def legacy(**headers: object) -> MIMEText:
    """Return a message of the older classes, which take anything for a header."""
    built = MIMEText("Hello")
    for name, value in {"From": "jane@example.com", "Subject": "s", **headers}.items():
        built[name.replace("_", "-")] = value
    return built


def test_each_address_of_a_sequence_gets_the_email(client):
    sent = client.outbound.send(legacy(To=("a@example.com", "b@example.com"), Cc="c@example.com"))
    details = client.messages.get(sent.message_id)
    assert [one.email for one in (*details.to, *details.cc)] == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_name_and_an_address_as_from_are_not_replaced_by_the_default_sender(client):
    built = legacy(To="a@example.com")
    del built["From"]
    built["From"] = ("Shop", "shop@example.com")
    with pytest.raises(InvalidEmail, match="From.*formataddr"):
        client.with_options(sender="default@example.com").outbound.send(built)


def test_a_subject_of_none_is_omitted(client):
    built = legacy(To="a@example.com")
    del built["Subject"]
    built["Subject"] = None
    assert client.messages.get(client.outbound.send(built).message_id).subject == ""


@pytest.mark.parametrize("name", ["Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-From", "Resent-Date"])
def test_a_resent_message_never_goes_to_its_first_recipients(client, name):
    total = client.messages.list(count=1).total_count
    with pytest.raises(InvalidEmail, match=f"{name}.*send_message") as caught:
        client.outbound.send(legacy(To="first@example.com", **{name: "second@example.com"}))
    assert caught.value.field == "headers"
    assert client.messages.list(count=1).total_count == total


@pytest.mark.parametrize("name", ["DKIM-Signature", "ARC-Seal", "Content-Language", "Content-Location"])
def test_a_header_that_the_api_does_not_support_is_named(client, name):
    with pytest.raises(InvalidEmail, match=name):
        client.outbound.send(legacy(To="a@example.com", **{name: "x"}))
