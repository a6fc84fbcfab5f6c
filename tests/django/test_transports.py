"""Other transports than the API, the fallback, and the guard of staging systems."""

from __future__ import annotations

import django
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins

import emailapi
from emailapi import InvalidEmail, MemoryTransport
from emailapi.django import clients

from ..ports import unused_port
from ..transports.smtp.listener import Listener

MADE: list[MemoryTransport] = []


def make_transport(**options) -> MemoryTransport:
    assert options in ({}, {"colour": "blue"})
    MADE.append(MemoryTransport())
    return MADE[-1]


def message(**fields) -> EmailMultiAlternatives:
    return EmailMultiAlternatives("Hi", "Hello", **{"to": ["ada@example.com"], **fields})


@pytest.fixture
def smtp(closing, configure):
    """Give `smtp(**options)`: an SMTP server that the mailer "default" sends by."""

    def start(**options) -> Listener:
        server = closing.enter_context(Listener())
        configure(transport="smtp", transport_options={"hostname": "127.0.0.1", "port": server.port}, **options)
        return server

    return start


def test_a_message_leaves_by_smtp(smtp):
    server = smtp()
    one = message(bcc=["b@example.com"])
    assert one.send() == 1
    (received,) = server.envelopes
    assert received.rcpt_tos == ["ada@example.com", "b@example.com"]
    assert one.emailapi_result.via == "smtp"


@pytest.mark.parametrize("kind", ["text/calendar", "text/x-amp-html"])
def test_smtp_carries_further_alternatives(smtp, kind):
    server = smtp()
    one = message()
    one.attach_alternative("<b>Hi</b>", "text/html")
    one.attach_alternative("other", kind)
    one.send()
    assert f"Content-Type: {kind}".encode() in server.envelopes[0].content


def test_smtp_carries_a_to_header_of_its_own(smtp):
    server = smtp()
    message(headers={"To": "list@example.com"}, from_email="Shop <a@example.com>", to=["Ada <ada@example.com>"]).send()
    (received,) = server.envelopes
    assert (received.mail_from, received.rcpt_tos) == ("a@example.com", ["ada@example.com"])
    assert b"To: list@example.com" in received.content


def test_smtp_sends_what_a_class_has_written_as_it_is(smtp):
    class Signed(EmailMessage):
        def message(self, **options):
            made = super().message(**options)
            made["DKIM-Signature"] = "v=1; a=rsa-sha256; d=example.com; s=x; bh=x; b=x"
            return made

    server = smtp()
    Signed("Hi", "Hello", to=["ada@example.com"], bcc=["b@example.com"]).send()
    (received,) = server.envelopes
    assert b"DKIM-Signature: v=1" in received.content
    assert received.rcpt_tos == ["ada@example.com", "b@example.com"]


def test_a_transport_may_be_the_name_of_a_factory(configure):
    configure(transport=f"{__name__}.make_transport", transport_options={"colour": "blue"})
    message().send()
    assert len(MADE[-1].sent) == 1


@pytest.mark.parametrize("wanted", ["pigeon", "no.such.module", "os.path.join", 7])
def test_another_transport_is_an_error_at_construction(backend, wanted):
    with pytest.raises((ImproperlyConfigured, TypeError), match="transport|argument"):
        backend(transport=wanted)


@pytest.mark.usefixtures("clock")
def test_the_fallback_sends_when_the_api_cannot_be_reached(closing, configure):
    port = unused_port()
    server = closing.enter_context(Listener())
    configure(
        server_token="t",
        base_url=f"http://127.0.0.1:{port}",
        fallback={"hostname": "127.0.0.1", "port": server.port},
    )
    one = message()
    assert one.send() == 1
    assert one.emailapi_result.via == "smtp"
    assert len(server.envelopes) == 1


@pytest.mark.usefixtures("clock")
def test_the_fallback_may_be_the_name_of_a_factory(configure):
    port = unused_port()
    configure(server_token="t", base_url=f"http://127.0.0.1:{port}", fallback=f"{__name__}.make_transport")
    message().send()
    assert len(MADE[-1].sent) == 1


def test_a_transport_of_the_users_is_not_closed(backend):
    transport = MemoryTransport()
    backend(transport=transport)
    clients.close_all()
    transport.send(emailapi.Email(sender="a@example.com", to="b@example.com", text_body="x"))


# The guard


def test_everybody_is_redirected(outbox):
    sent = outbox(redirect_to="staging@example.com")
    message(to=["a@x.org", "b@x.org"], cc=["c@x.org"], bcc=["d@x.org"]).send()
    (email,) = sent
    assert [address.email for address in email.to] == ["staging@example.com"]
    assert (email.cc, email.bcc) == ((), ())
    assert [(header.name, header.value) for header in email.headers] == [
        ("X-Original-To", "a@x.org, b@x.org, c@x.org, d@x.org")
    ]


def test_allowed_recipients_are_kept(outbox):
    sent = outbox(redirect_to="staging@example.com", allow_recipients=["a@x.org", "@example.org"])
    message(to=["A@x.org", "b@x.org"], cc=["c@EXAMPLE.org"]).send()
    (email,) = sent
    assert [address.email for address in email.to] == ["A@x.org", "staging@example.com"]
    assert [address.email for address in email.cc] == ["c@EXAMPLE.org"]


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_without_redirect_to_another_recipient_is_refused(outbox, field):
    sent = outbox(allow_recipients=["ada@example.com"])
    with pytest.raises(InvalidEmail, match=r"allow_recipients does not allow 'eve@x.org'"):
        message(**{"to": ["ada@example.com"], field: ["eve@x.org"]}).send()
    assert sent == []


def test_each_email_of_a_merge_is_guarded(outbox):
    sent = outbox(redirect_to="staging@example.com")
    one = message(to=["a@x.org", "b@x.org"])
    one.merge_data = {}
    one.send()
    assert [address.email for email in sent for address in email.to] == ["staging@example.com"] * 2


def test_reports_to_admins_are_guarded(outbox, setting):
    setting(ADMINS=["root@x.org"] if django.VERSION >= (6, 0) else [("Root", "root@x.org")])
    sent = outbox(redirect_to="staging@example.com")
    mail_admins("Hi", "Hello")
    assert [address.email for address in sent[0].to] == ["staging@example.com"]


def test_a_message_that_only_smtp_carries_is_not_redirected_but_refused(smtp):
    server = smtp(redirect_to="staging@example.com")
    with pytest.raises(InvalidEmail, match="cannot be redirected"):
        message(headers={"To": "list@example.com"}).send()
    assert server.envelopes == []


@pytest.mark.parametrize(
    "options", [{"redirect_to": "no address"}, {"redirect_to": "a@x.org, b@x.org"}, {"allow_recipients": ["@"]},
                {"allow_recipients": "a@x.org"}, {"defaults": {"tga": "x"}}, {"defaults": "x"}],
)  # fmt: skip
def test_invalid_options_are_errors_at_construction(backend, options):
    with pytest.raises(ImproperlyConfigured, match=next(iter(options))):
        backend(transport="memory", **options)
