"""A ready message as given: what stands before its headers, and lines that are too long for a server."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from hypothesis import given, strategies as st

from emailapi import InvalidEmail
from emailapi.mime import as_given, envelope_of, from_message

START = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n"
MBOX = b"From a@example.com Mon Jan  1 00:00:00 2024"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("before", [[MBOX], [b""], [b"", b"", b""], [b"", MBOX], [MBOX, b""], [b"From "]])
def test_an_mbox_line_and_empty_lines_before_the_headers_are_removed(before, end):
    message = START + b"\r\nHello\r\nFrom here\r\n"
    raw = end.join([*before, b""]) + message.replace(b"\r\n", end)
    for form in (raw, raw.decode(), bytearray(raw)):
        assert as_given(form) == message
        assert envelope_of(form) == ("a@example.com", ("b@example.com",))
        assert from_message(form) == from_message(message)


def test_one_mbox_line_is_removed_and_a_second_is_rejected():
    with pytest.raises(InvalidEmail):
        as_given(MBOX + b"\n" + MBOX + b"\n" + START)
    with pytest.raises(InvalidEmail):
        as_given(START + MBOX + b"\r\n\r\nHello")


def test_the_library_drops_the_mbox_line_of_a_message_object_too():
    parsed = message_from_bytes(MBOX + b"\r\n" + START + b"\r\nHello")
    assert as_given(parsed) == START + b"\r\nHello"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_from_with_a_space_before_the_colon_is_the_sender_at_any_position(place):
    lines = [b"To: b@example.com", b"Subject: x"]
    lines.insert(place, b"From : a@example.com")
    raw = b"\r\n".join([*lines, b"", b"From : body"])
    assert as_given(raw) == raw
    assert envelope_of(raw) == ("a@example.com", ("b@example.com",))
    assert from_message(raw).sender.email == "a@example.com"
    assert from_message(raw).text_body == "From : body"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b"To: b@example.com\nFrom : a@example.com\nSubject: x\n\nHello", id="dropped"),
        pytest.param(b"From: a@example.com\nTo: b@example.com\nBcc : secret@example.com\n\nHello", id="shown to all"),
    ],
)
def test_a_message_object_whose_header_was_parsed_as_body_is_rejected(given):
    parsed = message_from_bytes(given)
    for call in (from_message, envelope_of, as_given):
        with pytest.raises(InvalidEmail) as caught:
            call(parsed)
        assert caught.value.field == "headers"


SIGNED = [
    b"DKIM-Signature: v=1; b=x",
    b"dkim-signature : v=1; b=x",
    b"X-Google-DKIM-Signature: v=1; b=x",
    b"DomainKey-Signature: a=rsa-sha1; b=x",
    b"ARC-Seal: i=1; b=x",
    b"ARC-Message-Signature: i=1; b=x",
    b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b',
    b"Content-Type:\r\n Multipart/Signed; boundary=b",
    b"Content-Type: application/pkcs7-mime; smime-type=signed-data",
    b"Content-Type: application/x-pkcs7-mime",
]


@pytest.mark.parametrize("header", SIGNED)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_signed_message_with_a_long_line_is_rejected_by_the_lines_number(header, end):
    body = b"Hello\r\n" + b"x" * 999 + b"\r\n"
    raw = (MBOX + b"\r\nBcc: c@example.com,\r\n d@example.com\r\n" + START + header + b"\r\n\r\n" + body).replace(
        b"\r\n", end
    )
    number = raw[: raw.index(b"x" * 999)].count(b"\n") + 1
    with pytest.raises(InvalidEmail, match=f"^line {number} .*998.*signed.*quoted-printable") as caught:
        as_given(raw)
    assert caught.value.field == "message"


@pytest.mark.parametrize("header", SIGNED)
def test_a_signed_message_with_a_long_header_is_rejected(header):
    with pytest.raises(InvalidEmail, match="^line 4 .*signed"):
        as_given(START + b"X-Long: " + b"word " * 200 + b"\r\n" + header + b"\r\n\r\nHello\r\n")


@pytest.mark.parametrize("header", [b"X-A: b", *SIGNED])
@pytest.mark.parametrize("last", [b"\r\n", b""])
def test_a_line_of_998_octets_is_sent_as_given(header, last):
    raw = START + b"X-Long: " + b"x" * 990 + b"\r\n" + header + b"\r\n\r\n" + b"\xc3\xa4" * 499 + last
    assert as_given(raw) == raw


def lines_fit(data: bytes) -> bool:
    return max(map(len, data.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "body",
    [b"x" * 999, b"word " * 400, "ä".encode() * 500, b"short\r\n" + b"x" * 5000 + b"\r\nshort\r\n", b"=" * 1000],
)
@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "quoted-printable"])
def test_a_long_line_of_an_unsigned_message_is_encoded_and_decodes_to_the_same_text(body, encoding):
    header = b"Content-Type: text/plain; charset=utf-8\r\n"
    if encoding:
        header += f"Content-Transfer-Encoding: {encoding}\r\n".encode()
    raw = START + header + b"\r\n" + body
    written = message_from_bytes(as_given(raw))
    assert lines_fit(as_given(raw))
    assert written.get_payload(decode=True) == message_from_bytes(raw).get_payload(decode=True)
    assert written["MIME-Version"] == "1.0"
    assert written["Content-Transfer-Encoding"] in ("quoted-printable", "base64")
    assert [written[name] for name in ("From", "To", "Subject")] == ["a@example.com", "b@example.com", "x"]


def test_only_the_part_with_the_long_line_is_encoded():
    short = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nX-A:  b\r\n\r\n\xc3\xa4  \r\n.\r\n"
    inner = b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: i\r\n\r\n" + b"z" * 1200 + b"\r\n"
    long = (
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * 500 + b"\r\n"
    )
    raw = START + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + short + inner + long
    raw += b"--b--\r\n"
    written = as_given(raw)
    assert lines_fit(written)
    assert written.startswith(raw.partition(inner)[0])
    _, message, file = message_from_bytes(written).get_payload()
    assert message.get_payload()[0].get_payload(decode=True) == b"z" * 1200
    assert file.get_payload(decode=True) == b"ABC" * 500


HEADERS = {
    "text": b"Subject: " + b"word, " * 300 + b"end",
    "text without spaces": b"Subject: " + b"x" * 2000,
    "raw UTF-8": b"Subject: " + "Grüße ".encode() * 300 + b"end",
    "encoded words": b"Subject: " + b" ".join([b"=?utf-8?q?Gr=C3=BC=C3=9Fe?="] * 60),
    "one encoded word": b"Subject: =?utf-8?q?" + b"=C3=BC" * 300 + b"?=",
    "addresses": b"To: " + b", ".join(b"Jane <u%d@example.com>" % number for number in range(100)),
    "addresses without spaces": b"To: " + b",".join(b"u%d@example.com" % number for number in range(100)),
    "addresses with names in words": b"To: "
    + b",".join(b"=?utf-8?q?J=C3=BC?=<u%d@example.com>" % number for number in range(100)),
    "ids": b"References: " + b" ".join(b"<%d@example.com>" % number for number in range(200)),
    "a folded one": b"X-A: first\r\n " + b"word " * 300 + b"\r\n\tlast",
    "raw UTF-8 without spaces": b"Subject: " + "ä".encode() * 600,
    "an own one": b"X-A: " + b"x" * 1500,
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_long_header_of_an_unsigned_message_is_folded_and_keeps_its_value(header):
    raw = START.replace(b"Subject: x\r\n", b"").replace(b"To: b@example.com\r\n", b"") + header + b"\r\n\r\nHello\r\n"
    written = as_given(raw)
    assert lines_fit(written)
    assert written.endswith(b"\r\n\r\nHello\r\n")
    assert from_message(written) == from_message(raw)
    assert envelope_of(written) == envelope_of(raw)


@pytest.mark.parametrize(
    "raw",
    [
        START + b"Content-Type: text/plain; name=" + b"x" * 1000 + b"\r\n\r\nHello",
        START + b"List-Unsubscribe: <https://example.com/" + b"x" * 1000 + b">\r\n\r\nHello",
        START + b"To: " + b"x" * 1000 + b"\r\n\r\nHello",
        START + b"X-A: " + b"\xff" * 1000 + b"\r\n\r\nHello",
        START + b"X-A: =?utf-8?q?" + b"=FF" * 1000 + b"?=\r\n\r\nHello",
        START + b"Content-Transfer-Encoding: binary\r\n\r\n" + b"x" * 1000,
        START + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * 1001,
        START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"x" * 1000 + b"\r\n--b\r\n\r\nHello\r\n--b--",
        START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n\r\n" + b"x" * 1000 + b"\r\n--c--\r\n--b--",
    ],
)  # fmt: skip
def test_a_long_line_that_cannot_be_encoded_is_rejected_by_its_number(raw):
    with pytest.raises(InvalidEmail, match=r"^line \d+ of the message has more than 998 octets: .*Break") as caught:
        as_given(raw)
    assert caught.value.field == "message"


def test_a_message_object_with_a_long_line_is_encoded_like_bytes():
    raw = START + b"MIME-Version: 1.0\r\n\r\n" + b"x" * 2000
    assert as_given(message_from_bytes(raw)) == as_given(raw)
    assert lines_fit(as_given(raw))
    signed = message_from_bytes(b"DKIM-Signature: v=1\r\n" + raw)
    with pytest.raises(InvalidEmail, match=r"^line 7 .*signed"):
        as_given(signed)


def test_a_long_bcc_header_is_removed_without_an_error():
    raw = b"Bcc: " + b"x" * 2000 + b"\r\n" + START + b"DKIM-Signature: v=1\r\n\r\nHello"
    assert as_given(raw) == START + b"DKIM-Signature: v=1\r\n\r\nHello"


@given(
    lines=st.lists(st.integers(0, 2500).map(lambda length: (b"word %d " % length * 400)[:length]), max_size=5),
    name=st.sampled_from([b"X-A", b"Subject", b"Comments"]),
    long=st.integers(0, 1500),
)
def test_any_unsigned_message_is_sent_in_lines_that_fit(lines, name, long):
    value = (b"abc de  f " * 150)[:long].strip()
    raw = name + b": " + value + b"\r\n\r\n" + b"\r\n".join(lines)
    written = message_from_bytes(as_given(raw))
    assert lines_fit(as_given(raw))
    assert written.get_payload(decode=True) == b"\r\n".join(lines)
    assert from_message(as_given(raw)).headers == from_message(raw).headers
