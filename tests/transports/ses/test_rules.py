"""Emails that SES would reject are rejected before a byte leaves, by the field's name."""

from __future__ import annotations

import pytest

from emailapi import Attachment, InvalidEmail

from .conftest import new_email

MANY = [f"user{number}@example.com" for number in range(60)]
HEADED = {"headers": {"X-A": "b"}}
WRONG = {
    "no recipient": ({"to": ()}, "to"),
    "51 recipients": ({"to": MANY[:20], "cc": MANY[20:40], "bcc": MANY[40:51]}, "to"),
    "51 recipients, raw": ({"to": MANY[:51], **HEADED}, "to"),
    "no sender": ({"sender": None}, "sender"),
    "no body": ({"text_body": None}, "text_body"),
    "sender is not ASCII": ({"sender": "jürgen@example.com"}, "sender"),
    "to is not ASCII": ({"to": "jürgen@example.com"}, "to"),
    "cc is not ASCII": ({"cc": "jürgen@example.com"}, "cc"),
    "bcc is not ASCII": ({"bcc": "jürgen@example.com", **HEADED}, "bcc"),
    "reply_to is not ASCII": ({"reply_to": "jürgen@bücher.example"}, "reply_to"),
    "an address like a word": ({"bcc": "=?utf-8?q?a?=@example.com"}, "bcc"),
    "a stream": ({"message_stream": "outbound"}, "message_stream"),
    "opens": ({"track_opens": True}, "track_opens"),
    "opens off": ({"track_opens": False}, "track_opens"),
    "links": ({"track_links": "None"}, "track_links"),
    "a tag with a space": ({"tag": "a b"}, "tag"),
    "a tag that is not ASCII": ({"tag": "grüße"}, "tag"),
    "a long tag": ({"tag": "a" * 256}, "tag"),
    "a metadata name": ({"metadata": {"a.b": "c"}}, "metadata"),
    "a metadata value": ({"metadata": {"a": "b c"}}, "metadata"),
    "a metadata value with a line end": ({"metadata": {"a": "b "}}, "metadata"),
    "an empty metadata value": ({"metadata": {"a": ""}}, "metadata"),
    "an empty metadata name": ({"metadata": {"": "a"}}, "metadata"),
    "a long metadata value": ({"metadata": {"a": "b" * 256}}, "metadata"),
    "a tag twice": ({"tag": "a", "metadata": {"tag": "b"}}, "metadata"),
    "a large text": ({"text_body": "x" * 10_000_001}, "text_body"),
    "a text that is large when encoded": ({"text_body": "é" * 3_700_000}, "text_body"),
    "a large page": ({"html_body": "<p>" * 3_400_000}, "html_body"),
    "a large file": ({"attachments": Attachment(name="a.bin", content=bytes(7_500_000))}, "attachments"),
}
RIGHT = {
    "50 recipients": {"to": MANY[:50]},
    "long tags": {"tag": "a" * 255, "metadata": {"b" * 255: "c" * 255}},
    "a key": {"idempotency_key": "not of SES's letters: é"},
    "a file that just fits": {"attachments": Attachment(name="a.bin", content=bytes(7_200_000))},
    "a text that just fits": {"text_body": ("x" * 97 + "\r\n") * 100_000},
    "an odd local part": {"to": '"a b"@example.com'},
}


@pytest.fixture(scope="module")
def nowhere():
    """Give a transport that has nowhere to send to: checking needs no network."""
    import boto3

    from emailapi import SESTransport

    login = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.session.Session(region_name="eu-west-1", **login).client("ses", endpoint_url="http://localhost:1")
    yield SESTransport(client=client)
    client.close()


@pytest.mark.parametrize("fields, field", WRONG.values(), ids=WRONG)
def test_the_field_that_ses_would_reject_is_named(nowhere, fields, field):
    """The error of an email that SES would reject, or cannot carry, names the field; sending says the same."""
    for call in (nowhere.check, nowhere.send):
        with pytest.raises(InvalidEmail) as caught:
            call(new_email(**fields))
        assert caught.value.field == field
        assert caught.value.attempts == 0


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("fields", RIGHT.values(), ids=RIGHT)
def test_an_email_at_each_limit_of_ses_is_sent(serve, connect, nowhere, fields):
    nowhere.check(new_email(**fields))
    service = serve()
    connect(service.url, deadline=300).send(new_email(**fields))
    assert len(service.accepted) == 1


def test_a_character_that_the_charset_cannot_encode_is_rejected(serve, connect):
    """A text that the charset cannot write is rejected: SES would put question marks in it."""
    service = serve()
    transport = connect(service.url, charset="ISO-8859-1")
    with pytest.raises(InvalidEmail, match="'語' is not in the charset") as caught:
        transport.send(new_email(html_body="日本語"[2:]))
    assert caught.value.field == "html_body"
    assert not service.posts
    transport.send(new_email(html_body="日本語", headers={"X-A": "MIME is always UTF-8"}))


@pytest.mark.parametrize("text", ["a\r\nBcc: x@example.com", "a\nb", "a\0b"])
def test_line_breaks_cannot_inject_headers(nowhere, text):
    for name in ("subject", "tag", "sender", "to"):
        with pytest.raises(InvalidEmail) as caught:
            nowhere.send({"sender": "me@example.com", "to": "you@example.com", "text_body": "", name: text})
        assert caught.value.field == name
