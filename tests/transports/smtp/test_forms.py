"""All that users bring: an `Email`, messages of the standard library, text, bytes."""

from __future__ import annotations

from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from emailapi import Email, InvalidEmail, SMTPTransport
from emailapi.transports.smtp import send

from .emails import READY, new_email


def as_email_message() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Me <me@example.com>", "you@example.org", "Hi"
    message["Bcc"] = "secret@example.org"
    message.set_content("Hello")
    return message


def as_multipart() -> MIMEMultipart:
    message = MIMEMultipart("alternative")
    message["From"], message["To"], message["Subject"] = "me@example.com", "you@example.org", "Hi"
    message["Cc"] = "copy@example.org"
    message.attach(MIMEText("Hello", "plain"))
    message.attach(MIMEText("<p>Hello</p>", "html"))
    return message


def as_text() -> MIMEText:
    message = MIMEText("Hellö", "plain", "utf-8")
    message["From"], message["To"], message["Subject"] = "me@example.com", "you@example.org", "Hi"
    return message


FORMS = {
    "Email": (new_email, ["you@example.org"]),
    "EmailMessage": (as_email_message, ["you@example.org", "secret@example.org"]),
    "MIMEMultipart": (as_multipart, ["you@example.org", "copy@example.org"]),
    "MIMEText": (as_text, ["you@example.org"]),
    "str": (lambda: READY.decode().replace("\r\n", "\n"), ["you@example.org"]),
    "bytes": (lambda: READY, ["you@example.org"]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("by", ["send", "transport"])
def test_every_kind_of_message_is_sent_to_all_recipients(form, by, listen, connect):
    """Each form goes to its To, Cc and Bcc, from its sender, with no Bcc in it."""
    server = listen()
    make, recipients = FORMS[form]
    if by == "send":
        result = send(make(), hostname="127.0.0.1", port=server.port)
    else:
        result = connect(server).send_message(make())
    [envelope] = server.envelopes
    assert envelope.mail_from == "me@example.com"
    assert sorted(envelope.rcpt_tos) == sorted(recipients)
    assert b"secret" not in envelope.content
    assert envelope.content.endswith(b"\r\n")
    assert result.message_id == "4Q9zT1"
    assert result.via == "smtp"
    assert [fate.email for fate in result.recipients if fate.accepted] == envelope.rcpt_tos


@pytest.mark.parametrize("raw", [b"no header of a recipient: x\r\n\r\nHello", "Subject: Hi\n\nHello"])
def test_a_raw_message_can_have_any_content(raw, listen):
    """Text and bytes go from `sender` to `recipients`, whatever stands in them."""
    server = listen()
    if raw[:2] == b"no":
        raw = b"Subject: Hi\r\n\r\nHello"
    send(raw, hostname="127.0.0.1", port=server.port, sender="a@x.example", recipients=["b@y.example", "c@z.example"])
    [envelope] = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("a@x.example", ["b@y.example", "c@z.example"])
    assert envelope.content == b"Subject: Hi\r\n\r\nHello\r\n"


@pytest.mark.parametrize("form", FORMS)
def test_the_envelope_can_differ_from_the_headers(form, listen, connect):
    """A sender and recipients that are given replace those of the email."""
    server = listen()
    result = connect(server).send_message(
        FORMS[form][0](), sender="bounces@example.com", recipients="One <one@example.net>, two@example.net"
    )
    [envelope] = server.envelopes
    assert envelope.mail_from == "bounces@example.com"
    assert envelope.rcpt_tos == ["one@example.net", "two@example.net"]
    assert len(result.recipients) == 2


def test_an_empty_sender_is_the_null_sender(script, connect):
    from .scripted import polite

    server = script(polite())
    connect(server).send_message(READY, sender="", recipients=["root", "a@x.example"])
    assert server.seen[1:4] == ["MAIL FROM:<>", "RCPT TO:<root>", "RCPT TO:<a@x.example>"]


def test_send_accepts_message_objects_and_mappings(listen, connect):
    server = listen()
    transport = connect(server)
    transport.send(as_email_message())
    transport.send({"sender": "me@example.com", "to": "you@example.org", "text_body": "Hello"})
    batch = transport.send_batch([new_email(), as_multipart()])
    assert len(batch.accepted) == 2
    assert len(server.envelopes) == 4
    assert server.peers == 1


def test_a_repeated_address_is_one_recipient(listen, connect):
    """The case of its domain does not matter."""
    server = listen()
    connect(server).send(new_email(to="a@x.example, b@x.example", cc="a@X.example", bcc="b@x.example"))
    connect(server).send_message(READY, recipients=["a@x.example", "a@X.EXAMPLE", "A@x.example"])
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [
        ["a@x.example", "b@x.example"],
        ["a@x.example", "A@x.example"],
    ]


@pytest.mark.parametrize(
    "message, options, field",
    [
        (b"Subject: Hi\r\n\r\nHello", {"recipients": "a@x.example"}, "sender"),
        (b"Subject: Hi\r\n\r\nHello", {"sender": "a@x.example"}, "recipients"),
        (READY, {"recipients": []}, "recipients"),
        (new_email(), {"recipients": []}, "recipients"),
        (READY, {"mail_options": "RET=HDRS"}, "mail_options"),
        (READY, {"sender": "a@x.example, b@x.example"}, "sender"),
        (READY, {"recipients": 7}, "recipients"),
        (READY, {"recipients": [b"a@x.example"]}, "recipients"),
        (b"no message", {}, "message"),
        (7, {}, "message"),
        ({"sender": "me@example.com"}, {}, "message"),
        (Email(sender="me@example.com", text_body="Hello"), {}, "to"),
        (Email(to="me@example.com", text_body="Hello"), {}, "sender"),
        (Email(to="me@example.com", sender="a@x.example"), {}, "text_body"),
    ],
)
def test_an_object_that_is_not_a_message_is_rejected(message, options, field):
    transport = SMTPTransport("127.0.0.1", 1, deadline=0.1)
    with pytest.raises(InvalidEmail) as caught:
        transport.send_message(message, **options)
    assert caught.value.field == field


CONTROLS = ["\r", "\n", "\r\n", "\0", "\x01", "\x7f"]


@pytest.mark.parametrize("control", CONTROLS, ids=repr)
@pytest.mark.parametrize("part", ["sender", "recipients", "mail_options", "rcpt_options"])
@pytest.mark.parametrize("shape", ["a{}b@x.example", "{}a@x.example", "a@x{}.example", "a@x.example>{}DATA", "root{}x"])
def test_a_control_character_in_a_command_is_rejected(control, part, shape):
    text = shape.format(control)
    transport = SMTPTransport("127.0.0.1", 1, deadline=0.1)
    given = [text] if part != "sender" else text
    with pytest.raises(InvalidEmail):
        transport.send_message(READY, **{part: given})


@pytest.mark.parametrize("text", ["a@x.example> SIZE=1", "a b@x.example", "<a@x.example", "a@x.example>", "ro ot"])
def test_an_address_cannot_inject_a_parameter(text):
    with pytest.raises(InvalidEmail):
        SMTPTransport("127.0.0.1", 1, deadline=0.1).send_message(READY, recipients=[text])


def test_smtp_parameters_are_sent_with_their_commands(script, connect):
    from .scripted import polite

    server = script(polite("DSN", "SIZE 0", "8BITMIME"))
    connect(server).send_message(
        "From: a@x.example\nTo: b@x.example\n\nHellö\n",
        mail_options=["BODY=8BITMIME", "RET=HDRS"],
        rcpt_options=["NOTIFY=NEVER"],
    )
    assert server.seen[1].split(">", 1)[1].split() == [f"SIZE={len(server.messages[0])}", "BODY=8BITMIME", "RET=HDRS"]
    assert server.seen[2] == "RCPT TO:<b@x.example> NOTIFY=NEVER"
