"""Encryption: which kind is asked for, what is trusted, and what an attacker on the network can do."""

from __future__ import annotations

import smtplib
import ssl
import time

import pytest

from emailapi import ConfigurationError, ConnectionFailed, Outcome, SMTPTransport
from emailapi.transports.smtp import send

from .emails import READY, new_email
from .scripted import polite


def as_is_known(**options):
    """Return the TLS mode and the port that a transport chooses."""
    transport = SMTPTransport(options.pop("hostname", "mail.example"), options.pop("port", None), **options)
    return repr(transport).split("tls=")[1].strip("')"), transport.port


@pytest.mark.parametrize(
    "options, tls, port",
    [
        ({}, "required", 587),
        ({"port": 2525}, "required", 2525),
        ({"port": 465}, "implicit", 465),
        ({"port": 465, "start_tls": True}, "required", 465),
        ({"hostname": "localhost"}, "opportunistic", 25),
        ({"hostname": "127.0.0.1", "port": 1025}, "opportunistic", 1025),
        ({"hostname": "::1"}, "opportunistic", 25),
        ({"use_tls": True}, "implicit", 465),
        ({"use_tls": True, "start_tls": False}, "implicit", 465),
        ({"use_tls": True, "tls": "implicit"}, "implicit", 465),
        ({"start_tls": True}, "required", 587),
        ({"start_tls": True, "hostname": "localhost"}, "required", 587),
        ({"start_tls": False}, "none", 25),
        ({"tls": "none"}, "none", 25),
        ({"tls": "opportunistic"}, "opportunistic", 25),
        ({"tls": "implicit", "start_tls": False}, "implicit", 465),
    ],
)
def test_tls_is_required_for_other_hosts(options, tls, port):
    assert as_is_known(**options) == (tls, port)


@pytest.mark.parametrize(
    "options",
    [
        {"use_tls": True, "start_tls": True},
        {"use_tls": True, "tls": "required"},
        {"start_tls": True, "tls": "none"},
        {"start_tls": False, "tls": "opportunistic"},
        {"tls": "yes"},
        {"use_tls": "yes"},
        {"start_tls": "yes"},
        {"tls": "none", "cert_bundle": "ca.pem"},
        {"tls": "none", "tls_context": ssl.create_default_context()},
        {"tls_context": ssl.create_default_context(), "cert_bundle": "ca.pem"},
        {"tls_context": "yes"},
        {"client_key": "key.pem"},
        {"cert_bundle": "/nowhere/ca.pem"},
        {"client_cert": "/nowhere/client.pem"},
        {"cert_bundle": __file__},
    ],
)
def test_contradictory_options_are_rejected(options):
    """Options that say two things, or nothing that can be, are a ConfigurationError."""
    with pytest.raises(ConfigurationError):
        SMTPTransport("mail.example", **options)


@pytest.mark.parametrize(
    "kind, options",
    [
        ("starttls", {}),
        ("starttls", {"tls": "required"}),
        ("starttls", {"start_tls": True}),
        ("starttls", {"hostname": "localhost"}),
        ("implicit", {"use_tls": True}),
        ("implicit", {"tls": "implicit", "hostname": "localhost"}),
    ],
)
def test_emails_are_sent_encrypted(kind, options, listen, trust):
    """STARTTLS by itself or required, and TLS from the first byte, with the CA that is given."""
    server = listen(**{kind: trust.server})
    result = send(READY, **{"hostname": "127.0.0.1", "cert_bundle": trust.bundle, "port": server.port, **options})
    assert result.message_id == "4Q9zT1"
    assert len(server.envelopes) == 1


def test_start_tls_false_does_not_encrypt(script, connect):
    """`start_tls=False` does not upgrade, although the server offers it."""
    server = script(polite("STARTTLS"))
    connect(server, start_tls=False).send(new_email())
    assert "STARTTLS" not in server.verbs()


def test_opportunistic_tls_on_loopback_accepts_a_self_signed_certificate(listen, trust, connect):
    server = listen(starttls=trust.stranger, require_starttls=True)
    connect(server).send(new_email())
    assert len(server.envelopes) == 1


@pytest.mark.parametrize("kind, options", [("starttls", {"tls": "required"}), ("implicit", {"use_tls": True})])
@pytest.mark.parametrize("fault", ["unknown authority", "another name"])
def test_an_untrusted_certificate_is_rejected(kind, options, fault, listen, trust, connect):
    server = listen(**{kind: trust.server if fault == "unknown authority" else trust.stranger})
    if fault == "another name":
        options = {**options, "cert_bundle": trust.bundle}
    with pytest.raises(ConnectionFailed, match="certificate is not trusted") as caught:
        connect(server, **options).send(new_email())
    assert not caught.value.retryable
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.attempts == 1
    assert server.envelopes == []


@pytest.mark.parametrize("kind, options", [("starttls", {"tls": "required"}), ("implicit", {"use_tls": True})])
def test_server_hostname_sets_the_expected_name_of_the_certificate(kind, options, listen, trust, connect):
    """`server_hostname` is the name that is checked, apart from the host to connect to."""
    server = listen(**{kind: trust.stranger})
    connect(server, cert_bundle=trust.bundle, server_hostname="mail.example", **options).send(new_email())
    assert len(server.envelopes) == 1


@pytest.mark.parametrize("kind, options", [("starttls", {"tls": "required"}), ("implicit", {"use_tls": True})])
def test_a_client_certificate_is_presented(kind, options, listen, trust, connect):
    """A server that wants a certificate gets ours, and takes nothing without."""
    server = listen(**{kind: trust.strict})
    connect(server, cert_bundle=trust.bundle, client_cert=trust.client_cert, **options).send(new_email())
    with pytest.raises(ConnectionFailed):
        connect(server, cert_bundle=trust.bundle, **options).send(new_email())
    assert len(server.envelopes) == 1


def test_a_given_context_is_used(listen, trust, connect):
    server = listen(implicit=trust.server)
    context = ssl.create_default_context(cafile=trust.bundle)
    connect(server, use_tls=True, tls_context=context).send(new_email())
    assert len(server.envelopes) == 1


def test_old_tls_is_rejected(listen, trust, connect):
    assert SMTPTransport("mail.example")._settings.trust.context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_stripped_starttls_sends_nothing(script, connect):
    """Where TLS is required, an offer that was taken out ends the call: no login, no email."""
    server = script(polite("AUTH PLAIN", "SIZE 1000"))
    with pytest.raises(ConnectionFailed, match="STARTTLS") as caught:
        connect(server, tls="required", username="user", password="secret").send(new_email())
    assert not caught.value.retryable
    assert server.verbs() == ["EHLO"]


@pytest.mark.parametrize("rejection", [b"454 4.7.0 not now", b"501 no", b"250 ok"])
def test_a_rejected_starttls_sends_nothing(rejection, script, connect):
    """Where TLS is required, nothing goes on after any response but 220."""
    server = script(polite("STARTTLS", starttls=rejection))
    with pytest.raises(ConnectionFailed):
        connect(server, tls="required").send(new_email())
    assert set(server.verbs()) == {"EHLO", "STARTTLS"}


def test_opportunistic_tls_continues_unencrypted_after_a_rejected_starttls(script, connect):
    server = script(polite("STARTTLS", starttls=b"454 4.7.0 not now"))
    connect(server).send(new_email())
    assert len(server.messages) == 1
    with pytest.raises(ConnectionFailed):
        connect(script(polite("STARTTLS", starttls=b"421 4.7.0 bye"))).send(new_email())


@pytest.mark.parametrize("tls", ["required", "opportunistic"])
@pytest.mark.parametrize("injected", [b"250-here\r\n250 AUTH PLAIN", b"x"])
def test_bytes_after_the_220_of_starttls_are_an_error(tls, injected, script, connect, trust):
    server = script(polite("STARTTLS", starttls=b"220 go\r\n" + injected), tls=trust.server)
    with pytest.raises(ConnectionFailed, match="possible command injection") as caught:
        connect(server, tls=tls, cert_bundle=trust.bundle).send(new_email())
    assert not caught.value.retryable
    assert server.messages == []


def test_extensions_offered_before_tls_are_discarded(script, connect, trust):
    """The server offers a SIZE of 1 and pipelining before TLS only."""
    server = script(polite("STARTTLS", "SIZE 1", "SMTPUTF8", after_tls=("8BITMIME",)), tls=trust.server)
    connect(server, cert_bundle=trust.bundle).send(new_email())
    assert server.seen[3] == "MAIL FROM:<me@example.com>"
    assert server.verbs() == ["EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "DATA"]


def test_the_error_of_tls_to_a_plain_port_says_so(listen, connect):
    """TLS from the first byte to a server that begins in clear: an error that says what to change, at once."""
    with pytest.raises(ConnectionFailed, match="does not speak TLS from the first byte") as caught:
        connect(listen(), use_tls=True).send(new_email())
    assert not caught.value.retryable


@pytest.mark.usefixtures("greeted_late")
@pytest.mark.parametrize("options", [{"tls": "required"}, {"tls": "none"}, {}])
def test_the_error_of_a_plain_connection_to_a_tls_port_says_so(options, listen, connect, trust):
    """A port that waits for TLS is told from one that is slow to greet, long before the timeout."""
    server, began = listen(implicit=trust.server), time.monotonic()
    with pytest.raises(ConnectionFailed, match="use_tls=True") as caught:
        connect(server, timeout=100, deadline=100, **options).send(new_email())
    assert not caught.value.retryable
    assert time.monotonic() - began < 50


@pytest.mark.usefixtures("greeted_late")
def test_a_slow_greeting_is_waited_for(script, connect):
    server = script(polite(greeting=lambda talk: (talk.server.stopping.wait(0.3), talk.say(b"220 here"))))
    connect(server).send(new_email())
    assert len(server.messages) == 1


def test_nothing_is_printed(listen, connect, monkeypatch, capsys):
    """The debugging of smtplib, switched on for all, prints neither password nor email."""
    monkeypatch.setattr(smtplib.SMTP, "debuglevel", 2)
    server = listen(users={b"user": b"hunter22"})
    connect(server, username="user", password="hunter22").send(new_email())
    assert len(server.envelopes) == 1
    printed = capsys.readouterr()
    assert printed.out + printed.err == ""
