"""`client.outbound`: keys, finding emails by them, and many emails."""

from __future__ import annotations

import threading
import uuid
import warnings

import attrs
import pytest

from emailapi import Email, InvalidArgument, InvalidEmail, Outcome
from emailapi._delivery import new_keys

from ..clock import wait_for

EMAIL = Email(to="you@example.com", subject="Hello", text_body="Hi")


def new_emails(count: int):
    """Yield so many emails."""
    return (Email(to=f"user{number}@example.com", text_body=str(number)) for number in range(count))


def test_new_keys_are_uuids():
    keys = new_keys(50)
    assert {(uuid.UUID(key).version, uuid.UUID(key).variant) for key in keys} == {(4, uuid.RFC_4122)}
    assert len(set(keys)) == 50


def test_an_email_is_found_by_its_key(client):
    """`find` returns the email that carries a key, whichever call sent it, and None for any other key."""
    sent = client.outbound.send(EMAIL, idempotency_key="found-1")
    found = client.outbound.find("found-1")
    assert (found.message_id, found.reconciled, found.idempotency_key) == (sent.message_id, True, "found-1")
    assert [client.outbound.find(key) for key in ("found-", "found-11", "FOUND-1", "nobody")] == [None] * 4
    assert client.outbound.find("found-1", message_stream="broadcast") is None


@pytest.mark.parametrize("key", ["", None, 7, b"k", "x" * 81, "\ud800", "a\nb", "a\0b"])
def test_a_key_that_no_email_can_have_is_an_invalid_argument(client, key):
    with pytest.raises(InvalidArgument, match="idempotency_key") as caught:
        client.outbound.find(key)
    assert type(caught.value) is InvalidArgument
    assert caught.value.argument == "key_or_error"


@pytest.mark.parametrize("stream", [7, "\ud800", "a\nb"])
def test_an_invalid_stream_is_an_invalid_argument(client, stream):
    with pytest.raises(InvalidArgument, match="message_stream"):
        client.outbound.find("k", message_stream=stream)


def test_the_longest_key_is_found(client):
    key = "ü" * 80
    sent = client.outbound.send(EMAIL, idempotency_key=key)
    assert client.outbound.find(key).message_id == sent.message_id


def test_with_check_first_an_email_that_is_found_is_not_sent_again(client):
    before = client.messages.list().total_count
    first = client.outbound.send(EMAIL, idempotency_key="once-1", check_first=True)
    again = client.outbound.send(EMAIL, idempotency_key="once-1", check_first=True)
    assert (first.reconciled, again.reconciled) == (False, True)
    keyed = [attrs.evolve(EMAIL, idempotency_key=key) for key in ("once-1", "once-2")]
    batch = client.outbound.send_batch(keyed, check_first=True)
    assert [item.reconciled for item in batch] == [True, False]
    assert client.messages.list().total_count == before + 2


def test_check_first_requires_a_key(client):
    """`check_first` without a key of the email's own has nothing to look for."""
    with pytest.raises(InvalidArgument, match="check_first"):
        client.outbound.send(EMAIL, check_first=True)
    with pytest.raises(InvalidArgument, match="check_first"):
        client.outbound.send_batch([EMAIL], check_first=True)


def test_an_email_without_room_carries_no_key(client):
    """An email with ten pairs of metadata is sent as it is; one that uses the key's name is rejected."""
    full = {str(number): "x" for number in range(10)}
    sent = client.outbound.send({"to": "a@example.com", "text_body": "x", "metadata": full})
    assert client.messages.get(sent.message_id).metadata == full
    with pytest.raises(InvalidEmail, match="emailapi-key"):
        client.outbound.send({"to": "a@example.com", "text_body": "x", "metadata": {"Emailapi-Key": "mine"}})


def test_without_reconciling_nothing_is_added(client):
    """`reconcile=False` sends the metadata as it was given, and no more."""
    sent = client.with_options(reconcile=False).outbound.send(EMAIL)
    assert client.messages.get(sent.message_id).metadata == {}


def test_send_many_returns_results_in_the_order_of_the_input(client):
    given = [*new_emails(7), {"txt_body": "wrong"}, *new_emails(4)]
    told = []
    with client.outbound.send_many(
        given, chunk_size=3, progress=lambda done, total: told.append((done, total))
    ) as many:
        results = list(many)
    assert [item.outcome for item in results] == [*[Outcome.ACCEPTED] * 7, Outcome.NOT_SENT, *[Outcome.ACCEPTED] * 4]
    assert (results[7].index, results[7].field) == (7, "txt_body")
    assert [result.to for result in results[:7]] == [f"user{number}@example.com" for number in range(7)]
    assert (many.counts.accepted, many.counts.not_sent, many.counts.unknown) == (11, 1, 0)
    assert told[-1] == (12, 12)


@pytest.mark.costly
def test_send_many_reads_the_input_as_needed(client):
    """At the first result a few chunks are taken from the input, not all of it."""
    taken = []

    def generator():
        for email in new_emails(100):
            taken.append(email)
            yield email

    with client.outbound.send_many(generator(), workers=2, chunk_size=5) as many:
        next(many)
        assert len(taken) <= 5 * 5  # twice as many chunks as workers, and the one that is read
        assert many.wait().accepted == 100


@pytest.mark.costly
def test_sending_starts_at_the_call_and_warns_when_dropped(client):
    before = client.messages.list().total_count
    with pytest.warns(RuntimeWarning, match="10 emails were taken, 40 are not sent"):
        client.outbound.send_many([*new_emails(50)], workers=1, chunk_size=5)
    wait_for(lambda: client.messages.list().total_count == before + 10)
    assert client.messages.list().total_count == before + 10


def test_leaving_send_many_early_stops_its_threads(client):
    """After an early exit no thread of the sending is left, and each email that was taken has a result or an error."""
    with client.outbound.send_many(new_emails(100), workers=2, chunk_size=5) as many:
        first = next(many)
    rest = list(many)
    assert first.outcome is Outcome.ACCEPTED
    assert 0 < len(rest) < 99
    assert {item.outcome for item in rest} <= {Outcome.ACCEPTED, Outcome.NOT_SENT}
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("emailapi-send")]


def test_an_error_of_the_input_comes_after_all_results(client):
    def generator():
        yield from new_emails(10)
        raise LookupError("no more")

    many = client.outbound.send_many(generator(), chunk_size=4)
    assert [next(many).outcome for _ in range(10)] == [Outcome.ACCEPTED] * 10
    with pytest.raises(LookupError, match="no more"):
        next(many)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del many


@pytest.mark.parametrize(
    "name, value",
    [
        ("workers", 0),
        ("workers", 33),
        ("chunk_size", 0),
        ("chunk_size", 501),
        ("chunk_size", 2.0),
        ("check_first_limit", -1),
        ("check_first_limit", True),
        ("check_first_limit", "5"),
    ],
)
def test_invalid_workers_and_chunk_sizes_are_named(client, name, value):
    with pytest.raises(InvalidArgument, match=name):
        client.outbound.send_many(new_emails(1), **{name: value})


@pytest.mark.parametrize("given", [EMAIL, {"to": "a@x.y"}, "text", None, 7])
def test_a_single_email_is_rejected_where_a_list_is_expected(client, given):
    with pytest.raises(InvalidArgument, match="emails"):
        client.outbound.send_many(given)
