"""Posting one email, or one chunk: what is made of odd responses, of closing, and of the metadata's room."""

from __future__ import annotations

import gzip

import pytest

from emailapi import (
    ConfigurationError,
    DeliveryUnknown,
    Email,
    RateLimited,
    Retry,
    SendResult,
)
from emailapi.models.bulk import BulkEmail, BulkMessage

from ..faults.calls import EMAIL_CALLS, is_not_sent, is_unknown, new_email
from ..faults.modes import MODES, Mode, listing, respond_with
from ..faults.wire import reply

RESET, UNDONE = MODES["reset"], MODES["reset-not-done"]
FULL = {f"n{number}": "x" for number in range(10)}


@pytest.mark.parametrize(
    "odd", [{"To": ["a"]}, {"Message": {"a": 1}}, {"ErrorCode": None, "To": {}}], ids=["To", "Message", "no code"]
)
def test_unusual_fields_do_not_change_a_success(odd, serve, connect):
    """An email whose response says accepted, and names it, is accepted, whatever types its other fields have."""
    value = {"ErrorCode": 0, "MessageID": "id-7", **odd}
    service = serve(Mode("odd", "fine", respond_with(value)), Mode("odd", "fine", respond_with([value])))
    client = connect(service)
    results = [client.outbound.send(new_email("a")), *client.outbound.send_batch([new_email("b")])]
    assert [(result.message_id, result.reconciled) for result in results] == [("id-7", False)] * 2


def test_an_unreadable_code_is_not_a_success(serve, connect):
    """A response whose code cannot be read says nothing, although it names a message: the email is looked up."""
    service = serve(Mode("odd", "odd", respond_with({"ErrorCode": "zero", "MessageID": "x"})))
    assert connect(service).outbound.send(new_email("a")).message_id == "id-1"


def test_a_truncated_gzip_response_is_looked_up(serve, connect):
    """A response whose compressed body is cut says nothing: the email is looked up."""
    cut = gzip.compress(b'{"ErrorCode": 0, "MessageID": "x"}')[:-9]
    service = serve(Mode("gzip", "odd", respond_with(cut, Content_Encoding="gzip")))
    assert connect(service).outbound.send(new_email("a")).message_id == "id-1"


def test_many_1xx_responses_are_skipped(serve, connect):
    """Thousands of early responses are passed over; the last one counts."""
    flood = Mode(
        "flood",
        "fine",
        lambda exchange: (
            exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 2_000)
            and respond_with(exchange.value)(exchange)
        ),
    )
    service = serve(flood)
    result = connect(service).outbound.send(new_email("a"))
    assert (result.message_id, result.reconciled) == ("id-1", False)


def test_trailing_bytes_are_not_the_next_response(serve, connect):
    def twice(exchange):
        return exchange.send(reply(exchange.value) + reply({"ErrorCode": 0, "MessageID": "stale"}))

    client = connect(serve(Mode("twice", "fine", twice)))
    assert [client.outbound.send(new_email(tag)).message_id for tag in "ab"] == ["id-1", "id-2"]


def test_a_mapping_changed_between_attempts_is_sent_as_given(serve, connect):
    given = {"sender": "a@example.com", "to": "a@example.com", "text_body": "x", "metadata": {"n": "1"}}
    metadata = given["metadata"]
    busy = Mode(
        "busy", "again", lambda exchange: metadata.update(n="2") or respond_with(b"", 429)(exchange), accepts=False
    )
    service = serve(busy, busy)
    client = connect(service, retry=Retry(attempts=3, initial=0.01))
    client.outbound.send(given)
    metadata["n"] = "1"
    service.script[:] = [busy]
    client.outbound.send_batch([given])
    assert [one.metadata["n"] for one in service.accepted] == ["1", "1"]


def test_the_error_of_a_lost_bulk_request_without_a_key_says_so(serve, connect):
    message = BulkMessage(to="b@example.com")
    bulk = BulkEmail(sender="a@example.com", subject="s", text_body="x", messages=[message], metadata=FULL)
    for mode in (RESET, MODES["500-done"], MODES["html"]):
        with pytest.raises(DeliveryUnknown, match="cannot be looked up") as caught:
            connect(serve(mode)).outbound.send_bulk(bulk)
        assert is_unknown(caught.value, key=False)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("seconds, single, chunk", [(30, True, True), (32, False, True), (35, False, False)])
def test_the_deadline_of_a_chunk_grows_with_its_size(seconds, single, chunk, serve, connect):
    """Each megabyte of a chunk gives it a second more; a single email has the deadline alone."""
    busy = Mode("busy", "again", respond_with(b"", 429, Retry_After=str(seconds)), accepts=False)
    big = new_email("a", text_body="x" * 2_000_000, metadata=FULL)
    client = connect(serve(busy), deadline=31)
    if single:
        client.outbound.send(big)
    else:
        with pytest.raises(RateLimited):
            client.outbound.send(big)
    (item,) = connect(serve(busy), deadline=31).outbound.send_batch([big])
    assert isinstance(item, SendResult) is chunk


def test_a_chunk_without_time_fails_alone(serve, connect, clock):
    """A chunk whose time is over fails alone: those before and behind it have a time of their own."""

    def late(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\nX: ")
        clock.advance(60.0)
        exchange.send(b"x")
        exchange.silence()

    client = connect(serve(None, Mode("late", "eaten", late)))
    items = client.outbound.send_batch([new_email(f"m{number}", metadata=FULL) for number in range(1001)])
    assert len(items) == 1001
    assert all(isinstance(item, SendResult) for item in [*items[:500], items[1000]])
    assert all(is_unknown(item, key=False) for item in items[500:1000])


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
def test_a_closed_client_sends_nothing(call, serve, connect):
    """After `close()` every way to send is a `ConfigurationError`, and nothing leaves."""
    service = serve()
    client = connect(service)
    client.close()
    with pytest.raises(ConfigurationError, match="closed"):
        call.make(client)
    for look in (lambda: client.outbound.find("k"), lambda: client.messages.get("1")):
        with pytest.raises(ConfigurationError, match="closed"):
            look()
    assert not service.connections


def test_closing_the_client_prevents_the_next_attempt(serve, connect, clock):
    service = serve(*[MODES["429"]] * 2)
    client = connect(service)
    clock.before_pause = client.close
    with pytest.raises(ConfigurationError) as caught:
        client.outbound.send(new_email("a"))
    assert is_not_sent(caught.value)
    assert len(service.seen) == 1


def test_a_retried_email_is_found_by_the_key_of_all_its_attempts(serve, connect):
    service = serve(MODES["429"], RESET)
    result = connect(service).outbound.send(new_email("a"))
    sent = [seen.json["Metadata"]["emailapi-key"] for seen in service.seen if seen.method == "POST"]
    assert sent == [result.idempotency_key] * 2


@pytest.mark.usefixtures("clock")
def test_an_email_is_resent_after_half_of_the_time(serve, connect):
    """With "resend" a look-up that finds nothing leaves half of the time, and the copy carries the same bytes."""
    service = serve(UNDONE)
    connect(service, on_unknown="resend").outbound.send(new_email("a"))
    first, second = (seen.body for seen in service.seen if seen.method == "POST")
    assert first == second


@pytest.mark.usefixtures("clock")
def test_check_first_sends_a_copy_if_the_search_index_is_delayed(serve, connect):
    """A job that is run again before the index knows its first email sends a second: as exact as the index is quick."""
    service = serve(lag=0.2)
    client = connect(service)
    for expected in (1, 2):
        client.outbound.send(new_email("a"), idempotency_key="job", check_first=True)
        assert service.times("a") == expected
    service.lag = 0.0
    assert client.outbound.send(new_email("a"), idempotency_key="job", check_first=True).reconciled


def test_a_rejected_check_sends_nothing(serve, connect):
    """With `check_first` a search that is put off for longer than there is leaves the email unsent."""
    slow = Mode("busy", "again", respond_with(b"", 429, Retry_After="99"), accepts=False)
    service = serve(searching=[slow] * 3)
    with pytest.raises(RateLimited):
        connect(service).outbound.send(new_email("a"), idempotency_key="job", check_first=True)
    assert not service.accepted


@pytest.mark.usefixtures("clock")
def test_rows_without_a_message_are_ignored(serve, connect):
    service = serve(UNDONE, searching=[Mode("x", "fine", listing({"Metadata": {"emailapi-key": "k"}}))] * 99)
    with pytest.raises(DeliveryUnknown):
        connect(service).outbound.send(Email(**_bare()), idempotency_key="k")


def _bare():
    return {"sender": "a@example.com", "to": "b@example.com", "text_body": "x"}
