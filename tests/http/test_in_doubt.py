"""Writes whose first attempt may have been carried out: whatever comes of a later attempt does not deny it."""

from __future__ import annotations

import signal

import pytest

from emailapi import DeliveryUnknown, Hooks, InvalidRequest, NotFound, Outcome, Retry

from ..interrupting import interrupt

QUICK = Retry(attempts=3, initial=0.01, maximum=0.02)


def edit(client):
    return client.server.edit(name="x")


@pytest.mark.parametrize("first", ["reset", "close", 500, 408])
def test_a_rejection_after_an_unknown_attempt_leaves_the_outcome_unknown(first, serve, connect, reply):
    """The error says why the last attempt was rejected, and that an earlier one may have been carried out."""
    peer = serve(reply(b"", first) if isinstance(first, int) else first, reply({"ErrorCode": 300, "Message": "x"}, 422))
    with pytest.raises(InvalidRequest) as caught:
        edit(connect(peer.url, retry=QUICK))
    assert (caught.value.outcome, caught.value.may_have_been_sent, caught.value.attempts) == (Outcome.UNKNOWN, True, 2)
    assert len(peer.seen) == 2


def test_a_rejection_after_a_429_is_not_sent(serve, connect, reply):
    peer = serve(reply(b"", 429), reply({"ErrorCode": 300, "Message": "x"}, 422))
    with pytest.raises(InvalidRequest) as caught:
        edit(connect(peer.url, retry=QUICK))
    assert (caught.value.outcome, caught.value.attempts) == (Outcome.NOT_SENT, 2)


def test_a_failed_connection_after_an_unknown_attempt_leaves_the_outcome_unknown(serve, connect):
    peer, told = serve("reset"), []
    hooks = Hooks(
        on_retry=lambda event: (peer.close(), told.append(event.error)), on_error=lambda event: told.append(event.error)
    )
    with pytest.raises(DeliveryUnknown, match="connection refused.*: it may have been done") as caught:
        edit(connect(peer.url, retry=QUICK, hooks=hooks))
    assert (caught.value.attempts, caught.value.path) == (3, "/server")
    assert [type(error).__name__ for error in told] == ["DeliveryUnknown", "ConnectionFailed", "DeliveryUnknown"]
    assert told[-1] is caught.value


def test_closing_the_client_after_an_unknown_attempt_leaves_the_outcome_unknown(serve, connect):
    clients = []
    client = connect(serve("reset").url, retry=QUICK, hooks=Hooks(on_retry=lambda event: clients[0].close()))
    clients.append(client)
    with pytest.raises(DeliveryUnknown, match="the client is closed: it may have been done") as caught:
        edit(client)
    assert caught.value.attempts == 2


def test_a_repeated_delete_of_a_deleted_record_is_not_an_error(serve, connect, reply):
    gone = reply({"ErrorCode": 1352, "Message": "not found"}, 422)
    connect(serve("reset", gone).url, retry=QUICK).webhooks.delete(1)
    with pytest.raises(NotFound):
        connect(serve(gone).url, retry=QUICK).webhooks.delete(1)


def test_an_exception_between_attempts_has_a_note_about_the_unknown_outcome(serve, connect):
    hooks = Hooks(on_retry=lambda event: interrupt(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt) as caught:
        edit(connect(serve("reset").url, retry=Retry(initial=5.0), hooks=hooks))
    assert caught.value.__notes__ == ["emailapi: PUT /server: it may have been done"]
