"""The limits of a server (size, mailboxes, eight bits), and emails that keep them or not."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage

import pytest

from emailapi import InvalidEmail

from .emails import READY, new_email
from .scripted import polite


def test_the_size_limit_is_checked_before_a_byte_is_sent(script, connect):
    """An email that is larger than the server says is rejected here; MAIL is not said."""
    server = script(polite("SIZE 400"))
    transport = connect(server)
    with pytest.raises(InvalidEmail, match="400"):
        transport.send(new_email(text_body="x" * 400))
    with pytest.raises(InvalidEmail):
        transport.send_message(READY + b"x" * 400)
    assert "MAIL" not in server.verbs()
    transport.send_message(READY)
    assert server.connections == 1


@pytest.mark.parametrize("size", ["SIZE 0", "SIZE", "SIZE many", "SIZE " + "9" * 5000])
def test_a_size_of_zero_or_without_a_number_is_no_limit(size, script, connect):
    server = script(polite(size))
    connect(server).send(new_email(text_body="x" * 5000))
    assert len(server.messages) == 1


@pytest.mark.parametrize("fields", [{"to": "jürgen@x.example"}, {"sender": "jürgen@x.example"}])
def test_international_mailboxes_require_smtputf8(fields, script, connect):
    """A local part that is not ASCII is sent where SMTPUTF8 is offered, and else rejected here."""
    server = script(polite("SMTPUTF8", "8BITMIME"), polite("8BITMIME"))
    connect(server).send(new_email(**fields))
    assert "SMTPUTF8" in server.seen[1].split()
    with pytest.raises(InvalidEmail, match="SMTPUTF8") as caught:
        connect(server).send(new_email(**fields))
    assert caught.value.field in ("sender", "recipients")
    assert server.verbs()[4:].count("MAIL") == 0


def test_international_headers_require_smtputf8(script, connect):
    """So does a ready message whose header is not ASCII."""
    server = script(polite("SMTPUTF8", "8BITMIME"), polite("8BITMIME"))
    ready = READY.replace(b"Hi", "Hï".encode())
    connect(server).send_message(ready)
    assert server.messages == [ready]
    with pytest.raises(InvalidEmail, match="SMTPUTF8"):
        connect(server).send_message(ready)


def test_international_domains_require_no_extension(script, connect):
    server = script(polite())
    connect(server).send(new_email(to="you@faß.example"))
    connect(server).send_message(READY, recipients=["you@bücher.example"])
    assert "RCPT TO:<you@xn--fa-hia.example>" in server.seen
    assert "RCPT TO:<you@xn--bcher-kva.example>" in server.seen


def eight_bit(signed: str = "") -> bytes:
    return signed.encode() + READY.replace(
        b"\r\n\r\nHello",
        b"\r\n" + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHellö".encode(),
    )


@pytest.mark.parametrize("signed", ["", "DKIM-Signature: v=1\r\n"])
def test_an_8_bit_message_is_announced(signed, script, connect):
    server = script(polite("8BITMIME"))
    connect(server).send_message(eight_bit(signed))
    assert server.messages == [eight_bit(signed)]
    assert server.seen[1].endswith(" BODY=8BITMIME")


def test_an_8_bit_message_is_encoded_without_8bitmime(script, connect):
    server = script(polite())
    connect(server).send_message(eight_bit())
    message = EmailMessage()
    message["From"], message["To"] = "me@example.com", "you@example.org"
    message.set_content("Hellö", cte="8bit")
    message.add_alternative("<p>Hellö</p>", subtype="html", cte="8bit")
    connect(server).send_message(message)
    assert all(sent.isascii() for sent in server.messages)
    assert message_from_bytes(server.messages[0]).get_payload(decode=True).rstrip() == "Hellö".encode()
    parts = message_from_bytes(server.messages[1]).get_payload()
    assert [part.get_payload(decode=True).rstrip() for part in parts] == ["Hellö".encode(), "<p>Hellö</p>".encode()]


def test_a_message_that_cannot_be_encoded_is_rejected(script, connect):
    ready = READY.replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n") + "\xfc".encode()
    server = script(polite())
    with pytest.raises(InvalidEmail, match="8BITMIME"):
        connect(server).send_message(ready)
    assert server.messages == []


@pytest.mark.parametrize(
    "signed",
    [
        "DKIM-Signature: v=1\r\n",
        'Content-Type: multipart/signed; boundary="b"\r\n',
        "content-type:\r\n multipart/signed\r\n",
        "Content-Type: application/pkcs7-mime\r\n",
    ],
)
def test_a_signed_message_is_not_changed(signed, script, connect):
    """Without 8BITMIME, one that is signed is rejected: encoded anew its signature would break."""
    server = script(polite())
    with pytest.raises(InvalidEmail, match="signed") as caught:
        connect(server).send_message(signed.encode() + READY + "Hellö".encode())
    assert caught.value.field == "message"
    assert "MAIL" not in server.verbs()


def test_leading_dots_are_escaped(script, connect):
    """Lines that begin with a dot come out as they went in, the first one and the last one too."""
    ready = READY + b".\r\n..\r\n.x\r\nx.\r\n.\r\n"
    server = script(polite())
    connect(server).send_message(ready)
    assert server.messages == [ready]


def test_line_ends_cannot_inject_the_end_of_data(script, connect):
    """No kind of line end around a dot is the end of data to anybody: every line ends in CRLF."""
    server = script(polite())
    connect(server).send_message(READY + b"a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\r\n.\r\r\nMAIL FROM:<x>\n")
    [sent] = server.messages
    assert b"\n" not in sent.replace(b"\r\n", b"")
    assert b"\r" not in sent.replace(b"\r\n", b"")
    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_an_old_server_is_greeted_by_helo(script, connect):
    """A server without EHLO gets HELO, and no parameters it would not know."""
    server = script(polite(ehlo=b"502 what?"))
    connect(server).send_message(READY, mail_options=["RET=HDRS"], rcpt_options=["NOTIFY=NEVER"])
    assert server.verbs()[:2] == ["EHLO", "HELO"]
    assert server.seen[2:4] == ["MAIL FROM:<me@example.com>", "RCPT TO:<you@example.org>"]
