"""Clients send to the sandbox by SMTP, as programs do."""

from __future__ import annotations

import importlib
import warnings

import pytest

from emailapi import Client, Email, Retry, SMTPTransport

from ...ports import unused_port

EMAIL = Email(
    sender="Shop <shop@example.com>",
    to="Dana <dana@example.com>",
    bcc="hidden@example.com",
    subject="Grüße",
    text_body="Hello\n",
    html_body="<p>Hello</p>",
    tag="welcome",
    metadata={"user": "7"},
    track_opens=True,
    idempotency_key="k-7",
)


@pytest.mark.parametrize("tls", ["none", "opportunistic", "required"])
def test_our_own_transport(sandbox, client, tmp_path, tls):
    bundle = tmp_path / "ca.pem"
    bundle.write_text(sandbox.smtp_certificate)
    trust = {} if tls == "none" else {"cert_bundle": bundle}
    with SMTPTransport(
        sandbox.smtp_host,
        sandbox.smtp_port,
        username=sandbox.token,
        password=sandbox.token,
        postmark_headers=True,
        tls=tls,
        **trust,
    ) as transport:
        results = transport.send_batch([EMAIL, EMAIL.replace(idempotency_key="k-8")])
        assert len(results.accepted) == 2
    found = client.outbound.find("k-7")
    assert found is not None
    (email, other) = sandbox.messages("via:smtp")
    assert (email.subject, email.tag, email.track_opens) == ("Grüße", "welcome", True)
    assert email.metadata["user"] == "7"
    assert [one.email for one in email.bcc] == ["hidden@example.com"]
    assert other.message_id == found.message_id


def test_a_fallback_to_smtp_is_found_by_the_key(sandbox):
    nowhere = f"http://127.0.0.1:{unused_port()}"
    with (
        SMTPTransport(
            sandbox.smtp_host,
            sandbox.smtp_port,
            username=sandbox.token,
            password=sandbox.token,
            postmark_headers=True,
        ) as smtp,
        Client("x", base_url=nowhere, retry=Retry(attempts=1), fallback=smtp) as client,
    ):
        assert client.outbound.send(EMAIL).via == "smtp"
    with Client(sandbox.token, base_url=sandbox.url) as client:
        assert client.outbound.find("k-7") is not None


def test_a_rejection_of_the_sandbox_is_an_error_of_the_transport(sandbox):
    from emailapi import SMTPError

    sandbox.faults.reject("550 5.7.1 Spam", at="message")
    with (
        SMTPTransport(
            sandbox.smtp_host, sandbox.smtp_port, username=sandbox.token, password=sandbox.token, tls="none"
        ) as transport,
        pytest.raises(SMTPError, match="Spam"),
    ):
        transport.send(Email(sender="s@example.com", to="d@example.com", text_body="x"))


def test_djangos_backend(sandbox):
    django = pytest.importorskip("django")
    from django.conf import settings

    if not settings.configured:
        settings.configure()
        django.setup()
    backend_module = importlib.import_module("django.core.mail.backends.smtp")
    from django.core.mail import EmailMultiAlternatives

    with warnings.catch_warnings():
        # Newer versions of Django want it to be made from the setting MAILERS.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        backend = backend_module.EmailBackend(
            host=sandbox.smtp_host,
            port=sandbox.smtp_port,
            username=sandbox.token,
            password=sandbox.token,
            use_tls=False,
            use_ssl=False,
            timeout=60,
        )
    message = EmailMultiAlternatives(
        "Hi", "Hello", "s@example.com", ["dana@example.com"], bcc=["b@example.com"], headers={"X-PM-Tag": "dj"}
    )
    message.attach_alternative("<p>Hello</p>", "text/html")
    assert backend.send_messages([message]) == 1
    (email,) = sandbox.messages("tag:dj")
    assert (email.text_body.rstrip(), email.html_body.rstrip()) == ("Hello", "<p>Hello</p>")
    assert [one.email for one in (*email.to, *email.bcc)] == ["dana@example.com", "b@example.com"]


def test_the_flask_extension(sandbox):
    from flask import Flask

    from emailapi.flask import Mail, Message

    app = Flask(__name__)
    app.config.update(
        MAIL_SERVER=sandbox.smtp_host,
        MAIL_PORT=sandbox.smtp_port,
        MAIL_USERNAME=sandbox.token,
        MAIL_PASSWORD=sandbox.token,
        MAIL_DEFAULT_SENDER="s@example.com",
    )
    mail = Mail(app)
    with app.app_context():
        mail.send(Message("Hi", recipients=["dana@example.com"], body="Hello"))
    app.extensions["emailapi"].close()
    assert sandbox.messages("via:smtp")[0].text_body == "Hello\n"
