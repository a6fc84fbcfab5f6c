"""`Retry-After`: in seconds, as a date, and neither."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from emailapi import Email, Hooks, Outcome, RateLimited, Retry

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)
EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
HOUR = 3600.0


@pytest.mark.parametrize("text", ["-5", "1.5", "soon", "", "0", formatdate(0, usegmt=True), "Thu, 99 Foo 2099"])
def test_a_past_or_unreadable_retry_after_is_ignored(text, serve, connect, reply, accepted):
    peer = serve(reply(b"", 429, Retry_After=text), accepted)
    connect(peer.url, retry=QUICK).outbound.send(EMAIL)
    assert len(peer.seen) == 2


@pytest.mark.parametrize("text", ["31", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once(text, serve, connect, reply, accepted):
    peer = serve(reply(b"", 429, Retry_After=text), accepted)
    with pytest.raises(RateLimited) as caught:
        connect(peer.url, retry=QUICK).outbound.send(EMAIL)
    assert (caught.value.outcome, caught.value.attempts) == (Outcome.NOT_SENT, 1)
    assert caught.value.retry_after > 30
    assert len(peer.seen) == 1


@pytest.mark.parametrize("text", ["86401", "9" * 400, "9" * 40_000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_retry_after_of_more_than_a_day_is_a_day(text, serve, connect, reply):
    with pytest.raises(RateLimited) as caught:
        connect(serve(reply(b"", 429, Retry_After=text)).url).outbound.send(EMAIL)
    assert caught.value.retry_after == 86_400
    assert "retry after 86400 s" in str(caught.value)


@pytest.mark.costly
@pytest.mark.parametrize("ahead", [-HOUR, HOUR], ids=["behind", "ahead"])
def test_a_retry_after_date_is_read_by_the_clock_of_the_responding_host(ahead, serve, connect, accepted):
    """A clock that is an hour off neither sends all attempts at once nor ends the call."""

    def busy(seen):
        now = time.time() + ahead
        head = f"Date: {formatdate(now, usegmt=True)}\r\nRetry-After: {formatdate(now + 1, usegmt=True)}"
        return f"HTTP/1.1 429 No\r\nContent-Length: 0\r\n{head}\r\n\r\n".encode()

    waits = []
    peer = serve(busy, accepted)
    hooks = Hooks(on_retry=lambda event: waits.append(event.wait))
    connect(peer.url, retry=QUICK, hooks=hooks).outbound.send(EMAIL)
    assert waits == [1.0]


def test_the_retry_after_attribute_uses_the_clock_of_the_responding_host(serve, connect, reply):
    late = {"Date": formatdate(time.time() + HOUR, usegmt=True), "Retry_After": formatdate(time.time() + 2 * HOUR)}
    with pytest.raises(RateLimited) as caught:
        connect(serve(reply(b"", 429, **late)).url).outbound.send(EMAIL)
    assert HOUR - 2 <= caught.value.retry_after <= HOUR + 2


@pytest.mark.parametrize("date", ["", "soon", "0", "Thu, 99 Foo 2099"])
def test_a_retry_after_date_without_a_date_header_is_read_by_the_local_clock(date, serve, connect, reply):
    peer = serve(reply(b"", 429, Retry_After=formatdate(time.time() + HOUR, usegmt=True), Date=date))
    with pytest.raises(RateLimited) as caught:
        connect(peer.url).outbound.send(EMAIL)
    assert HOUR - 5 <= caught.value.retry_after <= HOUR


@pytest.mark.parametrize("text", ["0", formatdate(0, usegmt=True)])
def test_a_retry_after_is_never_less_than_the_backoff(text, serve, connect, reply):
    waits = []
    client = connect(
        serve(reply(b"", 429, Retry_After=text)).url,
        retry=Retry(attempts=4, initial=0.04, maximum=0.1),
        hooks=Hooks(on_retry=lambda event: waits.append(event.wait)),
    )
    with pytest.raises(RateLimited):
        client.outbound.send(EMAIL)
    assert all(least <= wait <= 2 * least for wait, least in zip(waits, (0.02, 0.04, 0.05), strict=True))
