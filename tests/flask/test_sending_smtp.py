"""Sending by SMTP, to servers on real sockets."""

from __future__ import annotations

import email
import smtplib
import sys
from unittest import mock

import pytest

from emailapi import ConnectionFailed, DeadlineExceeded, InvalidEmail, Retry, SMTPError
from emailapi.flask import Connection, Mail, Message

from ..transports.smtp.scripted import Talk, polite


def test_an_email_is_sent_as_its_bytes(by_smtp, listen):
    server = listen()
    mail = Mail(by_smtp(server))
    message = Message("Hi", ["ada@example.com"], "Hello", cc=["c@example.com"], bcc=["d@example.com"])
    result = mail.send(message)
    (envelope,) = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "shop@example.com",
        ["ada@example.com", "c@example.com", "d@example.com"],
    )
    assert envelope.content.rstrip() == message.as_bytes().rstrip()
    assert (result.via, result.message_id) == ("smtp", "4Q9zT1")


def test_alternatives_charset_date_and_options_are_sent(by_smtp, listen):
    server = listen()
    message = Message(
        "表題",
        ["ada@example.com"],
        "内容",
        alts={"calendar": "BEGIN:VCALENDAR"},
        charset="iso-2022-jp",
        date=86400.0,
        mail_options=["BODY=8BITMIME"],
    )
    Mail(by_smtp(server)).send(message)
    (envelope,) = server.envelopes
    found = email.message_from_bytes(envelope.content)
    assert [part.get_content_type() for part in found.walk()][1:] == ["text/plain", "text/calendar"]
    assert found["Subject"].startswith("=?iso-2022-jp?")
    assert "02 Jan 1970" in found["Date"] or "01 Jan 1970" in found["Date"]
    assert "BODY=8BITMIME" in envelope.mail_options


def test_a_message_may_have_alternatives_only(by_smtp, listen):
    server = listen()
    Mail(by_smtp(server)).send(Message("Hi", ["ada@example.com"], alts={"calendar": "BEGIN:VCALENDAR"}))
    assert b"text/calendar" in server.envelopes[0].content


def test_an_email_needs_a_body(by_smtp, listen):
    server = listen()
    with pytest.raises(InvalidEmail, match="the message has no content: set body or html"):
        Mail(by_smtp(server)).send(Message("Hi", ["ada@example.com"]))
    assert server.envelopes == []


def test_envelope_from_is_the_sender_of_the_smtp_transaction(by_smtp, listen, message):
    server = listen()
    with Mail(by_smtp(server)).connect() as connection:
        connection.send(message, envelope_from="bounces@example.com")
        connection.send(message, envelope_from=("Bounces", "other@example.com"))
    assert [envelope.mail_from for envelope in server.envelopes] == ["bounces@example.com", "other@example.com"]
    assert b"From: shop@example.com" in server.envelopes[0].content


def test_one_connection_serves_the_block_and_the_next_email(by_smtp, listen, message):
    server = listen()
    mail = Mail(by_smtp(server))
    with mail.connect() as connection:
        for _ in range(3):
            connection.send(message)
    mail.send(message)
    assert (len(server.envelopes), server.peers) == (4, 1)


def test_a_connection_is_replaced_after_max_emails(by_smtp, listen, message):
    server = listen()
    mail = Mail(by_smtp(server, MAIL_MAX_EMAILS=2))
    with mail.connect() as connection:
        for _ in range(4):
            connection.send(message)
    assert server.peers == 2


@pytest.mark.slow
@pytest.mark.parametrize("bye", [b"500 no", Talk.cut, Talk.reset, Talk.wait], ids=["refused", "cut", "reset", "silent"])
def test_a_failed_quit_after_success_is_ignored(by_smtp, script, message, bye):
    """Flask-Mail raises after the email was sent, and its callers send again."""
    server = script(polite(quit=bye))
    app = by_smtp(server)
    mail = Mail(app)
    with mail.connect() as connection:
        connection.send(message)
    app.extensions["emailapi"].close()
    assert len(server.messages) == 1


def test_the_configured_user_name_and_password_are_used(by_smtp, listen, message):
    server = listen(users={b"ada": b"hunter22"})
    Mail(by_smtp(server, MAIL_USERNAME="ada", MAIL_PASSWORD="hunter22")).send(message)
    assert server.logins


def test_debug_shows_one_line_and_no_password_or_body(by_smtp, listen, capsys):
    server = listen(users={b"ada": b"hunter22"})
    mail = Mail(by_smtp(server, MAIL_USERNAME="ada", MAIL_PASSWORD="hunter22", MAIL_DEBUG=True))
    mail.send(Message("Hi", ["ada@example.com"], "secret"))
    shown = capsys.readouterr()
    assert shown.err.startswith("emailapi: sent by smtp to 1 in ")
    assert "4Q9zT1" in shown.err
    for secret in ("hunter22", "aHVudGVyMjI", "secret"):
        assert secret not in shown.err + shown.out


def test_debug_without_a_standard_error_is_ignored(by_smtp, listen, message, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert Mail(by_smtp(listen(), MAIL_DEBUG=True)).send(message).via == "smtp"


@pytest.mark.slow
def test_the_configured_timeout_is_used(by_smtp, script, message):
    """A server that says nothing is not waited for for ever, as Flask-Mail does."""
    server = script(Talk.wait)
    with pytest.raises((ConnectionFailed, DeadlineExceeded)):
        Mail(by_smtp(server, MAIL_TIMEOUT=0.1, MAIL_DEADLINE=1.0)).send(message)


def test_a_rejection_is_an_error_with_its_code(by_smtp, listen, message):
    server = listen(reject=lambda address: "550 5.1.1 no such user")
    mail = Mail(by_smtp(server))
    with pytest.raises(SMTPError) as caught:
        mail.send(message)
    assert caught.value.code == 550
    assert mail.outbox == []


@pytest.mark.parametrize("field", ["tag", "message_stream"])
def test_a_field_that_only_the_service_supports_is_rejected_by_smtp(by_smtp, listen, field):
    server = listen()
    with pytest.raises(InvalidEmail, match=f"SMTP cannot carry {field}"):
        Mail(by_smtp(server)).send(Message("Hi", ["ada@example.com"], "x", **{field: "x"}))
    assert server.envelopes == []


def test_fields_of_the_service_are_headers_for_its_smtp_server(by_smtp, listen):
    server = listen()
    mail = Mail(by_smtp(server, MAIL_TRANSPORT_OPTIONS={"postmark_headers": True}))
    mail.send(Message("Hi", ["ada@example.com"], "x", tag="welcome", metadata={"user": 7}))
    content = server.envelopes[0].content
    assert b"X-PM-Tag: welcome" in content
    assert b"X-PM-Metadata-user: 7" in content


def test_a_template_requires_the_api(by_smtp, listen):
    with pytest.raises(InvalidEmail, match="SMTPTransport sends no templates"):
        Mail(by_smtp(listen())).send(Message(recipients=["ada@example.com"], template_alias="welcome"))


def test_send_many_by_smtp_sends_each_message(by_smtp, listen):
    server = listen(reject=lambda address: "550 no" if address.startswith("b") else None)
    messages = [Message("Hi", [f"{name}@example.com"], "x") for name in "abc"]
    result = Mail(by_smtp(server)).send_many([*messages, Message("Hi", [], "x")])
    assert [len(result.accepted), len(server.envelopes)] == [2, 2]
    assert isinstance(result[1], SMTPError)
    assert result[3].index == 3


def test_send_many_stops_after_three_failed_connections(make_app, message):
    once_each = {"retry": Retry(attempts=1)}
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_PORT=9, MAIL_TRANSPORT_OPTIONS=once_each)
    mail = Mail(app)
    tried = []
    once = mail.transport.send_message
    mail.transport.send_message = lambda *given, **named: (tried.append(1), once(*given, **named))[1]
    result = mail.send_many([message] * 6)
    assert [type(item) for item in result] == [ConnectionFailed] * 6
    assert len(tried) == 3


def test_sendmail_of_the_host_sends_a_mime_message(by_smtp, listen):
    server = listen()
    with Mail(by_smtp(server)).connect() as connection:
        connection.host.sendmail("a@example.com", ["b@example.com"], "Subject: x\r\n\r\nHello\r\n")
        assert "Host of SMTPTransport" in repr(connection.host)
    assert server.envelopes[0].mail_from == "a@example.com"


def test_a_replaced_host_is_used(app, message):
    mail = Mail(app)
    with mail.connect() as connection, mock.patch.object(connection, "host") as host:
        connection.send(message)
    host.sendmail.assert_called_once_with("shop@example.com", ["ada@example.com"], message.as_bytes(), [], [])


def test_a_template_is_not_sent_by_another_host(app):
    template = Message(recipients=["ada@example.com"], template_alias="welcome")
    connection = Mail(app).connect()
    with (
        mock.patch.object(connection, "host") as host,
        pytest.raises(InvalidEmail, match="template_alias is supported by the API only"),
    ):
        connection.send(template)
    host.sendmail.assert_not_called()


def test_the_host_of_a_subclass_is_used_and_errors_of_quit_are_ignored(by_smtp, listen, message, monkeypatch):
    server = listen()

    class Host(smtplib.SMTP):
        def quit(self) -> None:
            self.close()
            raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(Connection, "configure_host", lambda connection: Host("127.0.0.1", server.port))
    assert Mail(by_smtp(server)).send(message).via == "smtp"
    assert len(server.envelopes) == 1


def test_an_address_that_is_not_ascii_requires_smtputf8(by_smtp, listen):
    server = listen()
    Mail(by_smtp(server)).send(Message("Hi", ["jürgen@example.com"], "x"))
    assert server.envelopes[0].rcpt_tos == ["jürgen@example.com"]
    assert "To: jürgen@example.com\r\n".encode() in server.envelopes[0].content


def test_a_password_without_a_user_name_does_not_log_in(by_smtp, listen, message):
    server = listen()
    Mail(by_smtp(server, MAIL_PASSWORD="hunter22")).send(message)
    assert (server.logins, len(server.envelopes)) == ([], 1)
