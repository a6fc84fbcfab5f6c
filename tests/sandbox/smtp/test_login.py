"""Logging in by SMTP with a server's token."""

from __future__ import annotations

import base64
import smtplib
import ssl

import pytest

from emailapi import Client
from emailapi.sandbox.smtp.login import MECHANISMS


def _connected(sandbox):
    client = smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, local_hostname="here", timeout=60)
    client.ehlo()
    return client


def _log_in(client, mechanism, user, password):
    client.user, client.password = user, password
    return client.auth(mechanism, getattr(client, f"auth_{mechanism.lower().replace('-', '_')}"))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_token_is_user_name_and_password(sandbox, mechanism):
    with _connected(sandbox) as client:
        assert _log_in(client, mechanism, sandbox.token.upper(), sandbox.token.upper())[0] == 235
        assert client.noop()[0] == 250


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("user, password", [("x", "x"), ("{token}", "x"), ("x", "{token}"), ("{account}", "{account}")])
def test_anything_else_is_rejected_with_535(sandbox, mechanism, user, password):
    texts = {"token": sandbox.token, "account": sandbox.account_token}
    with _connected(sandbox) as client, pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        _log_in(client, mechanism, user.format(**texts), password.format(**texts))
    assert caught.value.smtp_code == 535


def test_the_initial_response_can_come_with_the_command_or_after_it(sandbox, connect):
    one = base64.b64encode(f"\0{sandbox.token}\0{sandbox.token}".encode()).decode()
    first, then = connect(), connect()
    for connection in (first, then):
        connection.read()
        connection.ask("EHLO here")
    assert first.ask(f"auth plain {one}").startswith("235")
    assert then.ask("AUTH PLAIN") == "334"
    assert then.ask(one).startswith("235")
    assert first.ask("AUTH PLAIN").startswith("503")


@pytest.mark.parametrize(
    "lines, code",
    [
        (["AUTH PLAIN", "*"], 501),
        (["AUTH PLAIN", "not base64"], 501),
        (["AUTH PLAIN", "eA=="], 501),
        (["AUTH LOGIN", "*"], 501),
        (["AUTH CRAM-MD5", "eA=="], 501),
        (["AUTH DIGEST-MD5"], 504),
        (["AUTH"], 504),
    ],
)
def test_an_unreadable_response_is_rejected_and_the_connection_stays_open(connect, lines, code):
    connection = connect()
    connection.read()
    connection.ask("EHLO here")
    replies = [connection.ask(line) for line in lines]
    assert replies[-1].startswith(str(code))
    assert connection.ask("NOOP").startswith("250")


def test_auth_requires_ehlo(connect):
    connection = connect()
    connection.read()
    assert connection.ask("AUTH PLAIN").startswith("503")


def test_a_server_can_have_smtp_turned_off(sandbox, client):
    client.server.edit(smtp_api_activated=False)
    with _connected(sandbox) as smtp, pytest.raises(smtplib.SMTPAuthenticationError, match="SmtpApiActivated"):
        _log_in(smtp, "PLAIN", sandbox.token, sandbox.token)


def test_the_test_token_checks_nothing_and_stores_nothing(sandbox, connect):
    connection = connect()
    connection.begin("POSTMARK_API_TEST", "dana@example.com")
    connection.ask("DATA")
    assert connection.ask(b"Subject: x\r\n\r\nx\r\n.\r\n") == "250 2.0.0 Test job accepted"
    assert sandbox.messages() == []


def test_sending_requires_authentication(sandbox, connect):
    connection = connect()
    connection.begin("")
    reply = connection.ask("RCPT TO:<dana@example.com>")
    assert reply.startswith("530 5.7.0 Log in")
    assert connection.ask("DATA").startswith("503")
    (request,) = sandbox.requests(rejected=True)
    assert (request.method, request.path, request.status, request.user_agent) == ("SMTP", "rcpt", 530, "here")


def test_tls_is_offered_with_a_certificate_that_can_be_verified(sandbox):
    context = ssl.create_default_context(cadata=sandbox.smtp_certificate)
    with _connected(sandbox) as client:
        assert client.has_extn("starttls")
        client.starttls(context=context)
        client.ehlo()
        assert not client.has_extn("starttls")
        client.login(sandbox.token, sandbox.token)
        client.sendmail("shop@example.com", ["dana@example.com"], b"From: shop@example.com\r\n\r\nHello")
    assert [str(one.bcc[0]) for one in sandbox.messages()] == ["dana@example.com"]


def test_a_second_starttls_is_rejected(sandbox, capfd):
    """TLS in TLS fails within asyncio, which prints a traceback to the user's terminal."""
    context = ssl.create_default_context(cadata=sandbox.smtp_certificate)
    with _connected(sandbox) as client:
        client.starttls(context=context)
        assert client.docmd("STARTTLS")[0] == 503
        client.login(sandbox.token, sandbox.token)
    assert capfd.readouterr().err == ""


def test_starttls_discards_an_unencrypted_authentication(sandbox):
    context = ssl.create_default_context(cadata=sandbox.smtp_certificate)
    with _connected(sandbox) as client:
        client.login(sandbox.token, sandbox.token)
        client.starttls(context=context)
        client.ehlo()
        client.mail("shop@example.com")
        assert client.rcpt("dana@example.com")[0] == 530


def test_commands_sent_unencrypted_after_starttls_are_discarded(sandbox, connect):
    connection = connect()
    connection.read()
    connection.ask("EHLO here")
    assert connection.ask(b"STARTTLS\r\nMAIL FROM:<evil@example.com>\r\n").startswith("220")
    context = ssl.create_default_context(cadata=sandbox.smtp_certificate)
    try:
        tls = context.wrap_socket(connection.socket, server_hostname="127.0.0.1")
    except (ssl.SSLError, OSError):
        return  # the bytes in clear spoil the handshake
    with tls:
        tls.sendall(b"EHLO here\r\nRCPT TO:<x@example.com>\r\n")
        data = b""
        while b"\r\n503 " not in data and (more := tls.recv(4096)):
            data += more
        assert b"\r\n503 " in data


def test_neither_tokens_nor_bodies_are_logged(sandbox, caplog):
    caplog.set_level("DEBUG")
    for mechanism in MECHANISMS:
        with _connected(sandbox) as client:
            _log_in(client, mechanism, sandbox.token, sandbox.token)
            client.sendmail("shop@example.com", ["dana@example.com"], b"From: s@example.com\r\n\r\nthe secret body")
    with Client(sandbox.token, base_url=sandbox.url) as api:
        assert api.messages.list().total_count == len(MECHANISMS)
    encoded = base64.b64encode(sandbox.token.encode()).decode().rstrip("=")
    assert sandbox.token not in caplog.text
    assert encoded not in caplog.text
    assert "secret body" not in caplog.text
    assert sandbox.token not in repr(sandbox.requests())
