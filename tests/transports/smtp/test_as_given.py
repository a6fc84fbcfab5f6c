"""Ready messages as they stand on the wire: what is removed, what is encoded anew, and what is rejected."""

from __future__ import annotations

from email import message_from_bytes
from email.mime.text import MIMEText

import pytest

from emailapi import InvalidEmail

from .scripted import polite

READY = b"From: me@example.com\r\nTo: you@example.org\r\n\r\nHello\r\n"


@pytest.mark.parametrize("before", [b"From me@example.com Tue Jan  2 00:00:00 2024\r\n", b"\r\n", b"\n\nFrom x y\n"])
def test_only_an_mbox_line_and_empty_lines_are_removed(before, script, connect):
    server = script(polite())
    connect(server).send_message(before + READY)
    connect(server).send_message((before + READY).decode())
    assert server.messages == [READY, READY]
    assert server.seen.count("MAIL FROM:<me@example.com>") == 2


def test_each_address_of_a_sequence_gets_the_message(script, connect):
    message = MIMEText("Hello")
    message["From"], message["Subject"] = "me@example.com", None
    message["To"] = ("a@example.org", "b@example.org")
    message["Bcc"] = ["c@example.org"]
    server = script(polite())
    connect(server).send_message(message)
    assert [line for line in server.seen if line.startswith("RCPT")] == [
        f"RCPT TO:<{name}@example.org>" for name in "abc"
    ]
    header = server.messages[0].partition(b"\r\n\r\n")[0]
    assert b"\r\nTo: a@example.org, b@example.org" in header
    assert b"Subject" not in header
    assert b"c@example.org" not in server.messages[0]


@pytest.mark.parametrize("value", [("Shop", "shop@example.com"), 7, b"me@example.com"])
def test_a_header_that_is_not_a_string_is_rejected(value, script, connect):
    message = MIMEText("Hello")
    message["From"], message["To"] = value, "you@example.org"
    server = script(polite())
    with pytest.raises(InvalidEmail, match="From"):
        connect(server).send_message(message, sender="me@example.com", recipients=["you@example.org"])
    assert "MAIL" not in server.verbs()


def test_a_long_line_of_an_unsigned_message_is_encoded(script, connect):
    server = script(polite("8BITMIME"))
    body = b"word " * 400 + "ä".encode() * 700
    connect(server).send_message(READY.replace(b"\r\n\r\nHello", b"\r\nX-Long: " + b"word " * 400 + b"\r\n\r\n" + body))
    [sent] = server.messages
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert message_from_bytes(sent).get_payload(decode=True).rstrip() == body
    assert message_from_bytes(sent)["X-Long"].split() == ["word"] * 400


@pytest.mark.parametrize(
    "signed", [b"DKIM-Signature: v=1\r\n", b'Content-Type: multipart/signed; boundary="b"\r\n', b"ARC-Seal: i=1\r\n"]
)
@pytest.mark.parametrize("place", ["body", "header"])
def test_a_long_line_of_a_signed_message_is_rejected_by_its_number(place, signed, script, connect):
    long = b"x " * 700 + b"\r\n"
    ready = signed + (READY + long if place == "body" else READY.replace(b"\r\n\r\n", b"\r\nX-A: " + long + b"\r\n"))
    server = script(polite("8BITMIME"))
    with pytest.raises(InvalidEmail, match=f"^line {6 if place == 'body' else 4} .*signed"):
        connect(server).send_message(ready)
    assert "MAIL" not in server.verbs()


def test_a_message_encoded_for_a_7_bit_server_has_a_mime_version(script, connect):
    server = script(polite())
    connect(server).send_message(READY + "Hellö\r\n".encode())
    assert server.messages[0].isascii()
    assert message_from_bytes(server.messages[0])["MIME-Version"] == "1.0"
