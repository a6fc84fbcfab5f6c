"""Values that frameworks hand over: lazy and marked texts, numbers, dates."""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from markupsafe import Markup

from emailapi import Address, InvalidEmail
from emailapi.flask import Message

from .lazy import Lazy

LANGUAGE = ContextVar("LANGUAGE", default="en")
TEXTS = {"en": "Hello", "de": "Hallo"}
HELLO = Lazy(lambda: TEXTS[LANGUAGE.get()])


def test_lazy_strings_are_evaluated_when_the_email_is_sent(mail):
    message = Message(
        HELLO,
        ["ada@example.com"],
        body=HELLO,
        html=HELLO,
        sender=(HELLO, "shop@example.com"),
        cc=[(HELLO, "cc@example.com")],
        reply_to=(HELLO, "reply@example.com"),
        extra_headers={"X-A": HELLO},
        tag=HELLO,
        metadata={"greeting": HELLO},
    )
    token = LANGUAGE.set("de")
    mail.send(message)
    LANGUAGE.reset(token)
    email = mail.outbox[0].to_email()
    assert (email.subject, email.text_body, email.html_body, email.tag) == ("Hallo",) * 4
    assert (email.sender, email.cc) == (Address("shop@example.com", "Hallo"), (Address("cc@example.com", "Hallo"),))
    assert email.reply_to == (Address("reply@example.com", "Hallo"),)
    assert (email.headers[0].value, email.metadata) == ("Hallo", {"greeting": "Hallo"})
    assert message.to_email().subject == "Hello"


@pytest.mark.parametrize("field", ["recipients", "cc", "bcc", "reply_to", "sender"])
def test_lazy_addresses_are_evaluated(mail, field):
    lazy = Lazy(lambda: "Ada <ada@example.com>")
    mail.send(Message("Hi", **{"recipients": ["x@example.com"], "body": "x", field: lazy}))
    email = mail.outbox[0].to_email()
    found = getattr(email, "to" if field == "recipients" else field)
    assert found in (Address("ada@example.com", "Ada"), (Address("ada@example.com", "Ada"),))


@pytest.mark.parametrize("field", ["default_sender", "default_reply_to"])
def test_lazy_settings_are_evaluated(mail, message, field):
    setattr(mail.state, field, Lazy(lambda: "Ada <ada@example.com>"))
    mail.send(message)
    email = mail.outbox[0].to_email()
    assert Address("ada@example.com", "Ada") in (email.sender, *email.reply_to)


def test_markup_becomes_a_plain_string():
    """Text that is added to a `Markup` is escaped: `A & B` would become `A &amp; B`."""
    email = Message(
        Markup("A & B"),
        [Markup("ada@example.com")],
        body=Markup("x"),
        html=Markup("<p>x</p>"),
        tag=Markup("t"),
        metadata={Markup("k"): Markup("v")},
        extra_headers={"X-A": Markup("h")},
    ).to_email()
    texts = [email.subject, email.text_body, email.html_body, email.tag, *email.metadata, *email.metadata.values()]
    assert {type(text) for text in [*texts, email.headers[0].value, email.to[0].email]} == {str}


class Color(StrEnum):
    RED = "red"


MOMENT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value, text",
    [
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (Decimal("1.10"), "1.10"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (date(2026, 11, 28), "2026-11-28"),
        (MOMENT, "2026-11-28T09:30:00+00:00"),
        (Color.RED, "red"),
        (Lazy(lambda: "lazy"), "lazy"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_metadata_values_become_strings(value, text):
    message = Message("Hi", "ada@example.com", "x", metadata={"value": value, "nothing": None})
    assert message.to_email().metadata == {"value": text}
    assert type(message.to_email().metadata["value"]) is str
    assert Message.from_dict(message.to_dict()).to_email().metadata == {"value": text}


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"x", object()], ids=lambda value: type(value).__name__)
def test_metadata_of_other_types_is_rejected(value):
    with pytest.raises(InvalidEmail, match="metadata: 'value' must be text"):
        Message("Hi", "ada@example.com", "x", metadata={"value": value}).to_email()


def test_metadata_must_be_a_mapping():
    with pytest.raises(InvalidEmail, match="metadata must be a mapping, not list"):
        Message("Hi", "ada@example.com", "x", metadata=[("a", "b")]).to_email()


def test_values_of_templates_are_converted_to_json():
    order = {"id": uuid.UUID(int=7), "total": Decimal("1.10"), "day": date(2026, 11, 28), "greeting": HELLO}
    message = Message(recipients="ada@example.com", template_alias="order", template_model={"orders": [order]})
    model = message.to_template_email().template_model
    assert model["orders"][0]["id"] == "00000000-0000-0000-0000-000000000007"
    assert (model["orders"][0]["total"], model["orders"][0]["greeting"]) == ("1.10", "Hello")


def test_an_invalid_value_of_a_template_model_is_named_by_its_path():
    message = Message(recipients="ada@example.com", template_alias="order", template_model={"order": {"ids": {1}}})
    with pytest.raises(InvalidEmail, match=r"template_model\.order\.ids"):
        message.to_template_email()


@pytest.mark.parametrize("field", ["subject", "body", "html", "tag"])
def test_a_value_that_is_not_a_string_is_rejected_by_name(field):
    wrong = Message(**{"subject": "Hi", "recipients": "ada@example.com", "body": "x", field: b"bytes"})
    if field == "subject":  # Flask-Mail decodes it
        assert wrong.to_email().subject == "bytes"
        return
    with pytest.raises(InvalidEmail, match="must be text, got bytes"):
        wrong.to_email()
