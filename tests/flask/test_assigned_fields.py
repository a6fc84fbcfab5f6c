"""Fields that are assigned after a message was created, and fields of wrong types."""

from __future__ import annotations

import pytest

from emailapi import InvalidEmail
from emailapi.flask import Attachment, Message

FILE = Attachment("a.txt", "text/plain", "text")


@pytest.mark.parametrize("recipients", ["ada@example.com", {"ada@example.com"}, ("Ada", "ada@example.com")], ids=str)
@pytest.mark.parametrize("name", ["recipients", "cc", "bcc"])
def test_one_address_can_be_assigned(mail, name, recipients):
    message = Message("Hi", body="Hello")
    setattr(message, name, recipients)
    mail.send(message)
    assert len(getattr(mail.outbox[0], name)) == len(message.send_to) == 1


def test_none_can_be_assigned_to_every_list(mail):
    message = Message("Hi", ["ada@example.com"], body="Hello", attachments=[FILE])
    for name in ("cc", "bcc", "attachments", "alts", "extra_headers", "mail_options", "rcpt_options", "reply_to"):
        setattr(message, name, None)
    mail.send(message)
    assert mail.outbox[0].attachments == []
    message.recipients = None
    with pytest.raises(InvalidEmail, match="No recipients"):
        mail.send(message)


def test_an_assigned_list_is_used_itself():
    message, recipients = Message("Hi"), []
    message.recipients = recipients
    message.add_recipient("ada@example.com")
    assert recipients == ["ada@example.com"]


def test_one_attachment_and_one_option_become_lists():
    message = Message("Hi", attachments=FILE, mail_options="BODY=8BITMIME")
    assert (message.attachments, message.mail_options) == ([FILE], ["BODY=8BITMIME"])


@pytest.mark.parametrize(
    "field, value",
    [
        ("attachments", [7]),
        ("attachments", ["a.txt"]),
        ("date", "today"),
        ("date", True),
        ("date", float("nan")),
        ("charset", 7),
        ("alts", {7: "Hello"}),
        ("extra_headers", [7]),
        ("msgId", 7),
        ("sender", 7),
        ("sender", ["shop@example.com"]),
        ("sender", [("Shop", "shop@example.com")]),
        ("recipients", [[]]),
        ("recipients", [("Ada", "Lovelace", "ada@example.com")]),
        ("cc", [b"ada@example.com"]),
        ("bcc", [("Ada", 7)]),
        ("reply_to", [[7]]),
    ],
    ids=str,
)
def test_a_field_of_a_wrong_type_is_named(mail, field, value):
    message = Message("Hi", ["ada@example.com"], sender="shop@example.com", body="Hello")
    setattr(message, field, value)
    assert repr(message).startswith("<Message 'Hi' to ")
    for convert in (mail.send, Message.as_bytes, Message.to_dict, Message.to_email):
        with pytest.raises(InvalidEmail, match=field) as caught:
            convert(message)
        assert caught.value.field == field


@pytest.mark.parametrize("alts", [7, "html", ["html"]], ids=repr)
def test_alternatives_that_are_not_a_mapping_are_rejected(alts):
    with pytest.raises(InvalidEmail, match="alts must be a mapping"):
        Message("Hi", alts=alts)
    with pytest.raises(InvalidEmail, match="alts must be a mapping"):
        Message("Hi").alts = alts


def test_assigned_headers_must_be_a_mapping(mail):
    message = Message("Hi", ["ada@example.com"], body="Hello", extra_headers=[("X-Own", "1")])
    assert message.extra_headers == {"X-Own": "1"}
    message.extra_headers = ["X-Own"]
    with pytest.raises(InvalidEmail, match="extra_headers must be a mapping, got list"):
        mail.send(message)
