"""A message in a message is 7bit, never base64; what is not so in it is encoded anew."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from emailapi import Attachment, InvalidEmail
from emailapi.mime import to_bytes


def attached(new_email, content, name="a.eml", **more):
    return new_email(attachments=Attachment(name=name, content=content, **more))


def inner(data: bytes) -> bytes:
    """The attached message as it stands in the bytes that leave."""
    return data.split(b'; filename="a.eml"\r\n\r\n')[1].rpartition(b"\r\n--")[0]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_seven_bit_parts_are_unchanged(new_email, read, end):
    """A message of ASCII lines is attached byte by byte, with CRLF."""
    content = end.join([b"Subject: x", b"X:  y", b"", b"From here", b".", b"end", b""])
    seen = read(to_bytes(attached(new_email, content)))
    assert seen.shape == "mixed(plain, rfc822)"
    assert b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n" in seen.data
    assert inner(seen.data) == content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


EIGHT_BIT = """\
Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="b b"
Content-Transfer-Encoding: 8bit

preamble
--b b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße und noch viel Text, so dass es sich lohnt
--b b
Content-Type: text/plain; charset=iso-8859-1

plain
--b b
Content-Type: message/rfc822

Subject: inner
Content-Type: text/plain; charset=utf-8

図書館
--b b--
end
""".encode()


def test_eight_bit_parts_are_encoded(new_email, read):
    seen = read(to_bytes(attached(new_email, EIGHT_BIT)))
    before = message_from_bytes(EIGHT_BIT)
    after = message_from_bytes(inner(seen.data))
    assert [part.get_content_type() for part in after.walk()] == [part.get_content_type() for part in before.walk()]
    pairs = [(a, b) for a, b in zip(before.walk(), after.walk(), strict=True) if not isinstance(a.get_payload(), list)]
    assert len(pairs) == 3
    for old, new in pairs:
        assert new.get_payload(decode=True).replace(b"\r\n", b"\n") == old.get_payload(decode=True)
    assert [new["Content-Transfer-Encoding"] for _, new in pairs] == ["quoted-printable", None, "base64"]
    assert after["Content-Transfer-Encoding"] is None
    assert (after.preamble, after.epilogue) == ("preamble", "end\r\n")


@pytest.mark.parametrize(
    "encoding, body, decoded",
    [
        ("base64", b"QUJD" * 500, b"ABC" * 500),
        ("quoted-printable", b"a=20b" * 400, b"a b" * 400),
        ("7bit", b"long " * 400, b"long " * 400),
    ],
)
def test_lines_that_are_too_long_are_encoded(new_email, read, encoding, body, decoded):
    content = b"Content-Transfer-Encoding: " + encoding.encode() + b"\nSubject: x\n\n" + body
    after = message_from_bytes(inner(read(to_bytes(attached(new_email, content))).data))
    assert after["Subject"] == "x"
    assert after.get_payload(decode=True) == decoded


@pytest.mark.parametrize(
    "content, more",
    [
        ("Subject: Grüße\n\nbody\n".encode(), {}),
        (b"X: " + b"x" * 1000 + b"\n\nbody\n", {}),
        ("Content-Transfer-Encoding: binary\n\nGrüße".encode(), {}),
        (b"Content-Transfer-Encoding: base64\n\n" + b"A" * 1001, {}),
        ("Status: zurückgewiesen\n\n".encode(), {"content_type": "message/delivery-status"}),
        (b"X: y\n\n" + b"a\0b", {"content_type": "message/partial"}),
        (b"Content-Type: message/rfc822\n\n" * 60 + "ü".encode(), {}),
    ],
)
def test_an_attached_message_that_cannot_be_7_bit_is_rejected_by_name(new_email, content, more):
    with pytest.raises(InvalidEmail, match=r"attachments\[0\] \('a.eml'\)") as caught:
        to_bytes(attached(new_email, content, **more))
    assert caught.value.field == "attachments"


def test_an_international_message_can_be_base64(new_email, read):
    """A message/global, which is UTF-8 by its nature, may be encoded (RFC 6532)."""
    content = "Subject: Grüße\n\nbody\n".encode()
    data = to_bytes(attached(new_email, content, content_type="message/global"))
    assert b"Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n" in data
