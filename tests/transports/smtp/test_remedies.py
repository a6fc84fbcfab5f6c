"""Errors that an option remedies name the option."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from emailapi import ConfigurationError, EmailAPIError, Retry, SMTPTransport

from ...ports import unused_port
from .emails import new_email
from .scripted import Talk, polite


def error_of(transport: SMTPTransport, **fields) -> EmailAPIError:
    with pytest.raises(EmailAPIError) as caught:
        transport.send(new_email(**fields))
    return caught.value


def server_context(authority: trustme.CA, name: str, **options) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **options).configure_cert(context)
    return context


def test_an_unknown_authority_names_cert_bundle(listen, connect, trust):
    error = error_of(connect(listen(implicit=trust.server), use_tls=True))
    assert "cert_bundle=" in error.message
    assert not error.retryable


def test_another_name_in_the_certificate_names_server_hostname(listen, connect, trust):
    error = error_of(connect(listen(implicit=trust.stranger), use_tls=True, cert_bundle=trust.bundle))
    assert "server_hostname=" in error.message


@pytest.mark.parametrize("days", [(-20, -10), (10, 20)])
def test_an_expired_certificate_names_no_option(days, listen, connect, tmp_path):
    authority, now = trustme.CA(), datetime.now(UTC)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    begin, end = (now + timedelta(days=number) for number in days)
    server = listen(implicit=server_context(authority, "localhost", not_before=begin, not_after=end))
    error = error_of(connect(server, hostname="localhost", use_tls=True, cert_bundle=tmp_path / "ca.pem"))
    assert "renew the server's certificate" in error.message
    assert "cert_bundle" not in error.message


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_certificate_names_client_cert(version, script, connect, trust):
    trust.strict.maximum_version, before = version, trust.strict.maximum_version
    try:
        server = script(Talk.encrypt, tls=trust.strict)
        error = error_of(connect(server, use_tls=True, cert_bundle=trust.bundle))
    finally:
        trust.strict.maximum_version = before
    assert "client_cert=" in error.message


@pytest.mark.filterwarnings("ignore:.*TLSv1_1 is deprecated:DeprecationWarning")
def test_a_server_of_older_tls_names_tls_context(script, connect, trust):
    context = server_context(trustme.CA(), "127.0.0.1")
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = script(Talk.encrypt, tls=context)
    assert "tls_context=" in error_of(connect(server, use_tls=True, cert_bundle=trust.bundle)).message


SCRIPTS = {
    "tls='opportunistic'": (polite(), {"tls": "required"}),
    "tls='none'": (polite("STARTTLS", starttls=b"454 4.7.0 TLS not available"), {"tls": "required"}),
    "local_hostname=": (polite(ehlo=b"550 5.7.1 bad name"), {}),
    "check port=": (polite(greeting=b"HTTP/1.1 400 Bad Request"), {}),
    "deadline=": (polite(greeting=Talk.wait), {"deadline": 0.2}),
    "timeout=": (polite(greeting=Talk.wait), {"timeout": 0.2}),
    "tls='implicit'": (polite(), {"username": "user", "password": "secret"}),
    "check username= and password=": (
        polite("AUTH PLAIN", auth=b"535 5.7.8 no"),
        {"username": "user", "password": "secret"},
    ),
    "check username= and oauth_token_generator=": (
        polite("AUTH XOAUTH2", auth=b"535 5.7.8 no"),
        {"username": "user", "oauth_token_generator": lambda: "token"},
    ),
    "pass username= and password=": (polite(mail=b"530 5.7.0 Authentication required"), {}),
    "username= and password= to log in": (polite(rcpt=b"554 5.7.1 Relay access denied"), {}),
    "use tls='required'": (polite(mail=b"530 5.7.0 Must issue a STARTTLS command first"), {}),
}


@pytest.mark.parametrize("option", SCRIPTS)
def test_a_rejection_names_the_option(option, script, connect, monkeypatch):
    monkeypatch.setattr("emailapi.transports.smtp.connect.SILENCE_SECONDS", 0.2)
    steps, options = SCRIPTS[option]
    error = error_of(connect(script(steps), retry=Retry(attempts=1), **options))
    assert option in error.message
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "offered, options, remedy",
    [
        ("AUTH PLAIN", {"oauth_token_generator": lambda: "token"}, "password= instead"),
        ("AUTH XOAUTH2", {"password": "secret"}, "oauth_token_generator= instead"),
        ("SIZE 1000", {"password": "secret"}, "587 or 465"),
    ],
)
def test_authentication_that_is_not_offered_names_the_other_tls_mode(offered, options, remedy, script, connect, trust):
    server = script(polite("STARTTLS", after_tls=(offered,)), tls=trust.server)
    transport = connect(server, tls="required", cert_bundle=trust.bundle, username="user", **options)
    assert remedy in error_of(transport).message


def test_after_authentication_there_is_no_hint_about_it(script, connect):
    server = script(polite("AUTH PLAIN", auth=b"235 ok", rcpt=b"554 5.7.1 Relay access denied"))
    assert "username=" not in error_of(connect(server, username="user", password="secret")).message


def test_an_unencrypted_password_names_allow_plaintext_auth(script, monkeypatch):
    """The name of a server elsewhere is resolved to the test's own."""
    server = script(polite("AUTH PLAIN"))
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *given: resolve("127.0.0.1", *given))
    options = {"username": "user", "password": "secret", "tls": "opportunistic"}
    error = error_of(SMTPTransport("mail.example", server.port, **options))
    assert "allow_plaintext_auth=True" in error.message


def test_a_refused_connection_names_hostname_and_port():
    port = unused_port()
    error = error_of(SMTPTransport("127.0.0.1", port, retry=Retry(attempts=1)))
    assert "check hostname and port" in error.message


def test_a_source_address_of_another_machine_is_named(script, connect):
    error = error_of(connect(script(polite()), source_address=("192.0.2.1", 0), retry=Retry(attempts=1)))
    assert "source_address=('192.0.2.1', 0)" in error.message


def test_a_context_created_before_patching_says_when_to_create_it(monkeypatch):
    class Replaced(ssl.SSLContext):
        pass

    context = ssl.create_default_context()
    monkeypatch.setattr(ssl, "SSLContext", Replaced)
    with pytest.raises(ConfigurationError, match="after patching"):
        SMTPTransport("mail.example", tls_context=context)


def test_the_errors_of_size_and_smtputf8_say_what_to_do(script, connect):
    server = script(polite("SIZE 50"))
    assert "smaller attachments" in error_of(connect(server)).message
    assert "ASCII address" in error_of(connect(server), to="jürgen@example.org").message
