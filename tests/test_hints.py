"""Errors name what users of other libraries probably meant."""

from __future__ import annotations

import inspect
import io
from pathlib import Path

import pytest

from emailapi import (
    AccountClient,
    Address,
    Attachment,
    Client,
    Email,
    InvalidEmail,
    TemplateEmail,
)
from emailapi._hints import explained

FIELDS = [
    ("from", "'sender'"),
    ("From", "'sender'"),
    ("from_", "'sender'"),
    ("from_email", "'sender'"),
    ("recipients", "'to'"),
    ("to_email", "'to'"),
    ("body", "text_body for plain text, html_body for HTML"),
    ("text", "'text_body'"),
    ("html", "'html_body'"),
    ("html_message", "'html_body'"),
    ("TextBody", "'text_body'"),
    ("ReplyTo", "'reply_to'"),
    ("replyTo", "'reply_to'"),
    ("reply-to", "'reply_to'"),
    ("attachment", "'attachments'"),
    ("files", "'attachments'"),
    ("tags", "'tag'"),
    ("stream", "'message_stream'"),
    ("MessageStream", "'message_stream'"),
    ("template_alias", "send_template(TemplateEmail("),
    ("sbject", "'subject'"),
    ("txt_body", "'text_body'"),
    ("TxtBody", "'text_body'"),
    ("zzz", "known: sender, reply_to, "),
]


@pytest.fixture
def client():
    """Give a client that connects to nothing: all errors of this file come before a request."""
    with Client("token", base_url="http://127.0.0.1:9") as client:
        yield client


@pytest.mark.parametrize("name, hint", FIELDS)
def test_a_field_of_another_name_gets_a_hint_as_keyword_and_as_key(name, hint):
    with pytest.raises(TypeError) as by_keyword:
        Email(**{name: "x"})
    with pytest.raises(InvalidEmail) as by_key:
        Client.in_memory().outbound.send({name: "x"})
    with pytest.raises(TypeError) as by_change:
        Email().replace(**{name: "x"})
    for caught in (by_keyword, by_key, by_change):
        assert repr(name) in str(caught.value)
        assert hint in str(caught.value)


@pytest.mark.parametrize(
    "call, hint",
    [
        (lambda: Email("a@example.com", "b@example.com"), "Email(sender=..., to=..."),
        (lambda: Attachment(filename="a.pdf", content=b""), "'name'"),
        (lambda: Attachment(name="a.pdf", data=b""), "'content'"),
        (lambda: Attachment(name="a.pdf", content=b"", mimetype="x/y"), "'content_type'"),
        (lambda: Attachment(path="a.pdf"), "Attachment.from_path(path)"),
        (lambda: Address(address="a@example.com"), "'email'"),
        (lambda: Address("a@example.com", display_name="A"), "'name'"),
        (lambda: TemplateEmail(template_alias="x", template_data={}), "'template_model'"),
        (lambda: Client(api_key="x"), "'token'"),
        (lambda: Client("x", host="https://example.com"), "'base_url'"),
        (lambda: Client("x", retries=3), "'retry'"),
        (lambda: AccountClient("x", from_email="a@example.com"), "known: token, base_url"),
    ],
    ids=range(12),
)
def test_a_constructor_suggests_the_closest_argument(call, hint):
    with pytest.raises(TypeError) as caught:
        call()
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "call, hint",
    [
        (lambda outbound: outbound.send(to="a@example.com", subject="Hi"), "send(Email(to=..., subject=..., "),
        (lambda outbound: outbound.send(recipients=[]), "send(Email("),
        (lambda outbound: outbound.send(Email(), key="x"), "'idempotency_key'"),
        (lambda outbound: outbound.send_batch(Email(), Email()), "send_batch([first, second])"),
        (lambda outbound: outbound.send_template(to="a@example.com"), "send_template(TemplateEmail("),
        (lambda outbound: outbound.send_bulk(subject="Hi"), "send_bulk(BulkEmail("),
        (lambda outbound: outbound.send_template_batch({}, {}), "send_template_batch([first, second])"),
        (lambda outbound: outbound.list_bulk(limit=5), "'count'"),
        (lambda outbound: outbound.bulk_status(bulk_id="x"), "'id'"),
    ],
    ids=range(9),
)
def test_a_method_suggests_the_closest_argument(client, call, hint):
    with pytest.raises(TypeError) as caught:
        call(client.outbound)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "given, hint",
    [
        ("From: a@example.com", "EmailMessage"),
        (b"From: a@example.com", "EmailMessage"),
        ([Email()], "send_batch"),
        ((Email() for _ in "x"), "send_many"),
        (TemplateEmail(template_model={}), "send_template"),
    ],
    ids=["text", "bytes", "list", "generator", "template"],
)
def test_an_email_of_a_wrong_type_gets_a_hint(given, hint):
    with pytest.raises(InvalidEmail, match="expected Email or a mapping, got ") as caught:
        Client.in_memory().outbound.send(given)
    assert hint in caught.value.message


@pytest.mark.parametrize(
    "given, hint",
    [
        (["a.pdf"], "Attachment.from_path('a.pdf')"),
        ("a.pdf", "Attachment.from_path('a.pdf')"),
        ([Path("a.pdf")], "Attachment.from_path(path)"),
        (Path("a.pdf"), "Attachment.from_path(path)"),
        ([("a.pdf", b"x", "application/pdf")], "Attachment(name=..., content=..., content_type=...)"),
        ([io.BytesIO(b"x")], "Attachment(name=..., content=file)"),
        (io.BytesIO(b"x"), "Attachment(name=..., content=file)"),
        ([io.StringIO("x")], "open the file in binary mode"),
    ],
    ids=range(8),
)
def test_attachments_of_a_wrong_type_get_a_hint(given, hint):
    with pytest.raises(InvalidEmail) as caught:
        Email(attachments=given)
    assert (caught.value.field, hint in caught.value.message) == ("attachments", True)


def test_a_hint_names_only_fields_of_the_same_record():
    with pytest.raises(InvalidEmail, match="unknown field 'from'; known: name, "):
        Email(attachments=[{"from": "x"}])


def test_a_single_mapping_is_one_attachment():
    (attachment,) = Email(attachments={"name": "a.txt", "content": b"x"}).attachments
    assert attachment == Attachment(name="a.txt", content=b"x")


@pytest.mark.parametrize(
    "text, quoted, address",
    [
        ("Doe, Jane <j@example.com>", '"Doe, Jane" <j@example.com>', "Address('j@example.com', 'Doe, Jane')"),
        ("a@example.com, Doe, J. <j@x.com>", '"Doe, J." <j@x.com>', "Address('j@x.com', 'Doe, J.')"),
        ("Doe, Jane, Dr. <j@x.com>, a@x.com", '"Doe, Jane, Dr." <j@x.com>', "Address('j@x.com', 'Doe, Jane, Dr.')"),
    ],
)
def test_the_error_of_a_name_with_a_comma_says_how_to_quote(text, quoted, address):
    with pytest.raises(InvalidEmail) as caught:
        Email(to=text)
    assert quoted in caught.value.message
    assert address in caught.value.message
    assert [str(found) for found in Email(to=quoted).to] == [quoted]


@pytest.mark.parametrize("field", ["sender", "to", "reply_to"])
@pytest.mark.parametrize("pair", [("Shop", "s@example.com"), ["s@example.com", "Shop"]])
def test_the_error_of_a_name_and_address_pair_suggests_address(field, pair):
    """Never accepted: a pair of texts is a list of two addresses, and a name such as `Sales @ Shop` would get email."""
    for given in (pair, [tuple(pair)] if field != "sender" else pair):
        with pytest.raises(InvalidEmail) as caught:
            Email(**{field: given})
        assert (caught.value.field, "use Address('s@example.com', 'Shop')" in caught.value.message) == (field, True)


@pytest.mark.parametrize(
    "path, meant",
    [
        ("emails", "outbound"),
        ("send", "outbound.send"),
        ("send_email", "outbound.send"),
        ("bounce", "bounces"),
        ("mail", "outbound"),
        ("outbound.send_email", "send"),
        ("outbound.sendmail", "send"),
        ("outbound.batch", "send_batch"),
        ("outbound.send_emails", "send_batch"),
        ("messages.search", "list"),
        ("templates.update", "edit"),
    ],
)
def test_a_misspelt_attribute_gets_a_hint(client, path, meant):
    *before, name = path.split(".")
    with pytest.raises(AttributeError, match=rf"no attribute '{name}'; did you mean '{meant}'\?"):
        getattr(client if not before else getattr(client, before[0]), name)


@pytest.mark.parametrize("name, hint", [("domains", "by an AccountClient"), ("sent", "use client.transport.sent")])
def test_an_attribute_of_a_related_object_gets_a_hint(name, hint):
    with pytest.raises(AttributeError, match=hint):
        getattr(Client.in_memory(), name)


def test_an_error_of_the_function_itself_passes_unchanged():
    def fails(*, known: int = 0) -> None:
        raise TypeError("unexpected keyword argument 'limit'")

    with pytest.raises(TypeError) as caught:
        explained(fails)(known=1)
    assert str(caught.value) == "unexpected keyword argument 'limit'"


def test_a_call_keeps_its_signature():
    assert list(inspect.signature(Client("x").outbound.send).parameters) == ["email", "idempotency_key", "check_first"]
    assert "html_body" in inspect.signature(Email).parameters


def test_a_subclass_of_the_user_is_unchanged():
    class Mine(Client):
        """A client of an application."""

        def send_welcome(self, email: str) -> str:
            """Return the address."""
            return email

    assert not hasattr(Mine.send_welcome, "__wrapped__")
