"""Who an email is from and to, once each."""

from __future__ import annotations

from email.header import Header as EncodedHeader
from email.message import EmailMessage, Message

import pytest

from emailapi import InvalidEmail
from emailapi.mime import envelope, envelope_of, needs_utf8


def test_each_recipient_is_in_the_envelope_once(new_email):
    """An address in several fields is one recipient; order is kept, and only a domain's case means nothing."""
    email = new_email(
        sender="Me <a@bücher.example>",
        to=["b@x.example", "c@X.example", "B@x.example"],
        cc=["b@X.EXAMPLE", "d@faß.de"],
        bcc=["e@x.example", "c@x.example"],
    )
    assert envelope(email) == (
        "a@xn--bcher-kva.example",
        ("b@x.example", "c@X.example", "B@x.example", "d@xn--fa-hia.de", "e@x.example"),
    )


def test_a_message_without_a_sender_has_no_envelope(new_email):
    with pytest.raises(InvalidEmail) as caught:
        envelope(new_email(sender=None))
    assert caught.value.field == "sender"


@pytest.mark.parametrize("field", ["sender", "to", "cc", "bcc", "reply_to"])
def test_only_a_local_part_that_is_not_ascii_needs_smtputf8(new_email, field):
    assert needs_utf8(new_email(**{field: "Jürgen <jürgen@example.com>"}))
    assert not needs_utf8(new_email(**{field: "Jürgen <a@bücher.example>"}))
    assert not needs_utf8(new_email(sender=None))


def test_a_ready_message_needs_smtputf8_if_its_headers_are_not_ascii():
    """A body that is not ASCII needs no SMTPUTF8."""
    assert needs_utf8("To: jürgen@example.com\r\n\r\n".encode())
    assert not needs_utf8("To: a@example.com\r\n\r\nGrüße".encode())


READY = [
    (b"From: A <a@x>\nTo: b@x, \"c, d\" <c@x>\nCc: b@X\nBcc: e@x\n\nTo: z@x\n", ("a@x", ("b@x", "c@x", "e@x"))),
    (b"From: a@x, b@x\nSender: s@x\nTo: Team: c@x, d@x;, e@x\n\n", ("s@x", ("c@x", "d@x", "e@x"))),
    (b"From: a@x, b@x\nTo: c@x\nTo: d@x\nto: e@x\n\n", ("a@x", ("c@x", "d@x", "e@x"))),
    (b"To: =?utf-8?q?J=C3=BCrgen=2C?=\n =?utf-8?q?_Dr?= <j@x>\n\n", (None, ("j@x",))),
    (b"From: undisclosed:;\nTo: undisclosed-recipients:;\n\n", (None, ())),
    (b"Resent-From: r@x\nResent-To: s@x\nResent-Bcc: t@x\nFrom: a@x\nTo: b@x\n\n", ("r@x", ("s@x", "t@x"))),
    ("From: ä@bücher.example\nTo: b@x (Jane)\n\n".encode(), ("ä@xn--bcher-kva.example", ("b@x",))),
    (b"Subject: x\n\n", (None, ())),
    ("From: a@x\r\nTo: b@x\r\n\r\nhi", ("a@x", ("b@x",))),
]  # fmt: skip


@pytest.mark.parametrize("message, expected", READY)
def test_the_envelope_of_a_ready_message(message, expected):
    assert envelope_of(message) == expected


def test_the_envelope_of_objects():
    """The library's messages are read alike, old and new."""
    new = EmailMessage()
    new["From"] = '"Doe, Jané" <a@x>'
    new["To"] = 'Team: b@x, "c, d" <c@x>;'
    new["Bcc"] = "e@x"
    old = Message()
    old["From"] = EncodedHeader("a@x")
    old["To"] = 'b@x, "c, ü" <c@x>'
    old["Bcc"] = "e@x"
    assert envelope_of(new) == envelope_of(old) == ("a@x", ("b@x", "c@x", "e@x"))


@pytest.mark.parametrize(
    "message, field",
    [
        (b"From: not an address\nTo: b@x\n\n", "sender"),
        (b"From: a@x\nTo: b@x, c d\n\n", "to"),
        (b"Resent-Date: x\nResent-To: a@x\nResent-Date: y\nResent-To: b@x\nFrom: c@x\n\n", "headers"),
        (b"From: \xff@x\n\n", "sender"),
        (7, "message"),
        (None, "message"),
        ("From: \ud800@x\n\n", "message"),
    ],
)
def test_a_message_without_a_readable_envelope_is_rejected_by_its_field(message, field):
    with pytest.raises(InvalidEmail) as caught:
        envelope_of(message)
    assert caught.value.field == field


@pytest.mark.parametrize("line", ["Bcc : c@example.com", "Cc\t: c@example.com", "c@example.com"])
def test_a_message_with_a_line_that_hides_headers_is_rejected(line):
    text = f"From: a@example.com\nTo: b@example.com\n{line}\nSubject: x\n\nHello\n"
    for given in (text, text.encode()):
        with pytest.raises(InvalidEmail) as caught:
            envelope_of(given)
        assert caught.value.field == "headers"
