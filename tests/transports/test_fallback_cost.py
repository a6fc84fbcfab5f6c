"""A fallback costs next to nothing while it is not needed: everything is checked, completed and found out once."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from emailapi import Client, ConnectionFailed, Email, Fallback, MemoryTransport, SMTPTransport

from .user_transports import Bare

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")


class Counting(Bare):
    """A user's transport that can check and complete emails, and counts how often it does."""

    def __init__(self, error=None):
        super().__init__(error)
        self.calls = Counter()

    def check(self, email):
        self.calls["check"] += 1

    def complete(self, email):
        self.calls["complete"] += 1
        return email


class Strict(MemoryTransport):
    """One of ours with a check of the user's, which is counted."""

    checks = 0

    def check(self, email, /):
        self.checks += 1
        super().check(email)


def called_in(send):
    """Return how often each function of the package is called by a send."""
    found = Counter()

    def note(frame, event, argument):
        if event == "call" and frame.f_globals.get("__name__", "").startswith("emailapi."):
            found[f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"] += 1

    sys.setprofile(note)
    try:
        send()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("error", [None, ConnectionFailed("down")], ids=["healthy", "down"])
def test_a_users_transports_check_an_email_once_and_the_primary_completes_it_once(error):
    for send in (
        lambda first, second: Fallback(first, second).send(EMAIL),
        lambda first, second: Fallback(first, second).send_batch([EMAIL]),
        lambda first, second: Client(transport=first, fallback=second).outbound.send(EMAIL),
        lambda first, second: Client(transport=Fallback(first, second)).outbound.send(EMAIL),
    ):
        first, second = Counting(error), Counting()
        send(first, second)
        assert first.calls == {"check": 1, "complete": 1}
        assert second.calls == {"check": 1}


def test_a_check_that_a_users_class_adds_to_ours_is_called_once_for_each_email():
    for emails, send in (
        (1, lambda transport: Client(transport=transport).outbound.send(EMAIL)),
        (2, lambda transport: Client(transport=transport).outbound.send_batch([EMAIL] * 2)),
        (1, lambda transport: Fallback(transport, Bare()).send(EMAIL)),
        (2, lambda transport: Fallback(Bare(ConnectionFailed("down")), transport).send_batch([EMAIL] * 2)),
    ):
        transport = Strict()
        send(transport)
        assert (transport.checks, len(transport.sent)) == (emails, emails)


def test_a_successful_send_checks_each_transport_once_and_converts_nothing_twice(serve, connect):
    client = connect(serve(), fallback=SMTPTransport("127.0.0.1", 9, tls="none"), deadline=60.0)
    client.outbound.send(EMAIL)
    found = called_in(lambda: client.outbound.send(EMAIL))
    assert found["emailapi.transports.user_transport.as_transport"] == 2
    again = {name for name in found if name.startswith(("emailapi.settings.", "emailapi.models.fields."))}
    assert again <= {"emailapi.models.fields.as_record"}
    assert not [name for name in found if name.startswith("emailapi.transports.smtp.pool")]


def test_an_email_is_completed_without_a_change_of_the_users_own(serve, connect):
    service = serve()
    client = connect(service, fallback=Bare(), sender="us@example.com", message_stream="news")
    email = EMAIL.replace(sender=None, metadata={"a": "1"})
    client.outbound.send(email)
    assert (email.sender, email.message_stream, email.idempotency_key, email.metadata) == (None, None, None, {"a": "1"})
    assert service.accepted[0].stream == "news"


def test_an_email_that_fails_over_has_all_fields_that_the_user_gave(connect, serve):
    second = Bare()
    client = connect(serve(listening=False), fallback=second, message_stream="news")
    email = Email(
        sender="A <a@example.com>",
        to="b@example.com",
        cc="c@example.com",
        bcc="d@example.com",
        reply_to="e@example.com",
        subject="s",
        text_body="t",
        html_body="h",
        tag="x",
        metadata={"a": "1"},
        headers={"X-A": "b"},
        track_opens=True,
        track_links="HtmlOnly",
    )
    client.outbound.send(email)
    (sent,) = second.sent
    assert sent == email.replace(message_stream="news", idempotency_key=sent.idempotency_key)
    assert type(sent) is Email
    assert sent.idempotency_key


def test_an_omitted_field_has_its_own_default_in_each_email():
    second = Bare()
    fallback = Fallback(Bare(ConnectionFailed("down")), second, ignore={"tag", "metadata", "headers", "track_opens"})
    email = EMAIL.replace(tag="x", metadata={"a": "1"}, headers={"X-A": "b"}, track_opens=False)
    fallback.send_batch([email, email])
    assert second.sent == [EMAIL] * 2
    assert second.sent[0].metadata is not second.sent[1].metadata
