"""Messages as they leave by SMTP."""

from __future__ import annotations

import email
import email.policy
import email.utils
import socket
from email.header import decode_header, make_header

import pytest

from emailapi import InvalidEmail
from emailapi.flask import Attachment, Message


def message(**fields) -> Message:
    return Message(**{"subject": "Hi", "recipients": ["ada@example.com"], "sender": "shop@example.com", **fields})


def parsed(given: Message) -> email.message.EmailMessage:
    return email.message_from_bytes(given.as_bytes(), policy=email.policy.SMTP)


def kinds(part: email.message.Message) -> object:
    kind = part.get_content_type()
    return (kind, [kinds(inner) for inner in part.iter_parts()]) if part.is_multipart() else kind


TEXT, HTML = "text/plain", "text/html"
FILE = Attachment("a.txt", data="x")
IMAGE = Attachment("a.png", data=b"x", content_id="a")


@pytest.mark.parametrize(
    "fields, structure",
    [
        ({"body": "x"}, TEXT),
        ({"html": "x"}, HTML),
        ({}, TEXT),
        ({"body": "x", "html": "x"}, ("multipart/alternative", [TEXT, HTML])),
        ({"alts": {"calendar": "x"}}, ("multipart/alternative", ["text/calendar"])),
        (
            {"body": "x", "alts": {"html": "x", "calendar": "x"}},
            ("multipart/alternative", [TEXT, HTML, "text/calendar"]),
        ),
        ({"body": "x", "attachments": [FILE]}, ("multipart/mixed", [TEXT, TEXT])),
        ({"html": "x", "attachments": [IMAGE]}, ("multipart/related", [HTML, "image/png"])),
        ({"body": "x", "attachments": [IMAGE]}, ("multipart/mixed", [TEXT, "image/png"])),
        (
            {"body": "x", "html": "x", "attachments": [FILE, IMAGE]},
            (
                "multipart/mixed",
                [("multipart/alternative", [TEXT, ("multipart/related", [HTML, "image/png"])]), TEXT],
            ),
        ),
    ],
    ids=str,
)
def test_the_mime_parts_have_the_original_order(fields, structure):
    """There is no empty text beside HTML alone, as Flask-Mail has it: readers of text would see an empty email."""
    assert kinds(parsed(message(**fields))) == structure


def test_the_bytes_are_the_same_at_each_call():
    given = message(body="x", html="x", attachments=[FILE], date=1.0)
    assert given.as_bytes() == given.as_bytes() == bytes(given) == str(given).encode() == given.as_string().encode()


def test_bcc_is_in_no_header():
    assert "b@example.com" not in message(bcc=["b@example.com"], body="x").as_string()


def test_the_order_of_recipients_is_kept():
    people = [f"p{number}@example.com" for number in range(20)]
    given = parsed(message(recipients=people, body="x"))
    assert [address.addr_spec for address in given["To"].addresses] == people


def test_a_long_quoted_name_stays_one_address():
    name = "A véry long name with non-ASCII characters and, a comma, and still more of them"
    header = email.message_from_bytes(message(recipients=[(name, "a@example.com")], body="x").as_bytes())["To"]
    ((found, address),) = email.utils.getaddresses([header])
    assert (str(make_header(decode_header(found))), address) == (name, "a@example.com")


@pytest.mark.parametrize("charset", ["shift_jis", "iso-2022-jp", "euc-jp"])
def test_a_charset_of_the_email_package_is_used(charset):
    given = message(subject="表題", body="内容", charset=charset, sender=("送信者", "shop@example.com"))
    text = given.as_string()
    assert "Subject: =?iso-2022-jp?" in text
    assert "From: =?iso-2022-jp?" in text
    assert (parsed(given)["Subject"], parsed(given).get_content()) == ("表題", "内容")


def test_a_charset_with_8_bits_is_encoded():
    given = message(body="é" * 20, charset="latin-1")
    assert given.as_bytes().isascii()
    assert parsed(given).get_content_charset() == "iso-8859-1"
    assert parsed(given).get_content().strip() == "é" * 20


@pytest.mark.parametrize(
    "name", ["Ünïcödé " * 20, "é\u2028Bcc: evil@example.com", "é\x85x"], ids=["long", "u2028", "u85"]
)
@pytest.mark.parametrize("field", ["sender", "recipients", "cc", "reply_to"])
def test_names_in_another_charset_are_folded_by_crlf(field, name):
    given = (name, "ada@example.com")
    content = message(body="x", charset="latin-1", **{field: given if field == "sender" else [given]}).as_bytes()
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
    assert b"\r\nBcc" not in content
    assert max(map(len, content.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "charset, said",
    [
        ("us-ascii", "charset 'us-ascii' cannot encode U\\+20AC: remove charset"),
        ("idna", "charset 'idna' cannot encode"),
        ("nonsense", "'nonsense' is unknown"),
        ("undefined", "'undefined' is unknown"),
        ("rot13", "'rot13' is unknown"),
        ("utf-8\0", "is unknown"),
        ("ütf", "is unknown"),
        ("\ud800", "is unknown"),
    ],
    ids=ascii,
)
def test_an_unusable_charset_is_an_error_without_the_body(charset, said):
    with pytest.raises(InvalidEmail, match=said) as caught:
        message(body="secret €" + "x" * 70, charset=charset).as_bytes()
    frame = caught.value.__traceback__.tb_next  # the first is this test
    while frame is not None:
        assert "secret" not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "given, written",
    [
        ("ada\r\n@example.com", "ada@example.com"),
        ("Ada <ada@example.com>>", "Ada <ada@example.com>"),
        (["Ada", "ada@example.com>"], "Ada <ada@example.com>"),
        ("nobody", "nobody"),
    ],
    ids=str,
)
def test_an_invalid_message_can_be_rendered(given, written):
    """Sending such a one is an error."""
    assert f"\r\nTo: {written}\r\n" in message(recipients=[given], body="x").as_string()


def test_a_message_without_application_and_sender_can_be_rendered():
    assert "From" not in Message("Hi", body="x").as_string()


def test_a_subject_that_the_charset_cannot_encode_is_utf_8():
    assert "Subject: =?utf-8?" in message(subject="✓", body="x", charset="latin-1").as_string()
    assert str(make_header(decode_header(parsed(message(subject="a\r\n é", body="x"))["Subject"]))) == "a é"


@pytest.mark.parametrize("charset", [None, "latin-1"])
@pytest.mark.parametrize("field", ["body", "html"])
def test_a_body_with_a_lone_surrogate_is_an_error_without_the_body(field, charset):
    with pytest.raises(InvalidEmail, match="body must not contain a lone surrogate") as caught:
        message(**{field: "secret \ud800"}, charset=charset).as_bytes()
    assert caught.value.__context__ is None


@pytest.mark.parametrize("date", [1e30, -1e30], ids=str)
def test_a_date_out_of_range_is_an_error(date):
    with pytest.raises(InvalidEmail, match=r"date must be a Unix time in seconds, got -?1e\+30"):
        message(body="x", date=date).as_bytes()


@pytest.mark.parametrize("msgid", ["<ü@example.com>", "<\u2028@example.com>", "<\ud800@example.com>"], ids=ascii)
def test_a_message_id_must_be_ascii(msgid):
    given = message(body="x")
    given.msgId = msgid
    with pytest.raises(InvalidEmail, match="msgId: Message-ID must be ASCII"):
        given.as_bytes()


@pytest.mark.parametrize(
    "headers",
    [
        {"X A": "b"},
        {"X-Ä": "b"},
        {"X-\u2028": "b"},
        {"": "b"},
        {"X-A": "\ud800"},
        {"Content-Type": "text/html"},
        {"content-disposition": "inline"},
        {"MIME-Version": "1.0"},
    ],
    ids=ascii,
)
def test_invalid_headers_of_an_attachment_are_named(headers, mail):
    given = message(body="x", recipients="ada@example.com", attachments=[FILE])
    given.attach("b.txt", data="x", headers=headers)
    for convert in (Message.as_bytes, mail.send):
        with pytest.raises(InvalidEmail, match=r"^attachments\[1\]: "):
            convert(given)


def test_headers_of_an_attachment_can_be_pairs():
    """As in Flask-Mail before 0.10."""
    assert Attachment("a.png", data=b"x", headers=[["Content-ID", "<logo>"]]).content_id == "<logo>"
    with pytest.raises(InvalidEmail, match="headers must be a mapping, got list"):
        Attachment("a.png", data=b"x", headers=["Content-ID"])


def test_text_of_an_attachment_with_a_lone_surrogate_is_an_error():
    given = message(body="x", attachments=[Attachment("a.txt", data="secret \ud800")])
    with pytest.raises(InvalidEmail, match=r"^attachments\[0\]: data must not contain a lone surrogate") as caught:
        given.as_bytes()
    assert caught.value.__context__ is None


def test_a_body_must_be_a_string():
    with pytest.raises(InvalidEmail, match="body must be text, got bytes"):
        message(body=b"x").as_bytes()


def test_a_message_without_a_subject_has_no_subject_header():
    assert "Subject" not in message(subject=None, body="x").as_string()
    assert message(subject=None, body="x").to_email().subject == ""


def test_attachment_headers_and_dispositions():
    attachments = [Attachment("a.txt", data="x", disposition="inline", headers={"X-A": "b"})]
    _, part = parsed(message(body="x", attachments=attachments)).iter_parts()
    assert (part["X-A"], part.get_content_disposition(), part.get_filename()) == ("b", "inline", "a.txt")


def test_file_names_become_ascii_by_configuration(mail, app):
    mail.state.ascii_attachments = True
    mail.send(message(body="x", attachments=[Attachment("résumé  ✓.txt", data="x")]))
    assert mail.outbox[0].attachments[0].filename == "resume .txt"


ODD = Attachment("a", data="x", disposition=";")


@pytest.mark.parametrize("wrong", [{"alts": {"a b": "x"}}, {"attachments": [ODD]}], ids=["alts", "disposition"])
def test_subtypes_and_dispositions_are_validated(wrong):
    with pytest.raises(InvalidEmail, match="is not a"):
        message(body="x", **wrong).as_bytes()


def test_own_date_and_message_id_replace_ours():
    headers = {"Date": "Mon, 01 Jan 2024 00:00:00 +0000", "message-id": "<mine@example.com>"}
    given = parsed(message(body="x", extra_headers=headers))
    assert given.get_all("Date") == [headers["Date"]]
    assert given.get_all("Message-ID") == ["<mine@example.com>"]


def test_the_message_id_has_the_domain_of_the_sender(monkeypatch):
    """Flask-Mail asks the resolver for the name of the machine, for each message."""

    def resolve(*_: object) -> str:
        raise AssertionError("a name was resolved")

    monkeypatch.setattr(socket, "getfqdn", resolve)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    given = message(sender=("Shop", "shop@shop.example"), body="x")
    assert given.msgId.endswith("@shop.example>")
    assert given.msgId == given.msgId
    assert Message().msgId.endswith("@localhost>")
    given.msgId = "<own@x>"
    assert parsed(given)["Message-ID"] == "<own@x>"
