"""Whatever is given for a ready message, nothing but our own error comes of it."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from hypothesis import given, strategies as st

from emailapi import EmailAPIError
from emailapi.mime import as_given, envelope_of, from_message, to_bytes

PIECES = [
    *(b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"\t", b":", b";", b"=", b'"', b"\\", b"\0", b"\xff", b"\xc3\xa4", b","),
    *(b"From: ", b"To: ", b"Bcc: ", b"Subject: ", b"Resent-To: ", b"Content-Type: ", b"Content-Disposition: "),
    *(b"X-PM-Tag: ", b"X-PM-TrackOpens: ", b"X-PM-Metadata-a: ", b"Content-Transfer-Encoding: ", b"Content-ID: "),
    *(b"text/plain", b"text/html", b"multipart/mixed; boundary=b", b"multipart/related; boundary=b; start=<i>"),
    *(b"multipart/alternative; boundary=b", b"message/rfc822", b"message/delivery-status", b"--b", b"--b--"),
    *(b"; charset=", b"utf-8", b"hex", b"idna", b"utf-7", b"punycode", b"unicode_escape", b"rot13"),
    *(b"base64", b"quoted-printable", b"x-uuencode", b"begin 644 a\n", b"end", b"attachment"),
    *(b"; filename=", b"; filename*=", b"; filename*0*=", b"; filename*99999999999999999999=", b"; filename*x="),
    *(b"utf-8''%C3", b"a@b.example", b"<a@b.example>", b"a", b"Team: "),
    *(b"=?utf-8?q?=C3?=", b"=?utf-8?b?", b"?=", b"=?idna?q?a?="),
]
MESSAGES = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


def only_ours(call, *args):
    try:
        return call(*args)
    except EmailAPIError as error:
        return error


@given(data=MESSAGES)
def test_nothing_foreign_escapes(data):
    """Any bytes, and what the library's parsers make of them, are read, left as they are, or refused."""
    for message in (data, message_from_bytes(data), message_from_bytes(data, policy=policy.default)):
        for call in (as_given, envelope_of, from_message):
            only_ours(call, message)


@given(data=MESSAGES)
def test_what_is_read_can_be_written(data):
    """What became an `Email` is written, or refused by name, and then reads as itself."""
    email = only_ours(from_message, b"From: a@b.example\nTo: c@d.example\n" + data)
    if not isinstance(email, EmailAPIError):
        written = only_ours(to_bytes, email)
        if not isinstance(written, EmailAPIError):
            again = from_message(written)
            assert (again.text_body, again.html_body, again.subject) == (
                email.text_body,
                email.html_body,
                email.subject,
            )


@pytest.mark.slow
@pytest.mark.parametrize("depth", [200, 3000])
def test_depth_breaks_nothing(depth):
    """A message nested thousands of times is refused, not a crash."""
    marks = [f"b{number}x" for number in range(depth)]
    message = "".join(f"Content-Type: multipart/mixed; boundary={mark}\n\n--{mark}\n" for mark in marks) + "\nx"
    assert isinstance(only_ours(from_message, message.encode()), EmailAPIError)
    assert isinstance(only_ours(from_message, b"Content-Type: message/rfc822\n\n" * depth), EmailAPIError)
    assert as_given(message.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"=?" * 50_000 + b"\n\nx",
        b"Subject: " + b"?= " * 50_000 + b"\n\nx",
        b"Subject: " + b"=?a?q?a?= " * 20_000 + b"\n\nx",
        b"To: " + b"(" * 50_000 + b"\n\nx",
        b"To: " + b'"' * 50_001 + b"\n\nx",
        b"A: b" + b"\n " * 50_000 + b"\n\nx",
        b"A: b\n\n" + b"\r" * 100_000,
    ],
)
def test_length_breaks_nothing(data):
    """Long odd input is read or refused as short input is."""
    for call in (as_given, envelope_of, from_message):
        only_ours(call, data)
