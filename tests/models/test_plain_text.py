"""Texts of other libraries: subclasses of `str` become plain, lazy ones are rejected."""

from __future__ import annotations

from enum import Enum

import pytest
from babel.support import LazyProxy
from markupsafe import Markup

from emailapi import Address, Attachment, BulkEmail, Email, Header, InvalidEmail, TemplateEmail


class Name(str, Enum):  # noqa: UP042 - the point of it
    """An enumeration as it was written before StrEnum: its `str()` is no value."""

    OF = "a@example.com"


def texts(value):
    """Return every text in a record, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in texts(item)]
    if isinstance(value, tuple | list):
        return [text for item in value for text in texts(item)]
    if hasattr(value, "__attrs_attrs__"):
        return [text for field in value.__attrs_attrs__ for text in texts(getattr(value, field.name))]
    return []


# Each place of a text, and how it gets there.
PLACES = {
    "sender": lambda text: Email(sender=text),
    "to": lambda text: Email(to=[text]),
    "Address.email": lambda text: Address(text),
    "Address.name": lambda text: Address("a@example.com", text),
    "subject": lambda text: Email(subject=text),
    "text_body": lambda text: Email(text_body=text),
    "html_body": lambda text: Email(html_body=text),
    "tag": lambda text: Email(tag=text),
    "message_stream": lambda text: Email(message_stream=text),
    "idempotency_key": lambda text: Email(idempotency_key=text),
    "metadata": lambda text: Email(metadata={"a": text}),
    "header value": lambda text: Email(headers={"X-A": text}),
    "attachment name": lambda text: Email(attachments=[{"name": text, "content": b""}]),
    "attachment content_id": lambda text: Attachment(name="a", content=b"", content_id=text),
    "template_alias": lambda text: TemplateEmail(template_alias=text, template_model={}),
    "template_model": lambda text: TemplateEmail(template_model={"a": [text]}),
    "bulk": lambda text: BulkEmail(messages=[{"template_model": {"a": text}, "to": text}], subject=text),
}
KEYS = {
    "metadata": lambda text: Email(metadata={text: "a"}),
    "template_model": lambda text: TemplateEmail(template_model={text: [{text: 1}]}),
}
TYPES = {"Markup": Markup("a@example.com"), "member": Name.OF}


@pytest.mark.parametrize("text", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("make", [*PLACES.values(), *KEYS.values()], ids=[*PLACES, *KEYS])
def test_a_subclass_of_str_becomes_plain_text(make, text):
    found = texts(make(text))
    assert "a@example.com" in found
    assert {type(one) for one in found} <= {str} | {type(one) for one in texts(Email(track_links="None"))}


@pytest.mark.parametrize("make, text", [(lambda text: Header(text, "b"), "X-A"), (Header, "List-Id")])
def test_names_of_headers_become_plain_text(make, text):
    header = make(Markup(text)) if make is not Header else Header(Markup(text), Markup("b"))
    assert [type(one) for one in texts(header)] == [str, str]


def test_a_content_type_becomes_plain_text():
    attachment = Attachment(name="a", content=b"", content_type=Markup("text/x-own"))
    assert type(attachment.content_type) is str


@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_a_lazy_text_is_rejected_with_the_remedy(make):
    """Which language it should be in is known where it is made, not where it is sent."""
    with pytest.raises(InvalidEmail, match=r"LazyProxy[:,] convert it with str\(\.\.\.\)"):
        make(LazyProxy(lambda: "a@example.com"))


def test_a_lazy_text_that_fails_to_evaluate_is_rejected():
    def fail():
        raise RuntimeError("no language is active")

    with pytest.raises(InvalidEmail, match=r"to must be an address .*LazyProxy: convert it with str\(\.\.\.\)"):
        Email(to=LazyProxy(fail))


def test_a_lazy_text_is_not_a_list():
    with pytest.raises(InvalidEmail, match="attachments must be a list, got LazyProxy"):
        Email(attachments=LazyProxy(lambda: "a.pdf"))
