"""An email as a test sees it: one vocabulary for what was sent by any transport."""

from __future__ import annotations

import copy
import pickle
import re
from email import message_from_bytes, policy

import pytest

from emailapi import Address, Attachment, Client, Email, Header, InvalidEmail, SMTPTransport, TemplateEmail

from .conftest import NOWHERE

HTML = """<p>Hi</p><a href="https://shop.example/confirm?u=1&amp;k=2">Confirm <b>your</b> address</a>
<a href="https://shop.example/help">Help</a> <a href="mailto:help@shop.example">Write to us</a>
<img src="cid:logo"> <a href="https://shop.example/unsubscribe">Unsubscribe</a> <a href="https://shop.example/last">x</a>"""
EMAIL = Email(
    sender="Shop <shop@example.com>",
    to=["Ada <ada@example.com>", "b@example.com"],
    cc="cc@example.com",
    bcc="bcc@example.com",
    reply_to="help@example.com",
    subject="Grüße",
    text_body="Your code is 482913, or see https://shop.example/text.",
    html_body=HTML,
    tag="welcome",
    metadata={"user": "7"},
    headers={"X-A": "b"},
    attachments=[
        Attachment(name="a.txt", content=b"A"),
        Attachment(name="logo.png", content=b"PNG", content_id="logo"),
        Attachment(name="twice.txt", content=b"1"),
        Attachment(name="twice.txt", content=b"2"),
    ],
    track_opens=True,
    track_links="HtmlOnly",
    message_stream="news",
)


@pytest.fixture
def send(outbox):
    """Give `send(**changes)`, which sends the email by the API, and returns what the outbox has."""
    with Client("token", base_url=NOWHERE) as client:

        def send(**changes):
            result = client.outbound.send(EMAIL.replace(**changes))
            assert outbox[-1].result == result
            return outbox[-1]

        yield send


def test_a_sent_email_has_the_fields_of_the_email(send):
    email = send()
    assert email.sender == Address("shop@example.com", "Shop")
    assert email.to == (Address("ada@example.com", "Ada"), Address("b@example.com"))
    assert (email.cc, email.bcc) == ((Address("cc@example.com"),), (Address("bcc@example.com"),))
    assert email.reply_to == (Address("help@example.com"),)
    assert (email.subject, email.text_body, email.html_body) == ("Grüße", EMAIL.text_body, HTML)
    assert (email.tag, email.metadata, email.message_stream) == ("welcome", {"user": "7"}, "news")
    assert email.headers == (Header("X-A", "b"),)
    assert (email.track_opens, email.track_links) == (True, "HtmlOnly")
    assert email.idempotency_key == email.result.idempotency_key
    assert (email.via, email.result.via) == ("api", "api")


def test_fields_that_a_template_does_not_have_are_empty(outbox):
    with Client("token", base_url=NOWHERE) as client:
        client.outbound.send_template(
            TemplateEmail(sender="a@example.com", to="b@example.com", template_id=7, template_model={"n": 1})
        )
    email = outbox.one()
    assert (email.template_id, email.template_alias, email.template_model) == (7, None, {"n": 1})
    assert (email.subject, email.text_body, email.html_body, email.links, email.codes) == ("", None, None, (), ())
    assert email.payload["TemplateModel"] == {"n": 1}
    with pytest.raises(InvalidEmail, match="the service makes the message from the template"):
        _ = email.raw
    assert repr(email) == '<SentEmail b@example.com "7">'


def test_links_are_decoded_ordered_and_unique(send):
    email = send(text_body="https://shop.example/help and https://shop.example/text.")
    assert email.links == (
        "https://shop.example/confirm?u=1&k=2",
        "https://shop.example/help",
        "https://shop.example/last",
        "https://shop.example/text",
        "https://shop.example/unsubscribe",
    )
    assert email.links[0].text == "Confirm your address"
    assert email.mailto_links == ("mailto:help@shop.example",)


def test_a_link_is_found_by_text_target_or_regular_expression(send):
    email = send()
    assert email.link("confirm") == "https://shop.example/confirm?u=1&k=2"
    assert email.link("Confirm your address") == email.link(re.compile("^Confirm"))
    assert email.link("/last") == "https://shop.example/last"
    assert email.link(re.compile(r"/help$")) == "https://shop.example/help"
    assert isinstance(email.link("help"), str)


def test_a_link_with_the_exact_text_takes_precedence(send):
    html = '<a href="https://a.example/1">Open the settings</a><a href="https://a.example/2">Open</a>'
    assert send(html_body=html, text_body=None).link("open") == "https://a.example/2"


def test_a_missing_or_ambiguous_link_is_a_failure_without_secrets(send):
    html = '<a href="https://a.example/reset/s3cret">Reset</a><a href="https://a.example/s3cret">Reset all</a>'
    email = send(html_body=html, text_body=None)
    with pytest.raises(AssertionError) as missing:
        email.link("confirm")
    assert str(missing.value) == (
        "no link for 'confirm'; the email has 'Reset' (https://a.example/...), 'Reset all' (https://a.example/...)"
    )
    with pytest.raises(AssertionError, match=r"2 links for 'res', not one: 'Reset' \(https://a.example/...\)") as both:
        email.link("res")
    with pytest.raises(AssertionError, match="2 links, not one"):
        email.link()
    assert "s3cret" not in str(missing.value) + str(both.value)
    with pytest.raises(AssertionError, match="no link; the email has no links"):
        send(html_body=None, text_body="Hi").link()


def test_the_only_link_is_found_without_an_argument(send):
    assert send(html_body=None, text_body="See https://a.example/x").link() == "https://a.example/x"


def test_a_link_keeps_its_text_in_copies(send):
    link = send().link("confirm")
    for other in (copy.deepcopy(link), pickle.loads(pickle.dumps(link))):
        assert (other, other.text) == (link, "Confirm your address")


def test_code_is_the_only_code(send):
    email = send()
    assert (email.codes, email.code) == (("482913",), "482913")


def test_no_code_and_several_are_failures(send):
    with pytest.raises(AssertionError, match="no code in the email"):
        _ = send(text_body="Hello", html_body=None).code
    email = send(text_body="Your code: 1234, or code: 5678", html_body=None)
    assert set(email.codes) == {"1234", "5678"}
    with pytest.raises(AssertionError, match="2 codes, not one: 1234, 5678"):
        _ = email.code


def test_an_attachment_is_found_by_its_name(send):
    email = send()
    assert [each.name for each in email.attachments] == ["a.txt", "logo.png", "twice.txt", "twice.txt"]
    assert email.attachment("a.txt").content == b"A"
    with pytest.raises(AssertionError, match="no attachment 'b.txt'; the email has 'a.txt', 'logo.png'"):
        email.attachment("b.txt")
    with pytest.raises(AssertionError, match="2 attachments are named 'twice.txt'"):
        email.attachment("twice.txt")
    with pytest.raises(AssertionError, match="the email has no attachments"):
        send(attachments=()).attachment("b.txt")


def test_the_payload_is_the_json_of_the_api(send):
    payload = send(idempotency_key="k").payload
    assert payload["From"] == "Shop <shop@example.com>"
    assert payload["To"] == "Ada <ada@example.com>, b@example.com"
    assert (payload["Subject"], payload["Tag"], payload["MessageStream"]) == ("Grüße", "welcome", "news")
    assert payload["Metadata"] == {"user": "7", "emailapi-key": "k"}
    assert payload["Attachments"][0] == {"Name": "a.txt", "Content": "QQ==", "ContentType": "text/plain"}


def test_the_raw_message_is_mime(send):
    message = message_from_bytes(send().raw, policy=policy.default)
    assert (message["Subject"], message["To"], message["Bcc"]) == (
        "Grüße",
        "Ada <ada@example.com>, b@example.com",
        None,
    )
    assert message.get_body(("plain",)).get_content().strip() == EMAIL.text_body


def test_the_raw_message_by_smtp_is_the_content_of_the_transaction(outbox):
    email = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
    with SMTPTransport("127.0.0.1", 9, tls="none") as transport:
        transport.send(email)
    found = outbox.one()
    assert found.raw == found.raw
    assert found.raw.startswith(b"From: a@example.com\r\nTo: b@example.com\r\nSubject: s\r\n")
    assert found.payload == {"From": "a@example.com", "To": "b@example.com", "Subject": "s", "TextBody": "t"}


def test_changing_a_sent_email_does_not_change_the_email_of_the_user(send):
    given = EMAIL.replace()
    email = send()
    email.metadata["user"] = "8"
    assert given.metadata == EMAIL.metadata == {"user": "7"}
