"""Other transports than the API, the fallback, and the guard of staging systems."""

from __future__ import annotations

import contextlib
import os
from email.message import Message, MIMEPart
from email.mime.text import MIMEText

import django
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins

import emailapi
from emailapi import InvalidEmail, MemoryTransport
from emailapi.django import clients

from ..ports import unused_port
from ..transports.ses.fake import FakeSES
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


def test_a_message_is_sent_by_smtp(smtp):
    server = smtp()
    one = message(bcc=["b@example.com"])
    assert one.send() == 1
    (received,) = server.envelopes
    assert received.rcpt_tos == ["ada@example.com", "b@example.com"]
    assert one.emailapi_result.via == "smtp"


@pytest.mark.parametrize("kind", ["text/calendar", "text/x-amp-html"])
def test_smtp_sends_further_alternatives(smtp, kind):
    server = smtp()
    one = message()
    one.attach_alternative("<b>Hi</b>", "text/html")
    one.attach_alternative("other", kind)
    one.send()
    assert f"Content-Type: {kind}".encode() in server.envelopes[0].content


@pytest.fixture
def ses(closing, monkeypatch) -> FakeSES:
    """Give a fake of SES that boto3 sends to."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    service = closing.enter_context(contextlib.closing(FakeSES()))
    monkeypatch.setenv("AWS_ENDPOINT_URL_SES", service.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return service


@pytest.mark.costly
def test_a_message_is_sent_by_ses(ses, configure):
    configure(transport="ses", transport_options={"region_name": "eu-west-1"})
    one = message(bcc=["b@example.com"])
    one.attach_alternative("<b>Hi</b>", "text/html")
    assert one.send() == 1
    assert len(ses.accepted) == 1
    assert one.emailapi_result.via == "ses"
    assert dict(one.emailapi_status) == {"ada@example.com": "sent", "b@example.com": "sent"}


def test_smtp_sends_an_explicit_to_header(smtp):
    server = smtp()
    message(headers={"To": "list@example.com"}, from_email="Shop <a@example.com>", to=["Ada <ada@example.com>"]).send()
    (received,) = server.envelopes
    assert (received.mail_from, received.rcpt_tos) == ("a@example.com", ["ada@example.com"])
    assert b"To: list@example.com" in received.content


def test_smtp_sends_the_message_of_an_overridden_message_method_unchanged(smtp):
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


@pytest.mark.parametrize("name, value", [("tag", "t"), ("metadata", {"a": 1}), ("merge_data", {})])
def test_smtp_rejects_an_attribute_that_django_cannot_serialize(smtp, name, value):
    server = smtp()
    one = message(to=["a@x.org", "b@x.org"])
    one.attach_alternative("other", "text/calendar")
    setattr(one, name, value)
    with pytest.raises(InvalidEmail, match=f"text/calendar.*send by SMTP without {name}"):
        one.send()
    assert server.envelopes == []


def test_a_merge_with_an_overridden_message_method_works_by_smtp(smtp):
    class Rewritten(EmailMessage):
        def message(self, **options):
            return super().message(**options)

    server = smtp()
    one = Rewritten("Hi", "Hello", to=["a@x.org", "b@x.org"])
    one.merge_data = {}
    one.send()
    assert [received.rcpt_tos for received in server.envelopes] == [["a@x.org"], ["b@x.org"]]


def test_smtp_sends_an_attached_part_that_the_api_does_not_support(smtp):
    if django.VERSION < (6, 0):
        part: Message = MIMEText("Hello")
    else:
        part = MIMEPart()
        part.set_content("Hello")
    part["X-Part"] = "yes"
    server = smtp()
    one = message()
    one.attachments.append(part)
    assert one.send() == 1
    assert b"X-Part: yes" in server.envelopes[0].content


class Archived(EmailMessage):
    """Has a recipient that stands in no field."""

    def recipients(self):
        return [*super().recipients(), "archive@example.com"]


class Muted(EmailMessage):
    """Leaves out recipients of its fields."""

    def recipients(self):
        return [item for item in super().recipients() if not item.startswith("b")]


def test_a_recipient_added_by_an_overridden_method_gets_a_blind_copy(outbox):
    sent = outbox()
    one = Archived("Hi", "Hello", to=["a@example.com"])
    assert one.send() == 1
    assert [address.email for address in sent[0].bcc] == ["archive@example.com"]
    assert {*one.emailapi_status} == {"a@example.com", "archive@example.com"}


def test_a_recipient_removed_by_an_overridden_method_is_omitted_by_smtp_and_rejected_by_the_api(smtp, outbox):
    server = smtp()
    assert Muted("Hi", "Hello", to=["a@example.com", "b@example.com"]).send() == 1
    assert server.envelopes[0].rcpt_tos == ["a@example.com"]
    sent = outbox()
    with pytest.raises(InvalidEmail, match=r"recipients\(\) leaves out 'b@example.com'"):
        Muted("Hi", "Hello", to=["a@example.com", "b@example.com"]).send()
    assert sent == []
    assert Muted("Hi", "Hello", to=["b@example.com"]).send() == 0


def test_a_transport_may_be_the_name_of_a_factory(configure):
    configure(transport=f"{__name__}.make_transport", transport_options={"colour": "blue"})
    message().send()
    assert len(MADE[-1].sent) == 1


@pytest.mark.parametrize("wanted", ["memory", f"{__name__}.make_transport"])
def test_arguments_of_a_transport_that_are_not_a_dict_are_named(backend, wanted):
    with pytest.raises(ImproperlyConfigured, match="transport_options must be a dict, not list"):
        backend(transport=wanted, transport_options=[1])


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


def test_a_transport_of_the_user_is_not_closed(backend):
    transport = MemoryTransport()
    backend(transport=transport)
    clients.close_all()
    transport.send(emailapi.Email(sender="a@example.com", to="b@example.com", text_body="x"))


# The guard


def test_redirect_to_replaces_every_recipient(outbox):
    sent = outbox(redirect_to="staging@example.com")
    message(to=["a@x.org", "b@x.org"], cc=["c@x.org"], bcc=["d@x.org"]).send()
    (email,) = sent
    assert [address.email for address in email.to] == ["staging@example.com"]
    assert (email.cc, email.bcc) == ((), ())
    assert [(header.name, header.value) for header in email.headers] == [
        ("X-Original-To", "a@x.org, b@x.org, c@x.org, d@x.org")
    ]


def test_allowed_recipients_are_not_redirected(outbox):
    sent = outbox(redirect_to="staging@example.com", allow_recipients=["a@x.org", "@example.org"])
    message(to=["A@x.org", "b@x.org"], cc=["c@EXAMPLE.org"]).send()
    (email,) = sent
    assert [address.email for address in email.to] == ["A@x.org", "staging@example.com"]
    assert [address.email for address in email.cc] == ["c@EXAMPLE.org"]


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_without_redirect_to_another_recipient_is_rejected(outbox, field):
    sent = outbox(allow_recipients=["ada@example.com"])
    with pytest.raises(InvalidEmail, match=r"allow_recipients does not allow 'eve@x.org'"):
        message(**{"to": ["ada@example.com"], field: ["eve@x.org"]}).send()
    assert sent == []


def test_the_recipient_guard_applies_to_each_email_of_a_merge(outbox):
    sent = outbox(redirect_to="staging@example.com")
    one = message(to=["a@x.org", "b@x.org"])
    one.merge_data = {}
    one.send()
    assert [address.email for email in sent for address in email.to] == ["staging@example.com"] * 2


def test_the_recipient_guard_applies_to_reports_to_admins(outbox, setting):
    setting(ADMINS=["root@x.org"] if django.VERSION >= (6, 0) else [("Root", "root@x.org")])
    sent = outbox(redirect_to="staging@example.com")
    mail_admins("Hi", "Hello")
    assert [address.email for address in sent[0].to] == ["staging@example.com"]


def test_a_message_that_only_smtp_can_send_is_rejected_instead_of_redirected(smtp):
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
