"""Errors by SES that an option remedies name the option."""

from __future__ import annotations

import ssl

import pytest
import trustme

from emailapi import ConfigurationError, EmailAPIError, Retry, SESTransport

from ...ports import unused_port
from .conftest import new_email
from .fake import SILENT, fault

ONCE = Retry(attempts=1)


def error_of(transport: SESTransport) -> EmailAPIError:
    with pytest.raises(EmailAPIError) as caught:
        transport.send(new_email())
    return caught.value


def test_an_untrusted_certificate_names_the_variable_of_authorities(serve, connect):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    error = error_of(connect(serve(tls=context).url))
    assert "AWS_CA_BUNDLE" in error.message
    assert not error.retryable


def test_a_refused_connection_names_region_and_endpoint(connect):
    port = unused_port()
    message = error_of(connect(f"http://localhost:{port}", retry=ONCE)).message
    assert "region_name=" in message
    assert "AWS_ENDPOINT_URL" in message


def test_a_proxy_that_cannot_be_reached_names_its_variable(connect, monkeypatch):
    port = unused_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    assert "HTTPS_PROXY" in error_of(connect("https://ses.invalid", retry=ONCE)).message


def test_a_late_response_names_timeout(serve, connect):
    assert "timeout=" in error_of(connect(serve(SILENT).url, timeout=0.2)).message


@pytest.mark.parametrize(
    "code, words, option",
    [
        ("ConfigurationSetDoesNotExist", "Configuration set news does not exist.", "configuration_set_name="),
        ("RequestExpired", "Request has expired.", "clock of this machine"),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261129T080000Z is now earlier than ...",
            "clock of this machine",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature not yet current: 20261129T100000Z is still later",
            "clock of this machine",
        ),
        ("MessageRejected", "Email address is not verified. The following identities failed: me", "region_name="),
    ],
)
def test_a_rejection_names_the_option(code, words, option, serve, connect):
    assert option in error_of(connect(serve(fault(400, code, words)).url)).message


def test_missing_credentials_name_client(connect, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigurationError, match="client="):
        connect("http://localhost:1")
