"""Searching for lost emails: how often, for how long, and what stands in the log."""

from __future__ import annotations

import logging

import pytest

from emailapi import DeliveryUnknown, HookEvent, Hooks

from ..faults.calls import is_unknown, new_email
from ..faults.modes import MODES, Mode, listing, respond_with

RESET, UNDONE = MODES["reset"], MODES["reset-not-done"]


def searches(service):
    return [seen for seen in service.seen if seen.method == "GET"]


def busy(after):
    return Mode("busy", "again", respond_with(b"", 429, Retry_After=after), accepts=False)


def test_a_search_respects_retry_after(serve, connect, clock):
    """A search that is put off is asked again when the service said, and not before."""
    service = serve(RESET, searching=[busy("5")])
    began = clock()
    assert connect(service).outbound.send(new_email("a")).reconciled
    assert clock() - began == 5
    assert len(searches(service)) == 2


def test_a_search_with_a_long_retry_after_ends_the_look_up(serve, connect, clock):
    service = serve(RESET, searching=[busy("60")] * 9)
    began = clock()
    with pytest.raises(DeliveryUnknown) as caught:
        connect(service).outbound.send(new_email("a"))
    assert is_unknown(caught.value)
    assert clock() == began
    assert len(searches(service)) == 1


def test_a_rejected_search_is_not_repeated(serve, connect):
    """A search that the service rejects is given up: asking again would give the same."""
    service = serve(RESET, searching=[MODES["422"]] * 9)
    with pytest.raises(DeliveryUnknown):
        connect(service).outbound.send(new_email("a"))
    assert len(searches(service)) == 1


def test_a_dripping_search_ends_with_the_look_up(serve, connect, clock):
    service = serve(RESET, searching=[MODES["drip-body"]] * 9, clock=clock)
    with pytest.raises(DeliveryUnknown):
        connect(service, deadline=1_000_000.0).outbound.send(new_email("a"))
    assert len(searches(service)) == 1


def test_many_searches_end_with_the_look_up(serve, connect, clock):
    """The same holds where each of many emails needs a search of its own."""
    slow = Mode("slow", "fine", lambda exchange: clock.advance(1.0) or listing()(exchange))
    service = serve(UNDONE, searching=[slow] * 99)
    almost_full = {f"n{number}": "x" for number in range(9)}
    items = connect(service).outbound.send_batch(
        [new_email(f"m{number}", metadata=almost_full) for number in range(60)]
    )
    assert all(is_unknown(item) for item in items)
    assert len(searches(service)) == 10


def test_searches_are_logged_and_passed_to_hooks(serve, connect, caplog):
    caplog.set_level(logging.INFO, "emailapi")
    told: list[HookEvent] = []
    service = serve(RESET, searching=[MODES["500"]])
    connect(service, hooks=Hooks(before_send=told.append)).outbound.send(new_email("a"))
    assert [(event.method, event.path) for event in told] == [("POST", "/email"), *[("GET", "/messages/outbound")] * 2]
    assert len(caplog.records) == 3
    assert "emailapi-key" not in caplog.text


@pytest.mark.costly
def test_a_whole_chunk_is_looked_up_by_one_search(serve, connect):
    """The search returns five hundred rows at most."""
    service = serve(RESET)
    items = connect(service).outbound.send_batch([new_email(f"m{number}") for number in range(500)])
    assert [item.message_id for item in items] == [f"id-{number + 1}" for number in range(500)]
    (search,) = searches(service)
    assert "count=500" in search.target


def test_of_several_messages_with_a_key_the_first_is_found(serve, connect):
    service = serve()
    client = connect(service)
    for _ in range(2):
        client.outbound.send(new_email("a"), idempotency_key="twice")
    assert client.outbound.find("twice").message_id == "id-1"


@pytest.mark.parametrize("key", ['a"b&c=d', "ümlaut 100%", "x" * 80, "+ +"])
def test_keys_with_any_characters_are_found(key, serve, connect):
    service = serve(RESET)
    assert connect(service).outbound.send(new_email("a"), idempotency_key=key).idempotency_key == key
    assert connect(service).outbound.find(key).message_id == "id-1"
