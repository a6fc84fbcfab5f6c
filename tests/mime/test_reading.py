"""A ready message to an `Email`: what it can say is kept, what it cannot is rejected by name."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import Header as EncodedHeader
from email.message import EmailMessage

import pytest
from hypothesis import given, strategies as st

from emailapi import Address, Attachment, Email, InvalidEmail
from emailapi.mime import from_message, to_bytes

ALPHABET = 'aé ,;:"<>@()=?_.\u2028図😀'
TEXT = st.text(alphabet=ALPHABET + "\t\\\x0b", max_size=40)
FIELDS = ("sender", "to", "cc", "reply_to", "subject", "text_body", "html_body")


def test_a_written_email_is_read_back_unchanged():
    email = Email(
        sender="Jürgen <a@example.com>",
        to=[Address("b@example.com", "Doe, Jané"), "c@example.com"],
        cc="d@example.com",
        reply_to="e@example.com, f@example.com",
        subject="Grüße =?utf-8?q?=41?= " * 9,
        text_body="Grüße\n" * 50,
        html_body="<img src='cid:logo'>" * 99,
        attachments=[
            Attachment(name="lögo.png", content=b"\x89PNG", content_id="logo"),
            Attachment(name="résumé.pdf", content=b"%PDF\n\r\n\0"),
            Attachment(name="a.csv", content=b"a;b\r\n", content_type='text/csv; charset="utf-8"'),
            Attachment(name="in.eml", content=b"Subject: x\r\n\r\nhello\r\n", content_type="message/rfc822"),
        ],
        headers={"X-Own": "ünïcode", "References": "<a@b> <c@d>", "List-Unsubscribe": f"<https://x/{'y' * 200}>"},
    )
    back = from_message(to_bytes(email))
    assert [getattr(back, field) for field in FIELDS] == [getattr(email, field) for field in FIELDS]
    assert back.attachments == email.attachments
    assert [header.name for header in back.headers] == ["Date", "Message-ID", "X-Own", "References", "List-Unsubscribe"]
    assert back.headers[2:] == email.headers


@given(
    names=st.lists(TEXT, max_size=2),
    subject=TEXT.map(str.strip),
    text=st.text(max_size=100).map(lambda text: text.replace("\r", "")),
    file=st.text(alphabet=ALPHABET, max_size=40).filter(lambda name: name.strip(" .")),
    value=TEXT.map(str.strip),
)
def test_any_written_email_is_read_back_unchanged(names, subject, text, file, value):
    email = Email(
        sender=Address("a@example.com", *names[:1]),
        to=[Address("b@example.com", name.strip() or None) for name in names] or "c@example.com",
        subject=subject,
        text_body=text,
        html_body=text,
        attachments=Attachment(name=file, content=text.encode()),
        headers={"X-A": value},
    )
    back = from_message(to_bytes(email))
    assert [getattr(back, field) for field in FIELDS] == [getattr(email, field) for field in FIELDS]
    assert back.attachments == email.attachments
    assert back.headers[2:] == email.headers


def test_headers_of_all_kinds_are_read():
    """Encoded words, raw UTF-8, folds, lists and groups are read; trace is a header as any other."""
    email = from_message(
        b"Received: from x\r\n\tby y\r\nAuthentication-Results: x;\r\n dkim=pass\r\n"
        b"From: =?iso-8859-1?q?J=FCrgen?= =?utf-8?b?w4RyenQ=?= <a@x>\r\n"
        b"To: Team: b@x, \"c, d\" <c@x>;\r\nTO: e@x\r\nBcc: secret@x\r\n"
        b"Subject: Gr\xc3\xbc\xc3\x9fe =?utf-8*de?Q?a=C3?=\r\n =?utf-8?Q?=A4b?= c\r\nX-A: 1\r\nX-A: 2\r\n"
        b"MIME-Version: 1.0 (of (somebody))\r\n\r\nHello"
    )  # fmt: skip
    assert email.sender == Address("a@x", "JürgenÄrzt")
    assert email.to == (Address("b@x"), Address("c@x", "c, d"), Address("e@x"))
    assert email.bcc == (Address("secret@x"),)
    assert email.subject == "Grüße aäb c"
    assert [(header.name, header.value) for header in email.headers] == [
        ("Received", "from x\tby y"),
        ("Authentication-Results", "x; dkim=pass"),
        ("X-A", "1"),
        ("X-A", "2"),
    ]


def test_an_email_message_is_read():
    message = EmailMessage()
    message["From"] = '"Doe, Jané" <a@example.com>'
    message["To"] = 'Team: "b, =?x" <b@example.com>, c@example.com;'
    message["Subject"] = "Grüße, all of you " * 5
    message["X-PM-Tag"] = "t"
    message.set_content("Hello\n")
    message.add_alternative("<p>Grüße</p>\n", subtype="html")
    message.get_payload()[1].add_related(b"PNG", "image", "png", cid="<logo>", filename="lögo.png")
    message.add_attachment(b"\0\n", maintype="application", subtype="pdf", filename="résumé.pdf")
    message.add_attachment("a;b\n", subtype="csv", filename="a.csv")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("x")
    message.add_attachment(inner)
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    for email in (from_message(message), from_message(parsed)):
        assert email.sender == Address("a@example.com", "Doe, Jané")
        assert email.to == (Address("b@example.com", "b, =?x"), Address("c@example.com"))
        assert (email.text_body, email.html_body, email.tag) == ("Hello\n", "<p>Grüße</p>\n", "t")
        assert [(file.name, file.content_id) for file in email.attachments] == [
            ("lögo.png", "logo"),
            ("résumé.pdf", None),
            ("a.csv", None),
            ("part-4.eml", None),
        ]
        assert email.attachments[1].content == b"\0\n"
        assert email.attachments[2].content_type == 'text/csv; charset="utf-8"'
        assert email.attachments[3].content.startswith(b"Subject: inner\r\n")
        assert email.subject == ("Grüße, all of you " * 5).strip()


def test_legacy_header_values_are_read():
    message = message_from_bytes(b"\n")
    message["Subject"] = EncodedHeader("Grüße", "iso-8859-1")
    message["From"] = "ünencoded <a@x>"
    message["To"] = "b@x"
    message["To"] = "c@x"
    message["X-A"] = EncodedHeader("a" * 100 + " ä", "utf-8")
    email = from_message(message)
    assert (email.subject, email.sender) == ("Grüße", Address("a@x", "ünencoded"))
    assert email.to == (Address("b@x"), Address("c@x"))
    assert email.headers[0].value == "a" * 100 + " ä"


@pytest.mark.parametrize(
    "message, field",
    [
        (b"From: a@x, b@x\n\nhello", "sender"),
        (b"From: a@x\nFrom: b@x\n\nhello", "sender"),
        (b"From: a b\n\nhello", "sender"),
        (b"Reply-To: a b\n\nhello", "reply_to"),
        (b"Subject: a\nSubject: b\n\nhello", "subject"),
        (b"Subject: =?utf-8?q?a=0D=0ABcc:_b?=\n\nhello", "subject"),
        (b"Subject: =?klingon?q?a?=\n\nhello", "subject"),
        (b"Subject: =?rot13?q?a?=\n\nhello", "subject"),
        (b"Subject: =?utf-8?q?=FF?=\n\nhello", "subject"),
        (b"Subject: =?utf-8?b?a?=\n\nhello", "subject"),
        (b"Subject: \xff\n\nhello", "subject"),
        (b"To: =?utf-8?q?a=00?= <a@x>\n\nhello", "to"),
        (b"X-A: =?utf-8?q?a=0D=0ABcc:_b?=\n\nhello", "headers"),
        (b"Resent-Bcc: a@x\n\nhello", "headers"),
        (7, "message"),
        (None, "message"),
    ],
)
def test_a_header_that_an_email_cannot_express_is_rejected(message, field):
    with pytest.raises(InvalidEmail) as caught:
        from_message(message)
    assert caught.value.field == field


def test_an_invalid_header_name_is_rejected():
    message = message_from_bytes(b"\nhello")
    message.set_raw("X A", "b")  # by [] newer Pythons reject it
    with pytest.raises(InvalidEmail, match="X A") as caught:
        from_message(message)
    assert caught.value.field == "headers"
