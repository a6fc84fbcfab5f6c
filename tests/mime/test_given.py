"""A ready message leaves as it is."""

from __future__ import annotations

import hashlib
from email import message_from_bytes, policy
from email.message import Message

import pytest
from hypothesis import given, strategies as st

from emailapi import InvalidEmail
from emailapi.mime import as_given

SIGNED = b"""Received: by x;
\tMon, 1 Jan 2024 00:00:00 +0000
From:  "A  very long name, that is longer than seventy-eight characters and has a comma, too" <a@x>
To: b@x
Subject: =?utf-8?q?odd?=    spacing
List-Unsubscribe: <https://example.com/""" + b"x" * 200 + b""">
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256;
  boundary="outer"
MIME-Version: 1.0

This is signed.
--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

From here: Gr\xc3\xbc\xc3\x9fe \x20
.
>From there
--inner
Content-Type:text/html

<p>x</p>

--inner--
--outer
Content-Type: application/pkcs7-signature; name="smime.p7s"
Content-Transfer-Encoding: base64

AAAA
--outer--
"""  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_bytes_are_sent_as_given(end):
    """Bytes leave byte by byte, with CRLF at the ends of lines: a signature over them holds."""
    given = SIGNED.replace(b"\n", end)
    assert as_given(given) == SIGNED.replace(b"\n", b"\r\n")


def test_a_parsed_message_keeps_its_signed_part():
    expected = SIGNED.replace(b"\n", b"\r\n").replace(b"From:  ", b"From: ").replace(b"Type:text", b"Type: text")
    for chosen in (policy.compat32, policy.default, policy.SMTP):
        assert as_given(message_from_bytes(SIGNED, policy=chosen)) == expected
        assert as_given(message_from_bytes(expected, policy=chosen)) == expected


def test_a_string_is_encoded_as_utf8():
    """Text leaves as UTF-8, and what stood for bytes as those bytes."""
    assert as_given("Subject: x\n\nGrüße\udcff") == "Subject: x\r\n\r\nGrüße".encode() + b"\xff"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("name", [b"Bcc", b"BCC", b"bcc ", b"Resent-Bcc", b"resent-bcc\t"])
def test_bcc_is_removed(name, end):
    """Who gets a copy in secret is taken out with all its lines, wherever it stands."""
    lines = [
        name + b": secret1@x,",
        b" secret2@x,",
        b"\tsecret3@x",
        b"To: b@x",
        name + b":secret4@x",
        b"",
        b"Bcc: body",
    ]
    assert as_given(end.join(lines)) == b"To: b@x\r\n\r\nBcc: body"


def test_a_body_may_look_like_anything():
    """Nothing behind the header is read."""
    body = b"Bcc: a\r\n\r\n--x\r\nno header\r\nFrom x\r\n.\r\n" + bytes(range(128, 256))
    assert as_given(b"To: b@x\r\n\r\n" + body) == b"To: b@x\r\n\r\n" + body


def test_line_ends_become_crlf():
    assert as_given(b"A: b\n\nc\rd\ne\r\nf\r\r\n") == b"A: b\r\n\r\nc\r\nd\r\ne\r\nf\r\n\r\n"
    assert as_given(b"A: b\n") == as_given(b"A: b") == b"A: b\r\n\r\n"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\n",
        b"\r\n\r\nbody",
        b"Bcc: a@x\r\n\r\nonly a secret",
        b"just text\n",
        b"A: b\n\na\0b",
        b"A: b\0\n\nc",
        b"A: b\rBcc: c\n\nd",
        b"A: b\r\nSubject: x\nBcc: c\r\n\r\nd",
        b"A: b\r\n Subject: x\r y\r\n\r\nd",
        b"From a@x Mon Jan  1 00:00:00 2024\n",
        b"A: b\nFrom a@x Mon Jan  1 00:00:00 2024\n\nc",
        b" folded: first\nA: b\n\nc",
        b"A b: c\n\nd",
        b": c\n\nd",
        "Ä: c\n\nd".encode(),
        7,
        None,
        ["A: b"],
        "A: b\n\n\ud800",
    ],
)
def test_data_that_is_not_a_message_or_has_a_broken_header_is_rejected(message):
    with pytest.raises(InvalidEmail) as caught:
        as_given(message)
    assert caught.value.field == "message"


def test_no_error_shows_a_body():
    """The sentence of a rejection has no more than the beginning of a line in it."""
    with pytest.raises(InvalidEmail) as caught:
        as_given(b"secret " * 100)
    assert len(str(caught.value)) < 120


@given(
    fields=st.lists(st.binary(max_size=30).filter(lambda data: not set(data) & set(b"\r\n\0")), min_size=1, max_size=5),
    body=st.binary(max_size=200).filter(lambda data: b"\0" not in data),
)
def test_arbitrary_bytes_are_kept(fields, body):
    """Whatever stands behind a colon, and in the body, stays; only ends of lines change."""
    import re

    given = b"".join(b"X-A:" + value + b"\n" for value in fields) + b"\n" + body
    written = as_given(given)
    assert written == re.sub(rb"\r\n?|\n", b"\r\n", given)
    assert hashlib.sha256(as_given(written)).digest() == hashlib.sha256(written).digest()


def test_legacy_header_values_cannot_inject_headers():
    for value in ("x\nBcc: y", "x\r\nBcc: y", "x\rBcc: y", "x\n\nbody", "x\0y", "x\n"):
        message = Message()
        message["Subject"] = value
        with pytest.raises(InvalidEmail, match="Subject"):
            as_given(message)
    folded = Message()
    folded["Subject"] = "x\n y"
    assert as_given(folded) == b"Subject: x\r\n y\r\n\r\n"
