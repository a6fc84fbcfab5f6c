"""The parts of a ready message: bodies and files, and what is neither."""

from __future__ import annotations

from email import message_from_bytes, message_from_string
from email.message import Message
from email.mime.text import MIMEText
from zlib import crc32

import pytest

from emailapi import InvalidEmail
from emailapi.mime import from_message

PLAIN = "Content-Type: text/plain\n\nplain"
HTML = "Content-Type: text/html\n\n<b>"
PDF = 'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nAAEK'
IMAGE = "Content-Type: image/png\nContent-ID: <i>\nContent-Transfer-Encoding: base64\n\nAAEK"


UNREADABLE = "Content-Disposition: x; filename*=a; filename*0*=b\n\nx"


def is_unreadable() -> bool:
    try:
        message_from_string(UNREADABLE).get_filename()
    except TypeError:
        return True
    return False


library_fails = pytest.mark.skipif(not is_unreadable(), reason="this Python reads what older ones fail at")


def multi(subtype: str, *parts: str, more: str = "") -> str:
    mark = f"b{crc32(repr((subtype, parts)).encode())}"  # the same in each process: it stands in names of tests
    inner = "".join(f"--{mark}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{subtype}; boundary={mark}{more}\n\n{inner}--{mark}--"


@pytest.mark.parametrize(
    "message, text, html, files",
    [
        (PLAIN, "plain", None, []),
        (HTML, None, "<b>", []),
        ("Subject: x\n\nplain", "plain", None, []),
        ("Subject: x\n\n", "", None, []),
        (PDF, None, None, [("a.pdf", None)]),
        (multi("alternative", PLAIN, HTML), "plain", "<b>", []),
        (multi("alternative", PLAIN, multi("related", HTML, IMAGE)), "plain", "<b>", [("part-1.png", "i")]),
        (multi("related", multi("alternative", PLAIN, HTML), IMAGE), "plain", "<b>", [("part-1.png", "i")]),
        (multi("related", IMAGE, HTML.replace("\n", "\nContent-ID: <h>\n", 1), more='; start="<h>"'), None, "<b>", [
            ("part-1.png", "i")
        ]),
        (multi("mixed", multi("alternative", PLAIN, HTML), PDF, IMAGE), "plain", "<b>", [
            ("a.pdf", None), ("part-2.png", None)
        ]),
        (multi("mixed", HTML.replace("<b>", "cid:i"), IMAGE), None, "cid:i", [("part-1.png", "i")]),
        (multi("mixed", PDF, PLAIN), "plain", None, [("a.pdf", None)]),
        (multi("mixed", PLAIN, PLAIN.replace("\n", "\nContent-Disposition: attachment; filename=n.txt\n", 1)), "plain",
         None, [("n.txt", None)]),
        (multi("mixed", PLAIN, HTML.replace("\n", "\nContent-Disposition: attachment\n", 1)), "plain", None,
         [("part-1.html", None)]),
        (multi("alternative", PLAIN, multi("mixed", HTML, PDF)), "plain", "<b>", [("a.pdf", None)]),
        (multi("mixed", PLAIN, "Content-Type: message/rfc822\n\nX: y\n\nz"), "plain", None, [("part-1.eml", None)]),
        (multi("related", PLAIN, IMAGE), "plain", None, [("part-1.png", "i")]),
    ],
)  # fmt: skip
def test_bodies_and_files_are_read(message, text, html, files):
    email = from_message(message.encode())
    assert (email.text_body, email.html_body) == (text, html)
    assert [(file.name, file.content_id) for file in email.attachments] == files
    assert from_message(message.replace("\n", "\r\n").encode()) == email
    assert from_message(message_from_bytes(message.encode())) == email


SIGNED = multi("signed", PLAIN, "Content-Type: application/pgp-signature\n\nx")
CALENDAR = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"


@pytest.mark.parametrize(
    "message, field, words",
    [
        (multi("mixed", PLAIN, PLAIN), "text_body", "second body of type text/plain"),
        (multi("alternative", HTML, HTML), "html_body", "second body of type text/html"),
        (multi("mixed", PLAIN, HTML), "html_body", "one body after another"),
        (multi("alternative", PLAIN, CALENDAR), "message", "text/calendar"),
        (multi("alternative", PLAIN, PDF), "message", "application/pdf"),
        (SIGNED, "message", "multipart/signed"),
        (multi("mixed", PLAIN, SIGNED), "message", "multipart/signed"),
        (multi("encrypted", PDF, PDF), "message", "multipart/encrypted"),
        (multi("report", PLAIN, PDF), "message", "multipart/report"),
        ("Content-Type: application/pkcs7-mime\n\nx", "message", "pkcs7-mime"),
        pytest.param(UNREADABLE, "message", "cannot be read", marks=library_fails),
        ("Content-Type: multipart/mixed\n\nno boundary", "message", "without parts"),
        ("Content-Type: text/plain; charset=klingon\n\nx", "text_body", "klingon"),
        ("Content-Type: text/html; charset=utf-16\n\nx", "html_body", "utf-16"),
        ("Content-Type: text/plain; charset=hex\n\n00", "text_body", "hex"),
        ("Content-Transfer-Encoding: rot13\n\nx", "message", "rot13"),
        ("Content-Transfer-Encoding: base64\n\nA", "message", "cannot be decoded"),
        (multi("mixed", PLAIN, PDF.replace("a.pdf", "=?x?q?a?=")), "attachments", "file name"),
        (multi("mixed", PLAIN, PDF.replace("a.pdf", "=?utf-8?q?=0A?=")), "attachments", "line feed"),
        (multi("mixed", PLAIN, IMAGE.replace("<i>", "<i j>")), "attachments", "content_id"),
    ],
)  # fmt: skip
def test_a_message_that_an_email_cannot_express_is_rejected(message, field, words):
    """A message that an `Email` would be less than is rejected, and the sentence names what is too much."""
    with pytest.raises(InvalidEmail, match=words) as caught:
        from_message(message.encode())
    assert caught.value.field == field


@pytest.mark.parametrize(
    "charset, data, text",
    [
        ("utf-8", "Grüße", "Grüße"),
        ("iso-8859-1", "Grüße", "Grüße"),
        ("windows-1252", "„Grüße“", "„Grüße“"),
        ("iso-2022-jp", "図書館", "図書館"),
        ("us-ascii", None, "Grüße"),
        ("", None, "Grüße"),
    ],
)
def test_a_body_is_decoded_by_its_charset(charset, data, text):
    body = data.encode(charset) if data else "Grüße".encode()
    kind = f"Content-Type: text/plain; charset={charset}\n" if charset else ""
    assert from_message(f"{kind}\n".encode() + body).text_body == text
    assert from_message(message_from_bytes(f"{kind}\n".encode() + body)).text_body == text


def test_bytes_that_are_invalid_in_their_charset_are_rejected():
    with pytest.raises(InvalidEmail) as caught:
        from_message(b"\n\xff")
    assert caught.value.field == "text_body"


@pytest.mark.parametrize(
    "disposition, name",
    [
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ('attachment; filename="a b\\"c;d.pdf"', 'a b"c;d.pdf'),
        ("attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
        ("attachment; filename*0*=utf-8''r%C3%A9;\n filename*1=sum; filename*2*=%C3%A9.pdf", "résumé.pdf"),
        ("attachment; filename*=iso-8859-1'de'r%E9sum%E9.pdf", "résumé.pdf"),
        ('attachment; filename="=?utf-8?q?r=C3=A9sum=C3=A9?=\n =?utf-8?q?.pdf?="', "résumé.pdf"),
        ("inline; filename=in.pdf", "in.pdf"),
        ("attachment", "part-1.pdf"),
    ],
)
def test_file_names_are_read_in_every_form(disposition, name):
    message = f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\nx"
    assert from_message(message.encode()).attachments[0].name == name


def test_a_base64_encoded_message_part_is_handled():
    part = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQo="
    assert from_message(part.encode()).attachments[0].content == b"Subject: x\n\ny\n"
    with pytest.raises(InvalidEmail, match="cannot be decoded") as caught:
        from_message(part.replace("U3ViamVjdDogeAoKeQo=", "U").encode())
    assert caught.value.field == "attachments"


def test_a_message_part_set_as_text_is_handled():
    message = Message()
    message["Content-Type"] = "message/rfc822"
    message.set_payload("Subject: x\n\ny\n")
    assert from_message(message).attachments[0].content == b"Subject: x\r\n\r\ny\r\n"


def test_an_object_without_a_body_is_handled():
    assert from_message(Message()).text_body is None
    message = Message()
    message.set_payload("Grüße\r\nx")
    assert from_message(message).text_body == "Grüße\nx"
    assert from_message(MIMEText("Grüße")).text_body == "Grüße"


def test_the_nesting_depth_is_limited():
    """A message nested without end is rejected."""
    message = PLAIN
    for number in range(60):
        message = f"Content-Type: multipart/mixed; boundary=b{number}x\n\n--b{number}x\n{message}\n--b{number}x--"
    with pytest.raises(InvalidEmail, match="too deeply") as caught:
        from_message(message.encode())
    assert caught.value.field == "message"
