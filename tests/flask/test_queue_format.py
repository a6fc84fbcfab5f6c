"""Messages as JSON, for queues."""

from __future__ import annotations

import json

import pytest

from emailapi import Address, InvalidEmail
from emailapi.flask import Message


def everything() -> Message:
    message = Message(
        "Hi",
        [("Doe, Jane", "jane@example.com"), "b@example.com"],
        "Hello",
        "<p>Hello</p>",
        alts={"calendar": "BEGIN"},
        sender=("Shop", "shop@example.com"),
        cc="c@example.com",
        bcc=Address("d@example.com"),
        reply_to="e@example.com",
        date=1.5,
        charset="latin-1",
        extra_headers={"X-A": "b"},
        mail_options=["RET=HDRS"],
        rcpt_options=["NOTIFY=NEVER"],
        tag="t",
        metadata={"n": 1},
        message_stream="s",
        idempotency_key="k",
        track_opens=False,
        track_links="None",
    )
    message.attach("a.bin", data=b"\0\xff", headers={"X-B": "c"})
    message.attach("b.txt", data="é", content_id="x")
    return message


def test_a_message_survives_json():
    message = everything()
    data = json.loads(json.dumps(message.to_dict()))
    again = Message.from_dict(data)
    assert again.to_dict() == message.to_dict()
    assert again.as_bytes() == message.as_bytes()
    assert again.recipients == ['"Doe, Jane" <jane@example.com>', "b@example.com"]
    assert [one.data for one in again.attachments] == [b"\0\xff", "é"]


def test_the_default_sender_is_not_serialized(app, mail, message):
    with app.app_context():
        data = message.to_dict()
    assert data.keys() == {"subject", "recipients", "body", "message_id"}
    assert Message.from_dict(data).msgId == message.msgId


def test_a_template_survives_json():
    message = Message(recipients="a@example.com", template_alias="w", template_model={})
    assert Message.from_dict(message.to_dict()).to_template_email() == message.to_template_email()


def test_from_dict_of_a_subclass_returns_the_subclass():
    class Ours(Message):
        pass

    assert type(Ours.from_dict({"subject": "Hi"})) is Ours


@pytest.mark.parametrize(
    "data, said",
    [
        ({"subjet": "x"}, "subjet.*subject"),
        ({"attachments": [{"data": "?", "base64": True}]}, "attachments must be as written by Message.to_dict"),
        ({"attachments": [{"name": "?"}]}, "attachments must be as written by Message.to_dict"),
    ],
    ids=str,
)
def test_from_dict_names_the_field_that_cannot_be_read(data, said):
    with pytest.raises(InvalidEmail, match=said):
        Message.from_dict(data)
