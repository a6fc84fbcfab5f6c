"""Parts of type message/* and reports: byte for byte, whether rebuilt or as given."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart

import pytest

from emailapi import Email
from emailapi.mime import as_given, from_message, to_bytes

START = b"From: a@example.com\r\nTo: b@example.com\r\nMIME-Version: 1.0\r\n"
MDN = (
    b"Reporting-UA: x; y\r\nFinal-Recipient: rfc822;b@example.com\r\nDisposition: manual-action/MDN-sent; displayed\r\n"
)
DSN = b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: x; b@x\r\nAction: failed\r\n\r\nFinal-Recipient: x; c@x\r\n"
EXTERNAL = b"Content-Type: image/jpeg\r\nContent-ID: <i@x>\r\nContent-Transfer-Encoding: binary\r\n"
CONTENTS = {
    "disposition-notification": MDN,
    "delivery-status": DSN,
    "tracking-status": DSN,
    "feedback-report": b"Feedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n",
    "global-disposition-notification": MDN,
    "global-delivery-status": DSN,
    "global-headers": b"Subject: x\r\n",
    'partial; id="i@x"; number=1; total=2': b"X-A:  b\r\nSubject: x\r\n\r\nFrom here\r\n  first\r\n",
    'partial; id="i@x"; number=2; total=2': b"no header\r\nno: header\r\n\r\n  second",
    'external-body; access-type=URL; URL="https://example.com/x"': EXTERNAL,
    "external-body; access-type=anon-ftp; site=x; name=y": EXTERNAL + b"\r\nThis is not the body\r\n",
    "rfc822": b"Received: x\r\n\ty\r\nFrom:  a@x\r\nSubject: =?utf-8?q?a?=  b\r\n\r\nFrom here\r\n\r\n.\r\n",
    "news": b"Newsgroups: x\r\n\r\nHello\r\n",
    "global": b"Subject: x\r\n\r\nHello\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "sip": b"INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\nbody\r\n",
    "x-own": b"anything\r\n",
}
# What the parser does not tell apart; bytes that are given keep it.
ENDS = [b"", b"\r\n", b"\r\n\r\n"]
ODD = [
    b"",
    b"\r\n",
    b"From x Mon Jan  1\r\nSubject: x\r\n\r\nHello\r\n",
    b"A: b\r\nno header\r\n\r\nC: d\r\n",
    b"\r\nx",
]


def raw(kind: str, content: bytes, end: bytes = b"\r\n") -> bytes:
    text = b"Content-Type: text/plain\r\n\r\nHello\r\n"
    part = b"Content-Type: message/" + kind.encode() + b"\r\n\r\n" + content + b"\r\n"
    header = START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return (header + b"--b\r\n" + text + b"--b\r\n" + part + b"--b--\r\n").replace(b"\r\n", end)


def rebuilt(email: Email) -> bytes:
    """Return the content of the only attachment as a recipient has it."""
    return from_message(to_bytes(email)).attachments[0].content


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("more", ENDS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_message_part_of_given_bytes_is_rebuilt_byte_for_byte(kind, more, end):
    content = CONTENTS[kind].removesuffix(b"\r\n") + more
    email = from_message(raw(kind, content, end))
    assert email.attachments[0].content == content
    assert rebuilt(email) == content


@pytest.mark.parametrize("content", ODD)
@pytest.mark.parametrize("kind", ["disposition-notification", "delivery-status", "partial", "external-body", "rfc822"])
def test_an_unusual_message_part_of_given_bytes_is_rebuilt_byte_for_byte(kind, content):
    email = from_message(raw(kind, content))
    assert email.attachments[0].content == content
    assert rebuilt(email) == content


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("chosen", [policy.compat32, policy.default, policy.SMTP])
def test_a_message_part_of_a_parsed_message_gains_no_line(kind, chosen):
    # The parser keeps no second space behind a colon.
    content = CONTENTS[kind].replace(b":  ", b": ")
    given = raw(kind, content)
    message = message_from_bytes(given, policy=chosen)
    assert as_given(message) == given
    email = from_message(message)
    assert email.attachments[0].content == content
    assert rebuilt(email) == content


@pytest.mark.parametrize("content", ODD[2:4])
def test_an_unusual_part_of_a_parsed_message_is_unchanged(content):
    given = raw("partial", content)
    assert as_given(message_from_bytes(given)) == given
    assert from_message(message_from_bytes(given)).attachments[0].content == content


def test_the_blocks_of_a_report_are_never_merged():
    content = b"A: b\r\n\r\nC: d\r\nno header\r\n\r\n\r\nE: f\r\n"
    given = raw("delivery-status", content)
    assert as_given(message_from_bytes(given)) == given
    assert from_message(message_from_bytes(given)).attachments[0].content == content


@pytest.mark.parametrize("chosen", [policy.compat32, policy.default])
def test_a_whole_report_is_unchanged(chosen):
    parts = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nIt failed\r\n",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + DSN + b"\r\n",
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nX-A:  b\r\n\r\n",
    )
    given = START + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    given += b"".join(parts) + b"--b--\r\n"
    assert as_given(message_from_bytes(given, policy=chosen)) == given


def test_the_headers_of_a_returned_message_are_rebuilt_byte_for_byte():
    content = b"Received: x\r\n\ty\r\nSubject:  x\r\n"
    given = raw("x-own", content).replace(b"message/x-own", b"text/rfc822-headers")
    for form in (given, message_from_bytes(given)):
        assert from_message(form).attachments[0].content == content


def test_a_report_that_was_built_gains_no_line():
    fields = Message()
    fields["Reporting-UA"] = "x"
    part = MIMEBase("message", "disposition-notification")
    part.attach(fields)
    whole = MIMEMultipart()
    whole["Subject"] = "x"
    whole.attach(part)
    assert b"\r\n\r\nReporting-UA: x\r\n\r\n--" in as_given(whole)
    assert from_message(whole).attachments[0].content == b"Reporting-UA: x\r\n"


@pytest.mark.parametrize("encoding, body", [("base64", b"QTogYgoKw6Q="), ("quoted-printable", b"A: b\n\n=C3=A4")])
def test_a_message_part_in_an_encoding_is_decoded(encoding, body):
    given = raw(f"global\r\nContent-Transfer-Encoding: {encoding}", body)
    for form in (given, message_from_bytes(given)):
        content = from_message(form).attachments[0].content
        assert content.replace(b"\r\n", b"\n") == "A: b\n\nä".encode()


def test_an_attached_message_with_a_signed_part_is_not_encoded_again():
    inner = b"Content-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n\r\n\xc3\xa4\r\n--c--\r\n"
    email = from_message(raw("rfc822", inner))
    assert email.attachments[0].content == inner
    with pytest.raises(ValueError, match="signed part.*application/octet-stream"):
        to_bytes(email)
