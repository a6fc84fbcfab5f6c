"""Faults of the API and of an SMTP server behind it, together: what both took, and what the caller is told."""

from __future__ import annotations

import contextlib

import pytest

from emailapi import (
    APITransport,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    EmailAPIError,
    Fallback,
    InvalidEmail,
    Outcome,
    Retry,
    SendResult,
    SMTPTransport,
)

from ..transports.smtp.listener import Listener
from ..transports.smtp.scripted import Scripted, Talk, polite
from .calls import EMAIL_CALLS, came_of, new_email
from .modes import MODES

CALLS = [call for call in EMAIL_CALLS if "template" not in call.name]
QUICK = Retry(attempts=2, initial=0.01, maximum=0.02)
# What the API does, and whether the secondary may then be asked.
API = ["429", "503-code-100", "422", "302", "500", "500-done", "reset", "reset-not-done", "close", "html", "cut"]
# What the SMTP server does to each email, how many emails it then has of one, and how that ends.
SMTP = {
    "well": (polite(), 1, "accepted"),
    "refuses": (polite(rcpt=b"550 5.1.1 no such user"), 0, "not_sent"),
    "puts off": (polite(mail=b"451 4.3.0 try later"), 0, "not_sent"),
    "no greeting": (polite(greeting=Talk.cut), 0, "not_sent"),
    "cut before data": (polite(data=Talk.cut), 0, "not_sent"),
    "cut behind data": (polite(ends=[Talk.cut]), 1, "unknown"),
    "rejects the email": (polite(ends=[b"554 5.7.1 spam"]), 1, "not_sent"),
}


def smtp_to(port: int, **options) -> SMTPTransport:
    return SMTPTransport("127.0.0.1", port, **{"retry": QUICK, "timeout": 10.0, "postmark_headers": True, **options})


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("behind", SMTP)
@pytest.mark.usefixtures("clock")
def test_an_email_is_sent_at_most_once_if_both_transports_fail(behind, call, serve, connect):
    script, copies, ends = SMTP[behind]
    with contextlib.ExitStack() as closing:
        for mode in (MODES[name] for name in API):
            service = serve(*[mode] * 9, elsewhere=serve())
            server = Scripted(script)
            closing.callback(server.close)
            with connect(service, fallback=smtp_to(server.port), retry=QUICK) as client:
                came = came_of(call, client)
            asked = mode.ends == "again"
            for tag, item in zip(call.tags, came.items, strict=True):
                by_smtp = sum(f"X-PM-Tag: {tag}\r\n".encode() in sent for sent in server.messages)
                assert by_smtp == (copies if asked else 0), mode
                assert service.times(tag) <= 1, mode
                if asked:
                    assert service.times(tag) == 0
                    assert item.outcome.value == ends, mode
                    assert isinstance(item, SendResult) == (ends == "accepted")
                elif mode.ends == "rejected":
                    assert item.outcome is Outcome.NOT_SENT
                elif not isinstance(item, SendResult):
                    assert isinstance(item, DeliveryUnknown), mode
                    assert item.idempotency_key


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_smtp_sends_the_same_email_with_the_same_key(call, serve, connect):
    with Listener() as server:
        client = connect(serve(listening=False), fallback=smtp_to(server.port), message_stream="news")
        came = came_of(call, client)
        assert [item.via for item in came.items] == ["smtp"] * len(call.tags)
        assert len(server.envelopes) == len(call.tags)
        for tag, item, envelope in zip(call.tags, came.items, server.envelopes, strict=True):
            assert envelope.rcpt_tos == [f"{tag}@example.com"]
            for line in (
                f"X-PM-Tag: {tag}",
                "X-PM-Message-Stream: news",
                f"X-PM-Metadata-emailapi-key: {item.idempotency_key}",
            ):
                assert f"{line}\r\n".encode() in envelope.content


@pytest.mark.parametrize("field", ["tag", "metadata", "message_stream", "track_opens", "track_links", "headers"])
def test_fields_that_smtp_cannot_send_are_rejected_or_omitted_while_the_api_works(field, serve, connect):
    value = {"tag": "a", "metadata": {"a": "b"}, "track_opens": True, "headers": {"X-A": "b"}}.get(field, "HtmlOnly")
    given = {"to": "a@example.com", "sender": "s@example.com", "text_body": "x", field: value}
    with Listener() as server:
        service = serve()
        plain = smtp_to(server.port, postmark_headers=False)
        client = connect(service, fallback=plain)
        if field == "headers":
            assert client.outbound.send(given).via == "api"
            return
        with pytest.raises(InvalidEmail) as caught:
            client.outbound.send(given)
        assert caught.value.field == field
        assert not service.seen
        client = connect(serve(listening=False), fallback=plain, fallback_ignore={field})
        assert client.outbound.send(given).via == "smtp"
        assert b"X-PM" not in server.envelopes[0].content


def test_a_fallback_can_be_built_from_transports(serve, connect):
    """`Fallback(APITransport(client), SMTPTransport(...))` does what the client's own does."""
    with Listener() as server:
        with Fallback(APITransport(connect(serve(listening=False))), smtp_to(server.port)) as transport:
            result = transport.send(new_email("a"))
        assert result.via == "smtp"
        assert f"X-PM-Metadata-emailapi-key: {result.idempotency_key}\r\n".encode() in server.envelopes[0].content


def test_smtp_can_be_the_primary(serve, connect):
    """By SMTP first, what a server puts off leaves by the API, and what it rejects does not."""
    for reply, via in ((b"451 4.3.0 try later", "api"), (b"550 5.1.1 no such user", None)):
        server, service = Scripted(polite(rcpt=reply)), serve()
        with contextlib.closing(server), smtp_to(server.port) as first:
            transport = Fallback(first, APITransport(connect(service)))
            if via:
                assert transport.send(new_email("a")).via == via
            else:
                with pytest.raises(EmailAPIError) as caught:
                    transport.send(new_email("a"))
                assert caught.value.code == 550
        assert len(service.accepted) == (1 if via else 0)


def test_both_transports_share_one_deadline_for_a_batch(serve, connect, clock):
    """Emails that fall back to a server that drips share the time that is left; those behind are not tried."""
    server = Scripted(polite(mail=lambda talk: (clock.advance(99.0), talk.drip())))
    with contextlib.closing(server):
        client = connect(serve(listening=False), fallback=smtp_to(server.port), retry=Retry(attempts=1))
        batch = client.outbound.send_batch([new_email(str(number)) for number in range(5)])
        assert [type(item) for item in batch] == [DeadlineExceeded, *[ConnectionFailed] * 4]
        assert server.verbs().count("MAIL") == 1
