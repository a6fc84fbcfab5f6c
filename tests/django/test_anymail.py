"""The attributes that anymail's users set, templates and merges."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils.functional import lazystr

from emailapi import BulkEmail, InvalidEmail, TemplateEmail, TrackLinks
from emailapi.models.outbound import BatchResult


class UNSET:
    """The default of every attribute in anymail: a class, not an object."""


def message(*to: str, subject: str = "Hi", body: str = "Hello", **attributes) -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(subject, body, to=list(to) or ["ada@example.com"])
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def template(*to: str, **attributes) -> EmailMultiAlternatives:
    return message(*to, subject="", body="", **{"template_id": "welcome", **attributes})


@pytest.fixture
def send(outbox):
    """Give `send(message)`: the emails that are sent for it."""

    def send(message, **options):
        sent = outbox(**options)
        assert message.send() == 1
        return sent

    return send


def rejects(outbox, one, text: str) -> None:
    sent = outbox()
    with pytest.raises(InvalidEmail, match=text):
        one.send()
    assert sent == []


def test_attributes_that_are_unset_or_none_are_absent(send):
    names = (
        "tags metadata track_opens track_clicks template_id merge_data merge_global_data merge_metadata merge_headers "
        "send_at envelope_sender esp_extra tag template_alias template_model message_stream idempotency_key"
    ).split()
    for nothing in (UNSET, None):
        (email,) = send(message(**dict.fromkeys(names, nothing)))
        assert (email.tag, email.metadata, email.track_opens, email.track_links) == (None, {}, None, None)


def test_tags_have_one_tag(send, outbox):
    assert send(message(tags=["welcome"]))[0].tag == "welcome"
    assert send(message(tags=[]))[0].tag is None
    rejects(outbox, message(tags=["a", "b"]), "tags must have one tag")


def test_track_clicks_is_track_links(send):
    assert send(message(track_clicks=True))[0].track_links is TrackLinks.HTML_AND_TEXT
    assert send(message(track_clicks=False))[0].track_links is TrackLinks.NONE


@pytest.mark.parametrize("name", ["send_at", "envelope_sender"])
def test_attributes_that_the_service_does_not_support_are_rejected_by_name(outbox, name):
    rejects(outbox, message(**{name: "bounces@example.com"}), name)


@pytest.mark.parametrize(
    "attributes, name",
    [
        ({"tag": "a", "tags": ["b"]}, "tags and tag differ"),
        ({"track_links": "None", "track_clicks": True}, "track_clicks and track_links differ"),
        ({"tag": "a", "esp_extra": {"Tag": "b"}}, "Tag.* and tag differ"),
        ({"template_id": 7, "template_alias": "a"}, "template_id and template_alias are both set"),
    ],
)
def test_two_names_of_one_attribute_must_have_the_same_value(outbox, attributes, name):
    rejects(outbox, message(**attributes), name)


def test_two_names_of_one_attribute_may_have_the_same_value(send):
    assert send(message(tag="a", tags=["a"], esp_extra={"Tag": "a"}))[0].tag == "a"


def test_esp_extra_accepts_names_of_the_service(send, outbox):
    (email,) = send(message(esp_extra={"MessageStream": "broadcast", "TrackOpens": True}))
    assert (email.message_stream, email.track_opens) == ("broadcast", True)
    rejects(outbox, message(esp_extra={"MessageStrem": "x"}), "did you mean 'MessageStream'")


def test_esp_extra_accepts_a_token_for_one_message(configure, sandbox):
    configure(server_token="wrong", base_url=sandbox.url)
    one = message(esp_extra={"server_token": sandbox.token})
    assert one.send() == 1
    assert sandbox.token not in repr(one.emailapi_result)


@pytest.mark.parametrize("given, field", [(7, "template_id"), ("7", "template_id"), ("welcome", "template_alias")])
def test_template_id_is_a_number_digits_or_an_alias(send, given, field):
    (email,) = send(template(template_id=given))
    assert isinstance(email, TemplateEmail)
    assert str(getattr(email, field)) == str(given)


def test_our_own_template_attributes_are_accepted(send):
    (email,) = send(template(template_id=None, template_alias="welcome", template_model={"name": "Ada"}))
    assert (email.template_alias, email.template_model) == ("welcome", {"name": "Ada"})


@pytest.mark.parametrize("attributes", [{"subject": "Hi"}, {"body": "Hello"}])
def test_a_subject_or_body_with_a_template_is_rejected(outbox, attributes):
    one = template()
    for name, value in attributes.items():
        setattr(one, name, value)
    rejects(outbox, one, "comes from the template")


def test_values_of_templates_follow_djangos_rules(send):
    key = uuid.uuid4()
    model = {"id": key, "price": Decimal("1.10"), "at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), "l": lazystr("x")}
    (email,) = send(template(merge_global_data={"order": [model]}))
    assert email.template_model == {
        "order": [{"id": str(key), "price": "1.10", "at": "2026-01-02T03:04:05.678Z", "l": "x"}]
    }


def test_a_value_that_json_does_not_have_is_rejected_with_its_path(outbox):
    rejects(outbox, template(template_model={"order": {"tags": {1}}}), r"template_model\.order\.tags")


@pytest.mark.parametrize(
    "attributes",
    [{"merge_data": {"ada@example.com": {"a": 1}}}, {"merge_global_data": {"a": 1}}, {"template_model": {"a": 1}}],
)
def test_values_without_a_template_are_rejected(outbox, attributes):
    rejects(outbox, message(**attributes), "needs a template_id or template_alias")


def test_a_merge_is_one_email_for_each_recipient(send):
    one = template(
        "Ada <ada@example.com>", "bob@example.com",
        merge_data={"ADA@example.com": {"name": "Ada"}, "nobody@example.com": {"name": "X"}},
        merge_global_data={"name": "you", "shop": "S"},
        metadata={"a": 1}, merge_metadata={"bob@example.com": {"a": 2, "b": 3}},
        merge_headers={"ada@example.com": {"X-For": "Ada"}},
    )  # fmt: skip
    one.cc = ["c@example.com"]
    one.extra_headers = {"x-for": "all"}
    ada, bob = send(one)
    assert [address.header for address in (*ada.to, *bob.to)] == ["Ada <ada@example.com>", "bob@example.com"]
    assert [address.email for address in (*ada.cc, *bob.cc)] == ["c@example.com"] * 2
    assert (ada.template_model, bob.template_model) == ({"name": "Ada", "shop": "S"}, {"name": "you", "shop": "S"})
    assert (ada.metadata, bob.metadata) == ({"a": "1"}, {"a": "2", "b": "3"})
    assert [(header.name, header.value) for header in (*ada.headers, *bob.headers)] == [
        ("X-For", "Ada"),
        ("x-for", "all"),
    ]


@pytest.mark.parametrize("name", ["merge_data", "merge_metadata", "merge_headers"])
def test_an_empty_merge_is_a_merge(send, name):
    one = message("a@x.org", "b@x.org", **{name: {}})
    sent = send(one)
    assert [[address.email for address in email.to] for email in sent] == [["a@x.org"], ["b@x.org"]]
    assert isinstance(one.emailapi_result, BatchResult)


def test_a_merge_has_an_id_for_each_recipient(send):
    one = message("a@x.org", "b@x.org", merge_data={}, idempotency_key="k")
    assert [email.idempotency_key for email in send(one)] == ["k/0", "k/1"]
    assert len(one.emailapi_status.message_id) == 2
    assert one.anymail_status.recipients["a@x.org"].message_id != one.anymail_status.recipients["b@x.org"].message_id


def test_use_bulk_sends_a_template_merge_as_one_request(send):
    one = template("a@x.org", "b@x.org", merge_data={"a@x.org": {"n": 1}}, tag="t")
    (bulk,) = send(one, use_bulk=True)
    assert isinstance(bulk, BulkEmail)
    assert (bulk.template_alias, bulk.tag) == ("welcome", "t")
    assert [item.template_model for item in bulk.messages] == [{"n": 1}, {}]
    assert one.emailapi_status["b@x.org"] == "queued"
    assert one.emailapi_status.message_id == one.emailapi_result.id


def test_use_bulk_does_not_change_other_messages(send):
    assert isinstance(send(template(), use_bulk=True)[0], TemplateEmail)
    assert isinstance(send(template("a@x.org", merge_data={}), use_bulk=True)[0], TemplateEmail)
    assert len(send(message("a@x.org", "b@x.org", merge_data={}), use_bulk=True)) == 2


def test_templates_are_sent_in_a_batch_of_their_own_and_results_keep_their_order(outbox):
    from django.core import mail

    sent = outbox()
    messages = [message(subject="1"), template(), message(subject="3")]
    backend = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()
    assert backend.send_messages(messages) == 3
    ids = [one.emailapi_result.message_id for one in messages]
    assert len({*ids}) == 3
    assert len(sent) == 3
