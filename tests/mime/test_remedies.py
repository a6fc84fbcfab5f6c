"""Each rejection to rebuild a message says what to do instead."""

from __future__ import annotations

from email.message import EmailMessage, Message
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from emailapi import Client, InvalidEmail
from emailapi.mime import from_message

GIVEN = ("as given", "SMTPTransport.send_message", "SESTransport.send_message")
PDF = MIMEApplication(b"%PDF", "pdf")
PNG = MIMEImage(b"\x89PNG\r\n\x1a\n", "png")


def multi(subtype: str, *parts: Message) -> MIMEMultipart:
    message = MIMEMultipart(subtype)
    message["From"], message["To"] = "a@example.com", "b@example.com"
    for part in parts:
        message.attach(part)
    return message


def text(**headers: str) -> MIMEText:
    message = MIMEText("Hello")
    message["From"], message["To"] = "a@example.com", "b@example.com"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def raw(header: str, body: str = "Hello") -> bytes:
    return f"From: a@example.com\nTo: b@example.com\n{header}\n\n{body}\n".encode()


REJECTED = {
    "text, photo, text": (multi("mixed", MIMEText("a"), PNG, MIMEText("b")), ("join their texts", *GIVEN)),
    "text, then HTML": (multi("mixed", MIMEText("a"), MIMEText("b", "html")), ("multipart/alternative", *GIVEN)),
    "a file among alternatives": (multi("alternative", MIMEText("a"), PDF), ("multipart/mixed", *GIVEN)),
    "a calendar among alternatives": (multi("alternative", MIMEText("x", "calendar")), ("mixed", *GIVEN)),
    "a report": (multi("report", MIMEText("a"), PDF), GIVEN),
    "a signed message": (multi("signed", MIMEText("a"), PDF), GIVEN),
    "an encrypted message": (raw("Content-Type: application/pkcs7-mime"), GIVEN),
    "a multipart without parts": (multi("mixed"), ("attach",)),
    "several senders": (raw("From: c@example.com"), ("Reply-To", *GIVEN)),
    "several subjects": (text(Subject="a", subject="b"), ("delete one",)),
    "a resent message": (text(Resent_To="c@example.com"), ("remove", *GIVEN)),
    "a DKIM signature": (text(DKIM_Signature="v=1"), ("remove", *GIVEN)),
    "a language": (text(Content_Language="de"), ("remove", *GIVEN)),
    "flowed text": (raw("Content-Type: text/plain; format=flowed"), GIVEN),
    "a disposition": (text(Content_Disposition="render"), ("inline", *GIVEN)),
    "two types": (text(Content_Type="text/html"), ("delete one",)),
    "an unknown charset": (raw("Content-Type: text/plain; charset=klingon"), ("right charset", *GIVEN)),
    "an unknown encoding": (raw("Content-Transfer-Encoding: rot13"), ("base64", *GIVEN)),
    "broken base64": (raw("Content-Transfer-Encoding: base64", "A"), GIVEN),
    "a part the library cannot read": (raw("Content-Disposition: x; filename*=a; filename*0*=b"), GIVEN),
    "a broken encoded word": (raw("Subject: =?utf-8?b?a?="), GIVEN),
    "a subject of broken bytes": (b"Subject: \xff\n\nHello", ("RFC 2047",)),
    "a version of MIME": (raw("MIME-Version: 2.0"), GIVEN),
    "a pair as To": (multi("mixed", MIMEText("a")), ("formataddr",)),
    "no text as payload": (Message(), ("set_payload",)),
    "a line that is not a header": (raw("Cc : c@example.com"), ("space before the colon",)),
    "X-PM-Tag twice": (raw("X-PM-Tag: a\nX-PM-Tag: b"), ("delete one",)),
}  # fmt: skip
REJECTED["a pair as To"][0].replace_header("To", ("Jane", "jane@example.com"))
REJECTED["no text as payload"][0]._payload = 7  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejection_names_the_remedy(name):
    message, words = REJECTED[name]
    with pytest.raises(InvalidEmail) as caught:
        from_message(message)
    assert [word for word in words if word not in str(caught.value)] == []
    assert "Hello" not in str(caught.value)


@pytest.mark.parametrize("message", [multi("mixed", PDF), multi("related", PNG, PDF)])
def test_the_error_of_a_message_with_files_only_says_to_add_a_text(message):
    with Client("token") as client, pytest.raises(InvalidEmail, match="only attachments: add a text") as caught:
        client.outbound.send(message)
    assert caught.value.field == "text_body"
    assert [word for word in GIVEN if word not in str(caught.value)] == []


def test_the_error_of_an_email_message_with_one_file_says_to_add_a_text():
    message = EmailMessage()
    message["From"], message["To"] = "a@example.com", "b@example.com"
    message.set_content(b"%PDF", "application", "pdf", filename="a.pdf")
    with Client("token") as client:
        result = client.outbound.send_batch([message])[0]
    assert isinstance(result, InvalidEmail)
    assert "only attachments" in str(result)
