"""`SMTPTransport.check` finds what sending would reject, and encodes nothing to find it."""

from __future__ import annotations

import tracemalloc

import pytest

from emailapi import Attachment, ConnectionFailed, Email, Fallback, InvalidEmail, MemoryTransport, Retry, SMTPTransport

from .emails import new_email


def nowhere(**options):
    return SMTPTransport("127.0.0.1", 9, tls="none", retry=Retry(attempts=1), **options)


WRONG = [
    {"sender": None},
    {"to": ()},
    {"text_body": None},
    {"tag": "welcome"},
    {"metadata": {"user": "7"}},
    {"message_stream": "outbound"},
    {"track_opens": True},
    {"to": "=?x?=@example.org"},
    {"cc": "=?x?=@example.org"},
    {"bcc": "=?x?=@example.org"},
    {"reply_to": "Ada <=?x?=@example.org>"},
    {"sender": "=?x?=@example.org"},
    {"headers": [("Resent-Bcc", "a@example.org")]},
    {"headers": [("X-" + "a" * 100, "b")]},
    {"headers": [("List-Unsubscribe", "<https://example.org/" + "a" * 2000 + ">")]},
    {"headers": [("Date", "today"), ("Date", "tomorrow")]},
    {"headers": [("Message-ID", "<a@b>"), ("Message-ID", "<c@d>")]},
    {"attachments": [Attachment(name="a.eml", content=b"X: \xff\r\n\r\n", content_type="message/rfc822")]},
    {"attachments": [Attachment(name="a", content=b"", content_type="multipart/mixed")]},
    {"attachments": [Attachment(name="a", content=b"", content_type='text/plain; charset="open')]},
    {"attachments": [Attachment(name="a.png", content=b"", content_id="x" * 2000)]},
    {"attachments": [Attachment(name="a.png", content=b"", content_id="x" * 2000)], "html_body": "<p>"},
]


@pytest.mark.parametrize("fields", WRONG, ids=lambda fields: next(reversed(fields)))
def test_check_and_send_raise_the_same_errors(fields):
    email = Email(**{"sender": "me@example.com", "to": "you@example.org", "text_body": "x", **fields})
    with pytest.raises(InvalidEmail) as sent:
        nowhere().send(email)
    with pytest.raises(InvalidEmail) as checked:
        nowhere().check(email)
    assert (checked.value.field, str(checked.value)) == (sent.value.field, str(sent.value))


def test_an_email_that_passes_check_fails_only_by_its_connection():
    email = new_email(headers={"X-A": "b"}, attachments=[Attachment(name="a.pdf", content=b"%PDF")], html_body="<p>")
    nowhere().check(email)
    with pytest.raises(ConnectionFailed):
        nowhere().send(email)


def test_neither_check_nor_a_fallback_that_is_not_needed_encodes_a_file():
    email = new_email(attachments=[Attachment(name="a.pdf", content=b"x" * 10_000_000)])
    primary = MemoryTransport()
    transport = Fallback(primary, nowhere())
    nowhere().check(new_email())  # loads what it needs
    tracemalloc.start()
    try:
        nowhere().check(email)
        transport.send(email)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert primary.sent == [email]
    assert peak < 1_000_000
