"""Messages: what they take, and the emails that they become."""

from __future__ import annotations

import pytest

from emailapi import Address, Email, InvalidEmail, TemplateEmail
from emailapi.flask import Attachment, Message, MissingAddress
from emailapi.flask.mail import Mail

A, B = Address("a@example.com"), Address("b@example.com")


def sent(**fields) -> Email:
    usual = {"sender": "shop@example.com", "recipients": ["ada@example.com"], "body": "x"}
    return Message(**{**usual, **fields}).to_email()


def test_a_message_requires_no_application():
    message = Message("Hi", ["ada@example.com"], "Hello")
    assert message.sender is None
    assert message.to_email() == Email(to="ada@example.com", subject="Hi", text_body="Hello")


def test_the_default_sender_is_that_of_the_application_that_sends(app, mail, message):
    mail.send(message)
    assert message.sender == "shop@example.com"
    assert mail.outbox[0].sender == "shop@example.com"


def test_the_default_sender_may_be_changed_after_the_message_is_made(app, mail, message):
    mail.default_sender = ("Shop", "new@example.com")
    with app.app_context():
        assert message.sender == "Shop <new@example.com>"


@pytest.mark.parametrize("key", ["MAIL_DEFAULT_SENDER", "DEFAULT_MAIL_SENDER"])
def test_a_default_sender_with_a_comma_keeps_its_name(make_app, message, key):
    app = make_app(TESTING=True, **{"MAIL_DEFAULT_SENDER": None, key: ("Doe, Jane", "j@example.com")})
    mail = Mail(app)
    mail.send(message)
    assert mail.outbox[0].sender == '"Doe, Jane" <j@example.com>'
    assert mail.outbox[0].to_email().sender == Address("j@example.com", "Doe, Jane")
    assert 'From: "Doe, Jane" <j@example.com>\r\n' in mail.outbox[0].as_string()


@pytest.mark.parametrize(
    "given, addresses",
    [
        ("a@example.com", (A,)),
        ("a@example.com, b@example.com", (A, B)),
        (["a@example.com, b@example.com"], (A, B)),
        (["b@example.com", "a@example.com"], (B, A)),
        (("a@example.com", "b@example.com"), (A, B)),
        (("Doe, Jane", "a@example.com"), (Address("a@example.com", "Doe, Jane"),)),
        ([("Doe, Jane", "a@example.com"), B], (Address("a@example.com", "Doe, Jane"), B)),
        ([["Jane", "a@example.com"]], (Address("a@example.com", "Jane"),)),
        ([(None, "a@example.com")], (A,)),
        (Address("a@example.com"), (A,)),
        ({"a@example.com": 1, "b@example.com": 2}.keys(), (A, B)),
        ("Team: a@example.com, b@example.com;", (A, B)),
        (None, ()),
        ([], ()),
        ("", ()),
    ],
    ids=repr,
)
@pytest.mark.parametrize("field", ["recipients", "cc", "bcc", "reply_to"])
def test_addresses_can_be_strings_pairs_and_address_objects(field, given, addresses):
    email = sent(**{field: given})
    assert getattr(email, "to" if field == "recipients" else field) == addresses


@pytest.mark.parametrize("field", ["recipients", "cc", "bcc", "reply_to"])
def test_addresses_can_come_from_a_generator(mail, field):
    given = {"recipients": ["ada@example.com"], field: (one for one in ("a@example.com", "b@example.com"))}
    mail.send(Message("Hi", body="x", **given))
    assert getattr(mail.outbox[0].to_email(), "to" if field == "recipients" else field) == (A, B)


def test_the_list_of_the_caller_is_not_changed():
    people = ["a@example.com"]
    Message("Hi", people).add_recipient("b@example.com")
    assert people == ["a@example.com"]


@pytest.mark.parametrize("wrong", [[7], [("a", "b", "c")], ["nobody"], [b"a@example.com"], {"a": 1}], ids=repr)
def test_an_invalid_address_is_an_error_that_names_the_field(wrong):
    with pytest.raises(InvalidEmail, match=r"^recipients\[0\]: ") as caught:
        sent(recipients=wrong)
    assert caught.value.field == "recipients"


def test_a_sender_must_be_one_address():
    with pytest.raises(InvalidEmail, match="sender must be one address, not 2"):
        sent(sender="a@example.com, b@example.com")


def test_a_pair_of_name_and_address_is_one_sender():
    assert sent(sender=("Ada @ Shop", "a@example.com")).sender == Address("a@example.com", "Ada @ Shop")
    assert sent(recipients=[("Ada @ Shop", "a@example.com")]).to == (Address("a@example.com", "Ada @ Shop"),)


def test_all_recipients_are_in_send_to():
    message = Message(recipients="a@example.com", cc=["b@example.com"], bcc=["a@example.com", ("C", "c@example.com")])
    assert message.send_to == {"a@example.com", "b@example.com", ("C", "c@example.com")}


def test_html_is_an_alternative():
    message = Message(html="<p>Hi</p>")
    assert message.alts == {"html": "<p>Hi</p>"}
    message.html = None
    assert message.alts == {}
    message.alts["html"] = "x"
    assert message.html == "x"


def test_alternatives_may_be_pairs():
    assert Message(alts=[("html", "x"), ("calendar", "y")]).alts == {"html": "x", "calendar": "y"}


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"alts": {"calendar": "x"}}, "alts"),
        ({"mail_options": ["RET=HDRS"]}, "mail_options"),
        ({"rcpt_options": ["NOTIFY=NEVER"]}, "rcpt_options"),
        ({"attachments": [Attachment("a.txt", data="x", headers={"X-A": "b"})]}, "attachments"),
        ({"attachments": [Attachment("a.png", data=b"x", disposition="inline")]}, "attachments"),
    ],
    ids=str,
)
def test_a_field_that_only_smtp_supports_is_rejected_by_name(fields, name):
    with pytest.raises(InvalidEmail, match="SMTP") as caught:
        sent(**fields)
    assert caught.value.field == name


def test_a_message_becomes_an_email():
    message = Message(
        "Hi",
        [("Ada", "ada@example.com")],
        body="Hello",
        html="<p>Hello</p>",
        sender=("Shop", "shop@example.com"),
        cc="cc@example.com",
        bcc="bcc@example.com",
        reply_to="reply@example.com",
        extra_headers={"X-Order": "7"},
        tag="welcome",
        metadata={"user": "7"},
        message_stream="outbound",
        idempotency_key="welcome/7",
        track_opens=True,
        track_links="HtmlOnly",
    )
    message.attach("a.txt", data="é")
    email = message.to_email()
    assert email == Email(
        sender="Shop <shop@example.com>",
        to="Ada <ada@example.com>",
        cc="cc@example.com",
        bcc="bcc@example.com",
        reply_to="reply@example.com",
        subject="Hi",
        text_body="Hello",
        html_body="<p>Hello</p>",
        headers={"X-Order": "7"},
        tag="welcome",
        metadata={"user": "7"},
        message_stream="outbound",
        idempotency_key="welcome/7",
        track_opens=True,
        track_links="HtmlOnly",
        attachments=email.attachments,
    )
    (attachment,) = email.attachments
    assert (attachment.name, attachment.content_type) == ("a.txt", "text/plain; charset=utf-8")
    assert attachment.content == "é".encode()


def test_a_reply_to_among_the_headers_is_the_field():
    assert sent(extra_headers={"Reply-To": "a@example.com"}).reply_to == (A,)
    assert sent(extra_headers={"reply-to": "a@example.com"}, reply_to="b@example.com").reply_to == (B,)


@pytest.mark.parametrize("name", ["To", "From", "bcc", "Content-Type"])
def test_structural_headers_are_rejected(name):
    with pytest.raises(InvalidEmail, match="must not be set"):
        sent(extra_headers={name: "x"})


@pytest.mark.parametrize(
    "attach, content_id",
    [
        ({"content_id": "logo"}, "logo"),
        ({"headers": {"Content-ID": "<logo>"}}, "logo"),
        ({"headers": {"content-id": "logo"}, "disposition": "inline"}, "logo"),
    ],
    ids=str,
)
def test_an_inline_image_has_a_content_id(attach, content_id):
    message = Message("Hi", "ada@example.com", html='<img src="cid:logo">')
    message.attach("logo.png", data=b"png", **attach)
    (attachment,) = message.to_email().attachments
    assert attachment.content_id == content_id
    text = message.as_string()
    assert 'Content-Type: multipart/related; type="text/html"' in text
    assert "Content-ID: <logo>\r\n" in text
    assert 'Content-Disposition: inline; filename="logo.png"' in text


def test_an_attachment_without_a_name_gets_one():
    message = Message("Hi", "ada@example.com", body="x")
    message.attach(content_type="text/csv", data="a")
    message.attach(content_type="application/x-unknown", data=b"a")
    assert [one.name for one in message.to_email().attachments] == ["attachment-1.csv", "attachment-2.bin"]


def test_an_invalid_attachment_is_named_by_its_index():
    message = Message("Hi", "ada@example.com", body="x")
    message.attach("a.txt", data="a")
    message.attach("b.txt", "no type", b"")
    with pytest.raises(InvalidEmail, match=r"attachments\[1\]: content_type must be a MIME type"):
        message.to_email()


def test_a_message_can_use_a_template():
    message = Message(recipients="ada@example.com", template_alias="welcome", template_model={"name": "Ada"})
    assert message.to_template_email() == TemplateEmail(
        to="ada@example.com", template_alias="welcome", template_model={"name": "Ada"}
    )
    with pytest.raises(InvalidEmail, match="use to_template_email"):
        message.to_email()


@pytest.mark.parametrize("fields", [{"subject": "Hi"}, {"body": "x"}, {"html": "x"}], ids=str)
def test_subject_and_bodies_come_from_the_template(fields):
    with pytest.raises(InvalidEmail, match="comes from the template: remove it"):
        Message(template_alias="welcome", **fields).to_template_email()


def test_template_model_requires_template_alias():
    with pytest.raises(InvalidEmail, match="template_model requires template_alias"):
        sent(template_model={})


def test_a_missing_recipient_or_sender_is_an_assertion_error(make_app, mail):
    with pytest.raises(AssertionError, match="No recipients have been added"):
        mail.send(Message("Hi", body="x"))
    with pytest.raises(MissingAddress, match="does not specify a sender") as caught:
        Mail(make_app(TESTING=True, MAIL_DEFAULT_SENDER=None)).send(Message("Hi", ["ada@example.com"], "x"))
    assert caught.value.field == "sender"


def test_the_repr_shows_no_body():
    assert repr(Message("Hi", "ada@example.com", "secret")) == "<Message 'Hi' to 1>"
    assert repr(Attachment("a.txt", data=b"secret")) == "Attachment('a.txt', 'text/plain', <6 long>)"
