"""A message object to bytes: what is bytes already stays, what is text is encoded, nothing is refolded."""

from __future__ import annotations

from email import encoders, message_from_bytes, policy
from email.header import Header as EncodedHeader
from email.message import EmailMessage, Message, MIMEPart
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from emailapi import InvalidEmail
from emailapi.mime import as_given, needs_utf8

NAME = "A véry long name with non-ASCII char and, comma"
LONG = "Department of Redundancy, Department of Repetition, and the Bureau of Saying Things Twice"
URL = "<https://example.com/" + "x" * 200 + ">"


@pytest.mark.parametrize("chosen", [policy.default, policy.SMTP, policy.SMTPUTF8])
def test_an_email_message_is_serialized_with_the_header_rules_of_the_sdk(read, chosen):
    """An EmailMessage is written with our headers: one address stays one, a URL is not encoded."""
    message = EmailMessage(chosen)
    message["From"] = f'"{LONG}" <a@example.com>'
    message["To"] = f'"{NAME}" <b@example.com>, c@example.com'
    message["Cc"] = "Team: d@example.com, e@example.com;"
    message["Bcc"] = "secret@example.com"
    message["Subject"] = "Grüße " * 20
    message["List-Unsubscribe"] = URL
    message["X-Own"] = "=?utf-8?q?=41?="
    message.set_content("Hello\nFrom here\n")
    message.add_alternative("<p>Grüße</p>", subtype="html", cte="quoted-printable")
    message.add_attachment(b"\0\xff\n", maintype="application", subtype="pdf", filename="résumé 1.pdf")
    seen = read(as_given(message))
    assert seen.addresses("From") == [(LONG, "a@example.com")]
    assert seen.addresses("To") == [(NAME, "b@example.com"), ("", "c@example.com")]
    assert seen.raw("Cc") == "Team: d@example.com, e@example.com;"
    assert seen.raw("List-Unsubscribe") == URL
    assert seen["Subject"] == "Grüße " * 19 + "Grüße "
    assert "Bcc" not in seen.names
    assert seen.shape == "mixed(alternative(plain, html), pdf)"
    assert seen.body("plain") == "Hello\nFrom here\n"
    (file,) = seen.files
    assert (file.name, file.content) == ("résumé 1.pdf", b"\0\xff\n")


def test_legacy_mime_classes_are_serialized(read):
    message = MIMEMultipart("mixed")
    message["From"] = '"Doe, Jané" <a@example.com>'
    message["To"] = "b@example.com"
    message["Subject"] = EncodedHeader("Grüße " * 20, "utf-8")
    message["X-Plain"] = "ünencoded"
    message.attach(MIMEText("Grüße", "plain", "utf-8"))
    pdf = MIMEApplication(b"\0\xff\n", "pdf")
    pdf.add_header("Content-Disposition", "attachment", filename=("utf-8", "", "résumé.pdf"))
    message.attach(pdf)
    csv = MIMEBase("text", "csv")
    csv.set_payload(b"a;b\n")
    encoders.encode_base64(csv)
    csv.add_header("Content-Disposition", "attachment", filename="a.csv")
    message.attach(csv)
    seen = read(as_given(message))
    assert seen.addresses("From") == [("Doe, Jané", "a@example.com")]
    assert seen["Subject"] == ("Grüße " * 20)
    assert seen["X-Plain"] == "ünencoded"
    assert seen.body("plain") == "Grüße"
    assert [(file.name, file.content) for file in seen.files] == [("résumé.pdf", b"\0\xff\n"), ("a.csv", b"a;b\n")]


def test_serializing_does_not_change_the_message():
    """A message is not touched: its boundary is made for the bytes alone, as is its Bcc left out."""
    message = MIMEMultipart()
    message["Bcc"] = "secret@example.com"
    message["Subject"] = "x"
    message.attach(MIMEText("a"))
    before = message.items()
    data = as_given(message)
    assert message.items() == before
    assert message_from_bytes(data).get_boundary()
    assert len(message_from_bytes(data).get_payload()) == 1


def test_a_signed_part_is_serialized_as_by_the_email_package():
    """The signer signed that form: nothing folded, a line end behind its boundary."""
    inner = MIMEMultipart("alternative")
    inner.attach(MIMEText("a\nFrom b", "plain"))
    inner.attach(MIMEText("ä", "html", "utf-8"))
    signed = inner.as_bytes(policy=policy.compat32.clone(linesep="\r\n", mangle_from_=False, max_line_length=0))
    whole = MIMEMultipart("signed", protocol="application/pkcs7-signature", boundary="outer")
    whole["Subject"] = "x"
    whole.attach(inner)
    whole.attach(MIMEApplication(b"sig", "pkcs7-signature"))
    assert as_given(whole).split(b"--outer\r\n")[1] == signed + b"\r\n"


def test_messages_in_messages_are_serialized():
    """A message in a message, and the blocks of a report, are written as they are."""
    content = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@x\r\nAction: failed\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nBcc: kept@x\r\n\r\nFrom x\r\n--b--\r\n"
    )
    assert as_given(message_from_bytes(content)) == content
    built = MIMEMultipart()
    built.attach(MIMEMessage(message_from_bytes(b"Subject: inner\n\nbody\n")))
    assert b"Content-Type: message/rfc822\r\nMIME-Version: 1.0\r\n\r\nSubject: inner\r\n\r\nbody\r\n" in as_given(built)


def test_non_ascii_bytes_of_a_parsed_message_are_kept():
    content = b"Subject: \xe9\xff\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xe9\xff\r\n"
    assert as_given(message_from_bytes(content)) == content
    assert as_given(message_from_bytes(content, policy=policy.default)) == content


def test_a_non_ascii_local_part_is_written_in_utf_8():
    message = EmailMessage(policy.SMTPUTF8)
    message["To"] = "Jürgen <jürgen@example.com>"
    data = as_given(message)
    assert data == "To: =?utf-8?q?J=C3=BCrgen?= <jürgen@example.com>\r\n\r\n".encode()
    assert needs_utf8(data)


def odd(payload) -> Message:
    message = Message()
    message["Subject"] = "x"
    message._payload = payload
    return message


def multipart(payload) -> Message:
    message = odd(payload)
    message["Content-Type"] = "multipart/mixed"
    return message


def deep() -> Message:
    message = Message()
    for _ in range(150):
        outer = MIMEPart()
        outer["Content-Type"] = "multipart/mixed"
        outer._payload = [message]
        message = outer
    return message


def named(name, value) -> Message:
    message = Message()
    message._headers.append((name, value))
    return message


@pytest.mark.parametrize(
    "message",
    [
        odd("Grüße"),
        odd(7),
        odd(b"bytes"),
        odd([7]),
        odd([Message()]),
        multipart([7]),
        named("Subject", EncodedHeader("x\nBcc: y")),
        deep(),
        named("A b", "c"),
        named("A\r\nBcc", "c"),
        named("", "c"),
        named("To", 7),
        named("To", "not än address"),
        named("List-Unsubscribe", "<https://ü>"),
        named("Subject", "x\ud800"),
    ],
)
def test_an_incomplete_or_unencodable_message_object_is_rejected(message):
    if message.get("Subject") is None:
        message["Subject"] = "x"
    with pytest.raises(InvalidEmail) as caught:
        as_given(message)
    assert caught.value.field == "message"


def test_a_multipart_with_preamble_and_epilogue_or_without_parts_is_serialized():
    empty = MIMEMultipart(boundary="b")
    empty["Subject"] = "x"
    assert as_given(empty).endswith(b"\r\n\r\n--b\r\n\r\n--b--\r\n")
    empty.preamble, empty.epilogue = "before", "after"
    empty.attach(MIMEText("a"))
    assert as_given(empty).partition(b"\r\n\r\n")[2].startswith(b"before\r\n--b\r\n")
    assert as_given(empty).endswith(b"\r\n\r\na\r\n--b--\r\nafter")
