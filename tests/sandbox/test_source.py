"""The raw source of a message."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default

import pytest

FILE = {"Name": "a.dat", "Content": "AAECAw==", "ContentType": "application/octet-stream"}


def _parsed(api, **changes) -> EmailMessage:
    source = api.details(api.accepted(**changes))["Body"]
    assert source.isascii()
    assert "\n" not in source.replace("\r\n", "")
    assert max(map(len, source.split("\r\n"))) <= 998
    message = email.message_from_bytes(source.encode(), policy=default)
    assert not message.defects
    return message


def test_the_parts_of_the_source_have_the_usual_structure(api):
    """Bodies, inline files and attachments are nested as email programs expect them."""
    inline = {**FILE, "Name": "logo.png", "ContentType": "image/png", "ContentID": "cid:logo"}
    message = _parsed(api, HtmlBody="<img src='cid:logo'>", Attachments=[FILE, inline])
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/octet-stream",
    ]
    *_, image, file = message.walk()
    assert (image["Content-ID"], image.get_content_disposition()) == ("<logo>", "inline")
    assert (file.get_filename(), file.get_content()) == ("a.dat", b"\0\1\2\3")


@pytest.mark.parametrize(
    "body",
    ["plain", "b\u00f6dy \U0001f4e7", "x" * 3000, "\u00e9" * 3000, "a\nb\r\nc", "nul \0 tab \t", "line\u2028sep \x0b"],
)
@pytest.mark.parametrize("field, kind", [("TextBody", "plain"), ("HtmlBody", "html")])
def test_bodies_are_in_the_source_unchanged(api, body, field, kind):
    """A body comes out of the source as it went in, but for the ends of its lines."""
    message = _parsed(api, **{"TextBody": None, field: body})
    assert message.get_content_type() == f"text/{kind}"
    content = message.get_payload(decode=True).decode()
    assert content.replace("\r\n", "\n") == body.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "subject", ["Hello", "Gr\u00fc\u00dfe, \U0001f4e7" * 20, "x" * 1500, "a, b; c: d" * 90, "line\u2028sep\x0b\x85"]
)
def test_any_subject_is_in_the_source_unchanged(api, subject):
    source = api.details(api.accepted(Subject=subject))["Body"]
    unfolded = email.message_from_string(source.replace("\r\n ", " "))["Subject"]
    words = email.header.decode_header(unfolded)
    text = "".join(word.decode(charset or "ascii") if isinstance(word, bytes) else word for word, charset in words)
    assert text == subject


def test_a_name_is_part_of_one_address(api):
    message = _parsed(
        api,
        From='"Doe, \\"J\\" Jr." <a@example.com>',
        To=f'"A v\u00e9ry long n\u00e4me, with a comma, and {"many letters " * 6}" <b@example.com>, c@example.com',
        Cc=",".join(f"u{n}@a-rather-long-domain.example.com" for n in range(40)),
        ReplyTo='"Help, Desk" <d@example.com>',
    )
    assert [(a.display_name, a.addr_spec) for a in message["From"].addresses] == [('Doe, "J" Jr.', "a@example.com")]
    assert [a.addr_spec for a in message["To"].addresses] == ["b@example.com", "c@example.com"]
    assert message["To"].addresses[0].display_name.startswith("A v\u00e9ry long n\u00e4me, with")
    assert len(message["Cc"].addresses) == 40
    assert message["Reply-To"].addresses[0].display_name == "Help, Desk"


def test_custom_headers_are_in_the_source(api):
    """The sender's own headers are there, a Message-ID in the place of ours, and what fields say is said once."""
    headers = [
        {"Name": "Message-ID", "Value": "<mine@example.com>"},
        {"Name": "X-Campaign", "Value": "Gr\u00fcn"},
        {"Name": "Subject", "Value": "Another"},
    ]
    message = _parsed(api, Headers=headers)
    assert message.get_all("Message-ID") == ["<mine@example.com>"]
    assert message["X-Campaign"] == "Gr\u00fcn"
    assert message.get_all("Subject") == ["Hello"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Headers": [{"Name": "List-Unsubscribe", "Value": "<https://example.com/\u00fc>"}]},
        {"Headers": [{"Name": "Sender", "Value": "\u00fcber"}, {"Name": "Resent-Bcc", "Value": "x@example.com"}]},
        {"Headers": [{"Name": "X-" + "a" * 200, "Value": "b"}, {"Name": "References", "Value": "x" * 2000}]},
        {"Headers": [{"Name": "X-A", "Value": ""}]},
        {"From": "a..b@example.com", "To": "=x=@example.com", "ReplyTo": "root@localhost"},
        {"From": '"=?utf-8?q?x?=" <a@example.com>', "To": f'"{"x" * 1500}" <b@example.com>'},
        {"Attachments": [{**FILE, "ContentType": "multipart/mixed; boundary=x"}]},
        {"Attachments": [{**FILE, "ContentType": "message/rfc822", "ContentID": "<a@b>"}]},
        {"Attachments": [{**FILE, "ContentType": f"text/plain; name={'x' * 1500}", "Name": "\u00fc" * 200}]},
    ],
    ids=str,
)
def test_every_accepted_email_has_a_source(api, changes):
    """A value that only the service accepts is written, too."""
    source = api.details(api.accepted(**changes))["Body"]
    assert source.isascii()
    assert max(map(len, source.split("\r\n"))) <= 998
    assert email.message_from_string(source).get_payload()


def test_an_email_with_bcc_only_has_a_source(api):
    message = _parsed(api, To=None, Bcc="secret@example.com")
    assert "undisclosed-recipients" in str(message["To"])
    assert "secret" not in message.as_string()
