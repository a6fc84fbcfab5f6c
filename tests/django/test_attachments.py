"""Attachments of Django messages, in each form that Django takes."""

from __future__ import annotations

import email.message
import email.mime.base
import email.mime.image

import django
import pytest
from django.core.mail import EmailMultiAlternatives

from emailapi import InvalidEmail


def message(subject="Hi", body="Hello", **fields) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(subject, body, **{"to": ["ada@example.com"], **fields})


@pytest.fixture
def read(outbox):
    """Give `read(message)`: the email that is sent for it."""

    def read(message, **options):
        sent = outbox(**options)
        assert message.send() == 1
        (email,) = sent
        return email

    return read


@pytest.fixture
def rejected(outbox):
    """Give `rejected(message, text)`: it is rejected with this text, and nothing is sent."""

    def rejected(message, text: str) -> None:
        sent = outbox()
        with pytest.raises(InvalidEmail, match=text):
            message.send()
        assert sent == []

    return rejected


def addresses(group) -> list[str]:
    return [address.header for address in group]


def attached(read, *arguments, encoding=None, **fields):
    one = message(**fields)
    one.encoding = encoding
    one.attach(*arguments)
    (found,) = read(one).attachments
    return found


def test_bytes_are_attached(read):
    found = attached(read, "a.pdf", b"%PDF", "application/pdf")
    assert (found.name, found.content, found.content_type) == ("a.pdf", b"%PDF", "application/pdf")


def test_a_text_is_encoded_and_keeps_its_charset(read):
    found = attached(read, "a.txt", "Grüße", "text/plain")
    assert (found.content, found.content_type) == ("Grüße".encode(), 'text/plain; charset="utf-8"')
    found = attached(read, "a.txt", "Grüße", "text/plain", encoding="latin-1")
    assert (found.content, found.content_type) == ("Grüße".encode("latin-1"), 'text/plain; charset="latin-1"')


def test_plain_triples_and_files_are_attached(read, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2")
    one = message()
    one.attach_file(path)
    one.attachments.append(("b.bin", b"\0", "application/octet-stream"))
    assert [found.name for found in read(one).attachments] == ["a.csv", "b.bin"]


def test_a_file_without_a_name_gets_one(read):
    one = message()
    one.attach(None, b"%PDF", "application/pdf")
    one.attachments.append((None, b"x", "application/octet-stream"))
    assert [found.name for found in read(one).attachments] == ["attachment-1.pdf", "attachment-2.dat"]


def test_the_service_accepts_a_file_without_a_name(api):
    api()
    one = message()
    one.attach(None, b"\0\1", "application/octet-stream")
    assert one.send() == 1


def test_a_content_of_none_is_rejected(rejected):
    one = message()
    one.attachments.append(("a.txt", None, "text/plain"))
    rejected(one, r"attachments\[0\]: the content is None")


def image(disposition: str | None) -> email.message.Message:
    part = email.message.MIMEPart()
    part.set_content(b"PNG", "image", "png", cid="<logo>", disposition=disposition, filename="logo.png")
    return part


def test_a_mime_part_with_a_content_id_is_inline(read):
    if django.VERSION < (6, 0):
        part = email.mime.image.MIMEImage(b"PNG", "png")
        part["Content-ID"] = "<logo>"
    else:
        part = image("inline")
    one = message()
    one.attach(part)
    (found,) = read(one).attachments
    assert (found.content, found.content_type, found.content_id) == (b"PNG", "image/png", "logo")


def test_an_attached_mime_part_with_a_content_id_is_not_inline(read):
    one = message()
    one.attachments.append(image("attachment"))
    (found,) = read(one).attachments
    assert (found.name, found.content_id) == ("logo.png", None)


def test_a_legacy_mime_part_is_attached(read):
    part = email.mime.base.MIMEBase("text", "csv", charset="latin-1")
    part.set_payload("x;\xfc".encode("latin-1"))
    email.encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="a.csv")
    one = message()
    one.attachments.append(part)
    (found,) = read(one).attachments
    assert (found.name, found.content, found.content_type) == ("a.csv", b"x;\xfc", 'text/csv; charset="latin-1"')


def test_a_header_of_a_mime_part_that_cannot_be_sent_is_rejected(rejected):
    part = image("attachment")
    part["X-Secret"] = "x"
    one = message()
    one.attachments.append(part)
    rejected(one, "X-Secret")


@pytest.mark.parametrize("form", ["django", "library", "text", "bytes"])
def test_an_attached_message_can_have_every_form(read, form):
    inner = message("Inner")
    written = inner.message()
    forms = {"django": inner, "library": written, "text": written.as_string(), "bytes": written.as_bytes()}
    one = message()
    one.attachments.append((None, forms[form], "message/rfc822"))
    (found,) = read(one).attachments
    assert found.name == "attachment-1.eml"
    assert b"Subject: Inner" in found.content
