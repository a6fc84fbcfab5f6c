"""The types of sending by SMTP: checked by mypy --strict, never run."""

import ssl
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from typing import assert_type

from emailapi import (
    Address,
    BatchResult,
    Email,
    LMTPTransport,
    RecipientResult,
    Retry,
    SendResult,
    SMTPTransport,
    Transport,
)
from emailapi.transports.smtp import send

EMAIL = Email(sender="me@example.com", to="you@example.org", text_body="Hello")


def made(context: ssl.SSLContext) -> None:
    SMTPTransport("mail.example")
    SMTPTransport(hostname="mail.example", port=None, username=None, password=None, tls=None, start_tls=None)
    SMTPTransport("mail.example", 465, use_tls=True, tls_context=context, server_hostname="other.example")
    SMTPTransport("mail.example", tls="required", cert_bundle="ca.pem", client_cert="me.pem", client_key="me.key")
    SMTPTransport("mail.example", username="user", oauth_token_generator=lambda: "token", retry=Retry(attempts=1))
    SMTPTransport("mail.example", timeout=(3, 10), deadline=30, max_messages=10, max_age=60.0, max_idle=5)
    SMTPTransport("mail.example", source_address=("192.0.2.1", 0), postmark_headers=True, allow_plaintext_auth=True)
    SMTPTransport(socket_path="/run/smtp", username="user", password="secret")
    SMTPTransport(socket_path=Path("/run/smtp"))
    SMTPTransport(socket_path=b"/run/smtp")  # type: ignore[arg-type]
    SMTPTransport("mail.example", usernme="user")  # type: ignore[call-arg]
    SMTPTransport("mail.example", tls="yes")  # type: ignore[arg-type]


def made_by_lmtp() -> None:
    LMTPTransport("mail.example")
    LMTPTransport("mail.example", 2424, username="user", password="secret", timeout=5)
    LMTPTransport(socket_path=Path("/run/lmtp"), local_hostname="web1.example.com")
    LMTPTransport("mail.example", None)  # type: ignore[arg-type]
    LMTPTransport("mail.example", socketpath="/run/lmtp")  # type: ignore[call-arg]
    transport: Transport = LMTPTransport("mail.example")
    assert_type(transport.send(EMAIL).recipients, tuple[RecipientResult, ...])


def used(transport: SMTPTransport, message: Message, other: MIMEMultipart) -> None:
    as_protocol: Transport = transport
    del as_protocol
    assert_type(transport.send(EMAIL), SendResult)
    assert_type(transport.send(other), SendResult)
    assert_type(transport.send({"sender": "me@example.com"}), SendResult)
    assert_type(transport.send_batch([EMAIL, message]), BatchResult)
    assert_type(
        transport.send_message(message, sender="", recipients=["a@x.example", Address("b@x.example")]), SendResult
    )
    assert_type(transport.send_message("text", mail_options=["RET=HDRS"], rcpt_options=("NOTIFY=NEVER",)), SendResult)
    assert_type(transport.within(3, attempts=1), SMTPTransport)
    assert_type(transport.deadline, float)
    transport.send("text")  # type: ignore[arg-type]
    transport.check(message)
    with transport as same:
        assert_type(same, SMTPTransport)


def at_once(message: EmailMessage) -> None:
    assert_type(send(message, hostname="mail.example"), SendResult)
    assert_type(
        send(b"raw", sender="a@x.example", recipients="b@x.example", hostname="mail.example", port=25), SendResult
    )
    assert_type(send(EMAIL, hostname="localhost", use_tls=True, timeout=5), SendResult)
    assert_type(send(message, socket_path="/run/smtp"), SendResult)
    send(message, socket_path=7)  # type: ignore[arg-type]
    send(message, hostname="mail.example", validate_certs=False)  # type: ignore[call-arg]
