"""Line breaks: no field may begin a header of its own."""

from __future__ import annotations

import pytest

from emailapi import InvalidEmail
from emailapi.flask import Attachment, BadHeaderError, Message

INJECTED = "x\r\nBcc: evil@example.com"


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"subject": INJECTED}, "subject"),
        ({"subject": "x\n"}, "subject"),
        ({"subject": "x\0"}, "subject"),
        ({"sender": INJECTED}, "sender"),
        ({"sender": (INJECTED, "a@example.com")}, "sender"),
        ({"recipients": ["ada@example.com", INJECTED]}, "recipients"),
        ({"recipients": [("Ada", INJECTED + "@")]}, "recipients"),
        ({"recipients": [("Ada @ home " + INJECTED, "a@example.com")]}, "recipients"),
        ({"cc": [["Ada " + INJECTED, "a@example.com"]]}, "cc"),
        ({"cc": [INJECTED]}, "cc"),
        ({"bcc": [INJECTED]}, "bcc"),
        ({"reply_to": INJECTED}, "reply_to"),
        ({"extra_headers": {"X-A": INJECTED}}, "extra_headers"),
        ({"extra_headers": {"X-A: b\r\nBcc": "x"}}, "extra_headers"),
        ({"tag": INJECTED}, "tag"),
        ({"message_stream": INJECTED}, "message_stream"),
        ({"attachments": [Attachment(INJECTED, data="x")]}, "attachments"),
        ({"attachments": [Attachment("a", INJECTED, "x")]}, "attachments"),
        ({"attachments": [Attachment("a", None, "x", INJECTED)]}, "attachments"),
        ({"attachments": [Attachment("a", data="x", headers={"X-A": INJECTED})]}, "attachments"),
        ({"attachments": [Attachment("a", data="x", content_id=INJECTED)]}, "attachments"),
        ({"mail_options": [INJECTED]}, "mail_options"),
        ({"rcpt_options": ["NOTIFY=NEVER\r\nDATA"]}, "rcpt_options"),
    ],
    ids=str,
)
def test_every_field_is_checked_for_line_breaks(mail, fields, name):
    message = Message(**{"recipients": ["ada@example.com"], "body": "x", **fields})
    assert message.has_bad_headers()
    assert message.is_bad_headers()
    with pytest.raises(BadHeaderError) as caught:
        mail.send(message)
    assert caught.value.field == name
    assert mail.outbox == []


def test_a_message_id_is_checked_for_line_breaks(mail):
    message = Message("Hi", "ada@example.com", "x")
    message.msgId = INJECTED
    assert message.has_bad_headers()
    with pytest.raises(BadHeaderError, match="msgId"):
        mail.send(message)


def test_metadata_is_checked_for_line_breaks(mail):
    with pytest.raises(InvalidEmail, match="metadata"):
        mail.send(Message("Hi", "ada@example.com", "x", metadata={"user": INJECTED}))


def test_a_folded_subject_is_put_on_one_line():
    """Flask-Mail takes one, as a header has it."""
    message = Message("one\r\n two\r\n\tthree", "ada@example.com", "x")
    assert not message.has_bad_headers()
    assert message.to_email().subject == "one two\tthree"
