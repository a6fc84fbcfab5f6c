"""Messages with values of wrong types: each is rejected by name, and nothing is sent."""

from __future__ import annotations

import io

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils.functional import lazystr

from emailapi import InvalidEmail


def message(subject="Hi", body="Hello", **attributes) -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(subject, body, to=["ada@example.com"])
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def template(**attributes) -> EmailMultiAlternatives:
    return message("", "", template_id=7, **attributes)


@pytest.mark.parametrize(
    "attributes, field, text",
    [
        ({"body": 7}, "body", "body must be text, got int"),
        ({"body": b"x", "encoding": "nope"}, "body", "encoding 'nope' is not known"),
        ({"alternatives": [(None, "text/html")]}, "alternatives", r"alternatives\[0\] must be text, got NoneType"),
        ({"extra_headers": {"X-A": None}}, "headers", "header 'X-A' must be text, got NoneType"),
        ({"extra_headers": {"Reply-To": None}}, "headers", "header 'Reply-To' must be text"),
        ({"extra_headers": {"X-A": ["b"]}}, "headers", "header 'X-A' must be text, got list"),
        ({"extra_headers": {"X-A": b"b"}}, "headers", "header 'X-A' must be text, got bytes"),
        ({"attachments": [("a.txt", 7, "text/plain")]}, "attachments", r"attachments\[0\].*text or bytes, got int"),
        ({"attachments": [("a.txt", io.StringIO(), "text/plain")]}, "attachments", "read a file first"),
        ({"attachments": [("a.eml", 7, "message/rfc822")]}, "attachments", "text or bytes, got int"),
        ({"tags": 7}, "tags", "tags must be a list, not int"),
        ({"template_alias": ""}, "template_alias", "template_alias must not be empty"),
        ({"template_id": lazystr("")}, "template_id", "template_id must not be empty"),
        ({"esp_extra": {"server_token": 7}}, "esp_extra", "server_token must be a text"),
        ({"esp_extra": {"server_token": ""}}, "esp_extra", "server_token must be a text"),
        ({"merge_headers": {"ada@example.com": "x"}}, "merge_headers", "ada@example.com.* must be a mapping, not str"),
        ({"merge_headers": {"ada@example.com": {"X-A": None}}}, "headers", "header 'X-A' must be text"),
        ({"merge_metadata": {"ada@example.com": [1]}}, "merge_metadata", "must be a mapping, not list"),
    ],
)  # fmt: skip
def test_a_value_of_a_wrong_type_is_rejected_by_name(outbox, attributes, field, text):
    sent = outbox()
    with pytest.raises(InvalidEmail, match=text) as caught:
        message(**attributes).send()
    assert caught.value.field == field
    assert sent == []


def test_values_of_a_merge_must_be_mappings(outbox):
    sent = outbox()
    with pytest.raises(InvalidEmail, match=r"merge_data\['ada@example.com'\] must be a mapping, not str"):
        template(merge_data={"ada@example.com": "x"}).send()
    assert sent == []
    assert template(merge_data={"ada@example.com": None}).send() == 1


@pytest.mark.parametrize("name", ["merge_data", "merge_metadata", "merge_headers"])
def test_a_merge_without_an_address_in_to_is_rejected(outbox, name):
    sent = outbox()
    one = EmailMessage("Hi", "Hello", cc=["c@example.com"])
    setattr(one, name, {})
    with pytest.raises(InvalidEmail, match=f"{name} needs an address in to"):
        one.send()
    assert sent == []


def test_lazy_tags_are_evaluated(outbox):
    sent = outbox()
    message(tags=lazystr("welcome")).send()
    assert sent[0].tag == "welcome"


def test_a_header_that_django_cannot_serialize_is_an_invalid_email(outbox):
    class Rewritten(EmailMessage):
        def message(self, **options):
            return super().message(**options)

    sent = outbox()
    with pytest.raises(InvalidEmail, match="Django cannot write the message"):
        Rewritten("Hi\nBcc: b@x.org", "Hello", to=["ada@example.com"]).send()
    assert sent == []


def test_a_message_with_a_wrong_value_does_not_stop_the_others(outbox):
    from django.core import mail

    sent = outbox()
    backend = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()
    good, bad = message(), message(tags=7)
    with pytest.raises(InvalidEmail, match="tags"):
        backend.send_messages([bad, good])
    assert [email.subject for email in sent] == ["Hi"]
    assert good.emailapi_status["ada@example.com"] == "sent"
