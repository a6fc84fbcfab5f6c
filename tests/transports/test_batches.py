"""Batches: chunks, places and keys, and what of a chunk is sent again."""

from __future__ import annotations

import json

import pytest

from emailapi import (
    Client,
    ConfigurationError,
    DeliveryUnknown,
    Email,
    EmailAPIError,
    Outcome,
    RateLimited,
    Retry,
    SendResult,
)
from emailapi.settings import Options
from emailapi.transports.api.payload import EMAILS
from emailapi.transports.api.transport import APITransport
from emailapi.transports.batch import not_started

from ..faults.calls import is_not_sent, is_unknown, new_email
from ..faults.modes import MODES, Mode, keyed, respond_with

OPTIONS = Options(timeout=(1.0, 1.0))
RESET = MODES["reset"]


def batches(emails, limit=500):
    return APITransport._create(None, OPTIONS, EMAILS)._batches(emails, limit)


def metadata(payload):
    return json.loads(payload.part)["Metadata"]


def test_a_chunk_has_one_batch_key_and_each_email_its_own():
    found = list(batches([new_email("a")] * 5, 2))
    assert [chunk.count for chunk in found] == [2, 2, 1]
    for chunk in found:
        payloads = chunk.payloads.values()
        assert {metadata(payload)["emailapi-batch"] for payload in payloads} == {chunk.key}
        assert [metadata(payload)["emailapi-key"] for payload in payloads] == [it.key for it in payloads]
    assert len({chunk.key for chunk in found}) == 3
    assert len({payload.key for chunk in found for payload in chunk.payloads.values()}) == 5


@pytest.mark.costly
def test_an_email_moved_to_the_next_chunk_has_the_key_of_that_chunk():
    big = [new_email(f"m{number}", text_body="x" * 4_900_000) for number in range(11)]
    first, second = batches(big)
    assert (len(first.payloads), len(second.payloads)) == (10, 1)
    assert metadata(second.payloads[10])["emailapi-batch"] == second.key != first.key
    assert first.size <= 50_000_000


def test_invalid_emails_alone_fill_a_chunk():
    """Emails that are not valid fill chunks as others do: their errors are not gathered without end."""
    found = list(batches([{}] * 5, 2))
    assert [(len(chunk.payloads), len(chunk.invalid)) for chunk in found] == [(0, 2), (0, 2), (0, 1)]


def test_emails_taken_before_the_input_raises_are_sent():
    """They are a chunk of their own."""

    def broken():
        yield new_email("a")
        raise LookupError

    found = batches(broken())
    assert next(found).count == 1
    with pytest.raises(LookupError):
        next(found)


def test_results_are_in_the_order_of_the_input():
    (chunk,) = batches([new_email("a"), {"txt_body": "x"}, new_email("b")])
    sent = SendResult(message_id="1")
    first, second, third = chunk.items({2: sent}, not_started())
    assert third is sent
    assert second.index == 1
    assert (first.outcome, first.retryable) == (Outcome.NOT_SENT, True)
    assert "not sent" in str(first)


def test_each_email_of_a_failed_chunk_has_its_own_error(serve, connect):
    for mode, kind in ((MODES["reset"], DeliveryUnknown), (MODES["422"], EmailAPIError), (MODES["429"], RateLimited)):
        items = connect(serve(*[mode] * 3), reconcile=False).outbound.send_batch([new_email("a"), new_email("b")])
        assert all(isinstance(item, kind) for item in items)
        assert items[0] is not items[1]
        assert [item.index for item in items] == [0, 1]
        assert items[0].replace(index=1) == items[1]


def test_a_retried_chunk_has_the_same_bytes(serve, connect):
    service = serve(MODES["429"], MODES["503-code-100"])
    assert len(connect(service).outbound.send_batch([new_email("a"), new_email("b")]).accepted) == 2
    assert len({seen.body for seen in service.seen}) == 1
    assert len(service.seen) == 3


def test_closing_the_client_between_chunks_keeps_the_results(serve, connect):
    """A client that is closed between two chunks: the first one's results stand, the second's were not sent."""
    service = serve()
    client = connect(service, reconcile=False)
    service.script[:] = [
        Mode("closing", "fine", lambda exchange: client.close() or respond_with(exchange.value)(exchange))
    ]
    items = client.outbound.send_batch([new_email("a")] * 501)
    assert all(isinstance(item, SendResult) for item in items[:500])
    assert isinstance(items[500], ConfigurationError)
    assert is_not_sent(items[500])


def test_closing_the_client_before_the_first_chunk_raises(serve, connect):
    """Where not even one chunk could be tried the error is raised, and no result pretends to be one."""
    service = serve(MODES["429"])
    client = connect(service)
    service.script[:] = [
        Mode("closing", "again", lambda exchange: client.close() or respond_with(b"", 429)(exchange), accepts=False)
    ]
    with pytest.raises(ConfigurationError, match="closed"):
        client.outbound.send_batch([new_email("a")])
    assert not service.accepted


def test_a_failed_check_is_the_error_of_its_email(serve, connect):
    service = serve(searching=[MODES["422"]])
    given = [new_email("a", idempotency_key="a"), new_email("b", idempotency_key="b")]
    first, second = connect(service).outbound.send_batch(given, check_first=True)
    assert is_not_sent(first)
    assert isinstance(second, SendResult)
    assert [one.tag for one in service.accepted] == ["b"]


def test_check_first_posts_nothing_if_all_emails_were_sent_before(serve, connect):
    service = serve()
    client = connect(service)
    given = [new_email(tag, idempotency_key=tag) for tag in "ab"]
    client.outbound.send_batch(given)
    again = client.outbound.send_batch(given, check_first=True)
    assert all(item.reconciled for item in again)
    assert sum(seen.method == "POST" for seen in service.seen) == 1


def test_only_the_lost_part_of_a_batch_is_looked_up(serve, connect):
    leave = Mode("one-null", "lost", lambda exchange: respond_with([exchange.value[0], None])(exchange))
    service = serve(leave)
    first, second = connect(service).outbound.send_batch([new_email("a"), new_email("b")])
    assert (first.reconciled, second.reconciled) == (False, True)
    (search,) = [seen for seen in service.seen if seen.method == "GET"]
    assert "metadata_emailapi-key=" in search.target


@pytest.mark.usefixtures("clock")
def test_a_batch_is_found_only_by_its_own_emails(serve, connect):
    service = serve(MODES["reset-not-done"], searching=[Mode("x", "fine", keyed(lambda key: f"{key}0"))] * 99)
    items = connect(service).outbound.send_batch([new_email("a"), new_email("b")])
    assert all(is_unknown(item) for item in items)


def test_a_repeated_key_within_a_request_is_rejected(serve, connect):
    """Of two emails with one key in one request the second is rejected: finding one proves nothing of the other."""
    service = serve()
    given = [
        new_email("a", idempotency_key="k"),
        new_email("b", idempotency_key="k"),
        new_email("c", idempotency_key="l"),
        new_email("d"),
    ]
    result = connect(service).outbound.send_batch(given)
    assert [isinstance(item, SendResult) for item in result] == [True, False, True, True]
    assert (result[1].field, result[1].index) == ("idempotency_key", 1)
    assert [one.tag for one in service.accepted] == ["a", "c", "d"]


def test_after_a_check_without_a_response_no_email_is_sent(serve, connect):
    service = serve(searching=[None, *[MODES["reset"]] * 9])
    client = connect(service, retry=Retry(attempts=1))
    given = [new_email(tag, idempotency_key=tag) for tag in "abcd"]
    result = client.outbound.send_batch(given, check_first=True)
    assert [isinstance(item, SendResult) for item in result] == [True, False, False, False]
    assert all(item.retryable and not item.may_have_been_sent for item in result.failed)
    assert sum(seen.method == "GET" for seen in service.seen) == 2
    assert [one.tag for one in service.accepted] == ["a"]


@pytest.mark.parametrize("email", [{"to": "x", "idempotency_key": "key-2"}, Email(idempotency_key="key-2")])
def test_an_invalid_item_has_the_key_of_its_email(email):
    given = [{"sender": "a@example.com", "to": "b@example.com", "text_body": "Hi"}, email]
    items = Client.in_memory().outbound.send_batch(given)
    assert (items[1].index, items[1].idempotency_key) == (1, "key-2")
