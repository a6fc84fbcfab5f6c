"""Looking lost emails up: whatever the search says first, and never the wrong email."""

from __future__ import annotations

import pytest

from emailapi import DeliveryUnknown, InactiveRecipient, SendResult

from .calls import EMAIL_CALLS, came_of, is_not_sent, is_unknown, new_email
from .modes import FIRST_ONLY, MODES, SEARCH_MODES, Mode, respond_with

LOST, UNDONE = MODES["reset"], MODES["reset-not-done"]
SOME = [call for call in EMAIL_CALLS if "template" not in call.name]
REJECTED_BY_SEARCH = Mode("search-401", "rejected", respond_with({"ErrorCode": 10, "Message": "No token"}, 401))


def searches(service) -> list:
    return [seen for seen in service.seen if seen.method == "GET"]


@pytest.mark.parametrize("call", SOME, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", SEARCH_MODES, ids=lambda mode: mode.name)
@pytest.mark.usefixtures("clock")
def test_a_failed_search_is_repeated(mode, call, serve, connect):
    service = serve(LOST, searching=[mode])
    came = came_of(call, connect(service, timeout=mode.timeout))
    for tag, item in zip(call.tags, came.items, strict=True):
        assert isinstance(item, SendResult)
        assert item.reconciled
        assert item.message_id == next(new_email.id for new_email in service.accepted if new_email.tag == tag)
        assert service.times(tag) == 1
    assert came.seconds < 2


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", [*SEARCH_MODES, REJECTED_BY_SEARCH], ids=lambda mode: mode.name)
def test_a_search_without_a_response_leaves_the_outcome_unknown(mode, call, serve, connect):
    service = serve(UNDONE, searching=[mode] * 99)
    came = came_of(call, connect(service, timeout=mode.timeout, deadline=1.0))
    assert all(is_unknown(item) for item in came.items)
    assert not service.accepted
    assert came.seconds < 1.1  # a batch has a little more, for its bytes


@pytest.mark.parametrize("call", SOME, ids=lambda call: call.name)
@pytest.mark.parametrize("name", ["timeout", "reset", "500-done", "html"])
@pytest.mark.usefixtures("clock")
def test_a_search_with_an_index_delay_is_repeated(name, call, serve, connect):
    service = serve(MODES[name], lag=5.0)
    came = came_of(call, connect(service, timeout=MODES[name].timeout))
    assert all(isinstance(item, SendResult) and item.reconciled for item in came.items)
    assert len(service.accepted) == len(call.tags)
    assert 5 <= came.seconds < 7


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
def test_an_email_is_looked_up_in_its_stream(call, serve, connect):
    service = serve(LOST)
    came = came_of(call, connect(service, message_stream="news"))
    assert all(item.reconciled for item in came.items)
    assert {new_email.stream for new_email in service.accepted} == {"news"}


def test_a_batch_with_two_streams_is_looked_up_in_both(serve, connect):
    service = serve(LOST)
    emails = [
        new_email("a"),
        new_email("b", message_stream="news"),
        new_email("c"),
        new_email("d", message_stream="news"),
    ]
    results = connect(service).outbound.send_batch(emails)
    assert [item.message_id for item in results.accepted] == ["id-1", "id-2", "id-3", "id-4"]
    assert len(searches(service)) == 2


@pytest.mark.usefixtures("clock")
def test_a_batch_accepted_in_part_is_looked_up(serve, connect):
    service = serve(FIRST_ONLY)
    first, second = connect(service).outbound.send_batch([new_email("a"), new_email("b")])
    assert isinstance(first, SendResult)
    assert first.reconciled
    assert is_unknown(second)
    assert (service.times("a"), service.times("b")) == (1, 0)


@pytest.mark.parametrize("pairs, found", [(8, True), (9, True), (10, False)])
def test_an_email_with_full_metadata_is_handled(pairs, found, serve, connect):
    """An email with nine pairs of metadata carries its own key; one with ten none, and its error says so."""
    service = serve(LOST)
    full = {f"n{number}": "x" for number in range(pairs)}
    items = connect(service).outbound.send_batch([new_email("a", metadata=full), new_email("b", metadata=full)])
    assert all(isinstance(item, SendResult) for item in items) is found
    if not found:
        assert is_unknown(items[0], key=False)
        assert "cannot be looked up" in str(items[0])
        assert not searches(service)
    assert len(service.accepted) == 2


def test_without_reconcile_a_lost_email_is_unknown_at_once(serve, connect):
    service = serve(LOST)
    with pytest.raises(DeliveryUnknown) as caught:
        connect(service, reconcile=False).outbound.send(new_email("a", idempotency_key="mine"))
    assert is_unknown(caught.value, key=False)
    assert service.accepted[0].metadata == {}
    assert "Metadata" not in service.seen[0].json
    assert len(service.seen) == 1


def test_a_client_closed_during_a_look_up_reports_an_unknown_outcome(serve, connect):
    service = serve(LOST, lag=9)
    client = connect(service)
    service.searching[:] = [Mode("closing", "fine", lambda exchange: client.close())]
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("a"))


def inactive(*addresses: str, accepts: bool = True) -> Mode:
    """Reject an email for these recipients, and deliver it to the others all the same."""
    text = f"Found inactive addresses: {', '.join(addresses)}. Inactive recipients are ones that bounced."
    return Mode("406", "lost", respond_with({"ErrorCode": 406, "Message": text}, 422), accepts)


@pytest.mark.usefixtures("clock")
def test_an_email_with_some_inactive_recipients_is_looked_up(serve, connect):
    """A rejection that names some of an email's recipients is looked up: the others may have got it."""
    two = new_email("a", to=["a@example.com", "b@example.com"])
    service = serve(inactive("a@example.com"))
    assert connect(service).outbound.send(two).reconciled
    service = serve(inactive("a@example.com", accepts=False))
    with pytest.raises(DeliveryUnknown) as caught:
        connect(service).outbound.send(two)
    assert is_unknown(caught.value)
    assert caught.value.status == 422


def test_a_batch_with_some_inactive_recipients_is_looked_up(serve, connect):
    """The same holds for an item of a batch."""
    rejected = {"ErrorCode": 406, "Message": "Found inactive addresses: a@example.com. Inactive recipients are"}
    mode = Mode("406", "lost", lambda exchange: respond_with([rejected, exchange.value[1]])(exchange))
    service = serve(mode)
    emails = [new_email("a", to=["a@example.com", "c@example.com"]), new_email("b")]
    first, second = connect(service).outbound.send_batch(emails)
    assert (first.reconciled, second.reconciled) == (True, False)


@pytest.mark.parametrize("more", [{}, {"to": ["a@example.com", "A@example.com"]}, {"cc": "a@example.com"}])
def test_an_email_with_inactive_recipients_only_is_rejected(more, serve, connect):
    service = serve(inactive("a@example.com", accepts=False))
    with pytest.raises(InactiveRecipient) as caught:
        connect(service).outbound.send(new_email("a", **more))
    assert is_not_sent(caught.value)
    assert not searches(service)


@pytest.mark.usefixtures("clock")
def test_keys_with_a_common_prefix_are_distinguished(serve, connect):
    """An email is told from one whose key begins with its own."""
    service = serve()
    client = connect(service)
    client.outbound.send(new_email("a"), idempotency_key="order-12")
    service.script[:] = [UNDONE]
    # A service whose search takes the beginning of a value.
    service.searching[:] = [
        Mode(
            "prefix",
            "fine",
            lambda exchange: respond_with({"Messages": [one.row for one in service.accepted]})(exchange),
        )
    ] * 99
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("b"), idempotency_key="order-1")
    assert client.outbound.find("order-1") is None
    assert client.outbound.find("order-12").message_id == "id-1"
