"""Emails: what they are built from, and what they are."""

from __future__ import annotations

import copy
import pickle
from types import MappingProxyType

import attrs
import pytest

from emailapi.errors import InvalidEmail
from emailapi.models.address import Address
from emailapi.models.attachment import Attachment
from emailapi.models.email import Email, Header, TrackLinks
from emailapi.transports.inputs import as_email

FILE = Attachment(name="a.txt", content=b"hush-content")
FULL = {
    "sender": "Joe <joe@d.example>",
    "to": ["a@x.example", Address("b@x.example", "B")],
    "cc": "c@x.example",
    "bcc": Address("d@x.example"),
    "subject": "A subject",
    "text_body": "hush-text",
    "html_body": "hush-html",
    "reply_to": "r@x.example",
    "tag": "a-tag",
    "headers": {"X-Secret": "hush-header"},
    "track_opens": False,
    "track_links": TrackLinks.NONE,
    "metadata": {"user": "7"},
    "attachments": [FILE],
    "message_stream": "outbound",
    "idempotency_key": "key-1",
}


def test_every_field_is_tested_here():
    assert set(FULL) == {field.name for field in attrs.fields(Email)}


def test_an_email_has_the_given_values():
    """Each field is there, in one form whatever form it was given in."""
    email = Email(**FULL)
    assert email.sender == Address("joe@d.example", "Joe")
    assert email.to == (Address("a@x.example"), Address("b@x.example", "B"))
    assert (email.cc, email.bcc) == ((Address("c@x.example"),), (Address("d@x.example"),))
    assert (email.subject, email.text_body, email.html_body) == ("A subject", "hush-text", "hush-html")
    assert email.reply_to == (Address("r@x.example"),)
    assert (email.tag, email.message_stream, email.idempotency_key) == ("a-tag", "outbound", "key-1")
    assert email.headers == (Header("X-Secret", "hush-header"),)
    assert (email.track_opens, email.track_links) == (False, TrackLinks.NONE)
    assert email.metadata == {"user": "7"}
    assert email.attachments == (FILE,)


def test_an_email_can_be_created_without_arguments():
    """An email is checked as a whole when it is sent: building one needs nothing."""
    email = Email()
    assert email.sender is email.text_body is email.html_body is email.tag is email.track_opens is None
    assert email.to == email.cc == email.bcc == email.reply_to == email.headers == email.attachments == ()
    assert (email.subject, email.metadata) == ("", {})


def test_a_mapping_is_an_email():
    assert as_email(FULL, Email) == as_email(MappingProxyType(FULL), Email) == Email(**FULL)
    email = Email()
    assert as_email(email, Email) is email


def test_headers_and_attachments_of_a_mapping_may_be_mappings():
    email = as_email(
        {
            "headers": [{"name": "X-A", "value": "1"}, ("X-B", "2"), Header("X-C", "3")],
            "attachments": [{"name": "a.txt", "content": b"hush-content"}, FILE],
        },
        Email,
    )
    assert [header.name for header in email.headers] == ["X-A", "X-B", "X-C"]
    assert email.attachments == (FILE, FILE)


@pytest.mark.parametrize(
    "given, field, sentence",
    [
        ({"txt_body": "x"}, "txt_body", "unknown field 'txt_body'; did you mean 'text_body'?"),
        ({"Subject": "x"}, "Subject", "unknown field 'Subject'; did you mean 'subject'?"),
        ({"from": "a@x.example"}, "from", "unknown field 'from'; did you mean 'sender'?"),
        ({"zzz": 1}, "zzz", "unknown field 'zzz'; known: sender"),
        ({7: 1}, "7", "unknown field '7'"),
        (
            {"attachments": [{"name": "a", "content": b"", "kontent": 1}]},
            "attachments",
            "attachments[0]: unknown field",
        ),
        ({"attachments": [FILE, {"name": "a"}]}, "attachments", "attachments[1]: content is missing"),
        ({"attachments": [{"content": b""}]}, "attachments", "attachments[0]: name is missing"),
        ({"attachments": [{"name": "a", "content": "YQ=="}]}, "attachments", "attachments[0]: content must be bytes"),
        ({"headers": [{"name": "X-A"}]}, "headers", "headers[0]: value is missing"),
        (
            {"headers": [{"Name": "X-A", "Value": "x"}]},
            "headers",
            "headers[0]: unknown field 'Name'; did you mean 'name'?",
        ),
    ],
)
def test_an_unknown_or_missing_field_of_a_mapping_is_named(given, field, sentence):
    with pytest.raises(InvalidEmail) as caught:
        as_email(given, Email)
    assert caught.value.message.startswith(sentence)
    assert caught.value.field == field


@pytest.mark.parametrize("given", [None, "an email", b"", 5, [], [Email()], object()])
def test_an_object_that_is_not_an_email_is_rejected(given):
    with pytest.raises(InvalidEmail, match=f"Email or a mapping, .*{type(given).__name__}"):
        as_email(given, Email)


@pytest.mark.parametrize(
    "given, hint",
    [
        ([Email()], "send_batch"),
        ((Email(),), "send_batch"),
        ("From: ...", "message_from_string"),
        (b"", "message_from_"),
    ],
)
def test_an_object_that_is_not_an_email_gets_a_hint(given, hint):
    with pytest.raises(InvalidEmail, match=hint):
        as_email(given, Email)


def test_an_unknown_argument_is_a_type_error():
    with pytest.raises(TypeError, match="txt_body"):
        Email(txt_body="x")
    with pytest.raises(TypeError):
        Email("a@x.example")


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("sender", "a@x.example, b@x.example", "sender must be one address, got 2"),
        ("sender", ["a@x.example", "b@x.example"], "sender must be one address, got 2"),
        ("sender", "", "sender must not be empty, got"),
        ("sender", [], "sender must not be empty, got"),
        ("sender", b"a@x.example", "sender must be an address"),
        ("sender", "a@", "sender: 'a@' is not a valid email address"),
        ("to", "a b@x", "to: 'a b@x' is not a valid email address"),
        ("cc", ["a@x.example", 5], "cc[1]: must be an address, got int"),
        ("bcc", {"a@x.example": "A"}, "bcc must be an address"),
        ("reply_to", b"x", "reply_to must be an address"),
        ("subject", 5, "subject must be text, got int"),
        ("subject", b"x", "subject must be text, got bytes"),
        ("text_body", b"x", "text_body must be text, got bytes"),
        ("html_body", 5, "html_body must be text, got int"),
        ("tag", 5, "tag must be text, got int"),
        ("tag", ["a"], "tag must be text, got list"),
        ("message_stream", 5, "message_stream must be text, got int"),
        ("idempotency_key", 5, "idempotency_key must be text, got int"),
        ("idempotency_key", "", "idempotency_key must have 1 to 80 characters, got 0"),
        ("idempotency_key", "x" * 81, "idempotency_key must have 1 to 80 characters, got 81"),
        ("track_opens", "true", "track_opens must be True, False or None, got 'true'"),
        ("track_opens", 1, "track_opens must be True, False or None, got 1"),
        ("track_links", True, "track_links must be one of None, HtmlAndText, HtmlOnly, TextOnly, got bool"),
        ("track_links", "yes", "track_links must be one of None, HtmlAndText, HtmlOnly, TextOnly, got 'yes'"),
        ("track_links", "", "track_links must be one of None, HtmlAndText, HtmlOnly, TextOnly, got ''"),
        ("metadata", [("a", "b")], "metadata must be a mapping, got list"),
        ("metadata", "a=b", "metadata must be a mapping, got str"),
        ("metadata", {"a": 1}, "metadata: 'a' must be text, got int"),
        ("metadata", {"a": None}, "metadata: 'a' must be text, got NoneType"),
        ("metadata", {1: "a"}, "metadata: a key must be text, got int"),
        ("headers", "X-A: b", "headers must be a list, got str"),
        ("headers", 5, "headers must be a list, got int"),
        ("headers", Header("X-A", "b"), "headers must be a list, got Header"),
        ("headers", ["X-A: b"], "headers[0]: expected "),
        ("headers", [("X-A",)], "headers[0]: expected "),
        ("headers", {"X-A": 5}, "headers[0]: value must be text, got int"),
        ("headers", {"X-A": ["a", "b"]}, "headers[0]: value must be text, got list"),
        ("attachments", b"x", "attachments must be a list, got bytes"),
        ("attachments", "a.txt", "attachments must be a list, got str"),
        ("attachments", ["a.txt"], "attachments[0]: expected "),
        ("attachments", [FILE, None], "attachments[1]: expected "),
    ],
)
def test_a_wrong_value_is_an_invalid_email_that_names_the_field_and_the_item(field, value, sentence):
    with pytest.raises(InvalidEmail) as caught:
        Email(**{field: value})
    assert caught.value.message.startswith(sentence)
    assert caught.value.field == caught.value.argument == field
    assert caught.value.index is None


@pytest.mark.parametrize("field", sorted(FULL))
def test_none_is_the_same_as_leaving_a_field_out(field):
    assert Email(**{field: None}) == Email()


@pytest.mark.parametrize(
    "field, value",
    [
        ("headers", (header for header in [("X-A", "1")])),
        ("headers", MappingProxyType({"X-A": "1"})),
        ("attachments", FILE),
        ("attachments", iter([FILE])),
        ("metadata", MappingProxyType({"a": "b"})),
        ("to", {"a@x.example"}),
        ("track_links", "HtmlOnly"),
        ("track_links", "htmlonly"),
        ("idempotency_key", "x" * 80),
    ],
)
def test_fields_accept_iterators_mappings_single_attachments_and_enumeration_values(field, value):
    assert getattr(Email(**{field: value}), field)


def test_a_header_name_may_occur_twice():
    pairs = [("X-A", "1"), ("X-B", "2"), ("x-a", "3")]
    assert [(header.name, header.value) for header in Email(headers=pairs).headers] == pairs


def test_metadata_is_a_copy():
    given = {"a": "1"}
    email = Email(metadata=given)
    given["a"] = "2"
    assert email.metadata == {"a": "1"}


def test_reprs_show_no_content():
    """An email's repr has no body, no attachment and no header's value."""
    text = repr(Email(**FULL))
    assert "hush" not in text
    assert "X-Secret" not in text
    assert "A subject" in text
    assert "a-tag" in text


@pytest.mark.parametrize("email", [Email(), Email(**FULL)])
def test_emails_compare_copy_and_pickle(email):
    assert pickle.loads(pickle.dumps(email)) == copy.deepcopy(email) == attrs.evolve(email) == email
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        email.subject = "x"


@pytest.mark.parametrize("field", sorted(FULL))
def test_each_field_counts_for_equality(field):
    assert Email(**{name: value for name, value in FULL.items() if name != field}) != Email(**FULL)


def test_evolve_validates_again():
    """An email made from another is checked as a new one."""
    email = attrs.evolve(Email(**FULL), to="new@x.example")
    assert email.to == (Address("new@x.example"),)
    assert email.cc == Email(**FULL).cc
    with pytest.raises(InvalidEmail, match="to: 'x' is not a valid email address"):
        attrs.evolve(email, to="x")
