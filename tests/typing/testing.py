"""The types of `emailapi.testing`: checked by mypy --strict, never run."""

import re
import unittest
from datetime import datetime
from typing import Any, assert_type

from emailapi import Address, Attachment, Client, Email, MessageEvent, SendResult, TemplateEmail, WaitTimeout
from emailapi.sandbox.captured import CapturedEmail
from emailapi.testing import (
    EmailAPITestMixin,
    Link,
    Outbox,
    SandboxServer,
    SentEmail,
    events,
    mock_email,
    record_emails,
)
from emailapi.testing.events import bounce, post


def asked(outbox: Outbox) -> None:
    assert_type(outbox.one(to="a@example.com", subject=re.compile("x"), tag=None), SentEmail)
    assert_type(outbox.all(metadata={"user": "7", "n": re.compile("x")}, cc=lambda address: True), list[SentEmail])
    assert_type(outbox.wait_for(timeout=5, template_alias="x", message_stream="news"), SentEmail)
    assert_type(outbox[0], SentEmail)
    assert_type(outbox[:2], list[SentEmail])
    assert_type(len(outbox), int)
    outbox.none(bcc="a@example.com")
    outbox.clear()
    outbox.one(subjct="x")  # type: ignore[call-arg]
    outbox.one(tag=7)  # type: ignore[arg-type]


def seen(email: SentEmail) -> None:
    assert_type(email.sender, Address | None)
    assert_type(email.to, tuple[Address, ...])
    assert_type(email.links, tuple[Link, ...])
    assert_type(email.link(re.compile("x")), Link)
    assert_type(email.link().text, str)
    assert_type(email.codes, tuple[str, ...])
    assert_type(email.code, str)
    assert_type(email.attachment("a.txt"), Attachment)
    assert_type(email.payload, dict[str, Any])
    assert_type(email.raw, bytes)
    assert_type(email.result, SendResult)
    assert_type(email.via, str)
    assert_type(email.email, Email | TemplateEmail)


def in_sandbox(server: SandboxServer) -> None:
    assert_type(server.client(deadline=5, sender="a@example.com"), Client)
    assert_type((server.token, server.url), tuple[str, str])
    assert_type(server.messages("tag:a", limit=5), list[CapturedEmail])
    assert_type(server.wait_for("tag:a", count=2, since=server.mark()), list[CapturedEmail])
    with server.expect(to="a@example.com") as expected:
        assert_type(expected.message.code, str)
        assert_type(server.events.bounce(expected.message, "SoftBounce"), tuple[MessageEvent, ...])
    with server.faults.fail(status=503, times=2, to="a@example.com") as fault:
        assert_type((fault.hits, fault.remaining), tuple[int, int | None])
    server.faults.fail(recipient="x")  # type: ignore[call-arg]
    assert_type(server.clock.advance(days=1, minutes=2.5), datetime)
    server.clock.advance(years=1)  # type: ignore[call-arg]
    server.client(tokn="x")  # type: ignore[call-arg]


@mock_email
def function(outbox: Outbox) -> None:
    asked(outbox)


@mock_email
class Decorated(unittest.TestCase):
    def test_a(self, outbox: Outbox) -> None:
        asked(outbox)


class Mixed(EmailAPITestMixin, unittest.TestCase):
    def test_a(self) -> None:
        assert_type(self.outbox, Outbox)


assert_type(Decorated(), Decorated)

with mock_email() as captured, record_emails(send=True) as emails:
    assert_type(captured, Outbox)
    assert_type(emails, list[SentEmail])

assert_type(mock_email.start(), Outbox)
mock_email.stop()

try:
    captured.wait_for(1)
except WaitTimeout as error:
    timed_out: TimeoutError = error
    failed: AssertionError = error

post(bounce(email="a@example.com"), client=object(), url="/", basic=("u", "p"), headers={"X-A": "b"})
events.delivery("id-1", tag="x")
