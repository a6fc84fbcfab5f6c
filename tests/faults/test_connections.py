"""Connections that are rejected, closed while they wait for the next request, or encrypted."""

from __future__ import annotations

import pytest

from emailapi import ConnectionFailed, Retry, SendResult

from ..clock import wait_for
from .calls import CALLS, EMAIL_CALLS, Call, Came, came_of, is_not_sent, is_unknown
from .modes import MODES, THEN_CLOSE, THEN_RESET, Mode

UNREAD = MODES["reset-unread"]


def check(call: Call, came: Came, service, mode: Mode | None = None) -> None:
    """Hold what a call gave against what the service did: done once and known to be, or unknown, or surely not."""
    for at, item in enumerate(came.items):
        done = service.times(call.tags[at]) if call.tags else len(service.done)
        if isinstance(item, Exception):
            assert is_unknown(item, key=bool(call.tags)) or is_not_sent(item)
            assert done == 0 or item.may_have_been_sent
            assert done <= 1
        elif call.kind != "read":
            assert done == 1 or (call.kind == "write" and done == 2)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_refused_connection_is_retried(call, serve, connect, clock):
    service = serve(listening=False)
    pauses = []
    clock.before_pause = lambda: pauses.append(0) or (len(pauses) == 5 and service.listen())
    came = came_of(call, connect(service, retry=Retry(attempts=9)))
    assert len(pauses) == 5
    assert not any(isinstance(item, Exception) for item in came.items)
    assert not any(isinstance(item, SendResult) and item.reconciled for item in came.items)
    check(call, came, service)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_an_always_refused_connection_is_not_sent(call, serve, connect):
    came = came_of(call, connect(serve(listening=False)))
    assert all(is_not_sent(item, ConnectionFailed) for item in came.items)
    assert {(item.attempts, item.retryable) for item in came.items} == {(3, True)}
    assert came.seconds < 10


@pytest.mark.parametrize("mode", [THEN_CLOSE, THEN_RESET], ids=lambda mode: mode.name)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_connection_closed_while_idle_is_replaced(call, mode, serve, connect):
    service = serve(THEN_CLOSE)
    client = connect(service)
    client.server.get()
    service.script[:] = [None]
    wait_for(lambda: service.ended)
    came = came_of(call, client)
    assert not any(isinstance(item, Exception) for item in came.items)
    assert not any(isinstance(item, SendResult) and item.reconciled for item in came.items)
    check(call, came, service)
    assert service.connections == 2


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_connection_reset_when_it_is_reused_is_handled(call, serve, connect):
    service = serve(None, UNREAD)
    client = connect(service)
    client.server.get()
    came = came_of(call, client)
    check(call, came, service)
    if call.kind in ("read", "write"):
        assert not isinstance(came.only, Exception)
    else:
        assert all(is_unknown(item, key=bool(call.tags)) for item in came.items)
    assert not service.accepted


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("mode", [THEN_CLOSE, THEN_RESET], ids=lambda mode: mode.name)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_connection_closed_right_after_a_response_is_replaced(call, mode, serve, connect):
    service = serve(*[mode] * 6)
    client = connect(service)
    for _ in range(5):
        service.accepted.clear()
        service.done.clear()
        came = came_of(call, client)
        check(call, came, service)


# One of each kind.
CALLS_BY_TLS = [CALLS[0], CALLS[2], *(call for call in CALLS if call.name in ("messages.get", "server.edit"))]
MODES_BY_TLS = ["reset", "reset-not-done", "close", "timeout", "500-done", "429", "cut", "html", "drip-headers"]


@pytest.mark.parametrize("call", CALLS_BY_TLS, ids=lambda call: call.name)
@pytest.mark.parametrize("name", MODES_BY_TLS)
def test_faults_have_the_same_outcomes_with_tls(name, call, serve, connect, clock, tls, monkeypatch):
    mode = MODES[name]
    context, bundle = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    service = serve(mode, tls=context, clock=clock)
    came = came_of(call, connect(service, timeout=mode.timeout))
    check(call, came, service)
    assert came.seconds < 10_000
    if call in EMAIL_CALLS:
        known = (mode.accepts and mode.ends != "eaten") or mode.ends == "again"
        assert all(isinstance(item, SendResult) is known for item in came.items)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_an_untrusted_certificate_is_not_retried(call, serve, connect, tls):
    service = serve(tls=tls[0])
    came = came_of(call, connect(service))
    assert all(is_not_sent(item, ConnectionFailed) for item in came.items)
    assert {(item.attempts, item.retryable) for item in came.items} == {(1, False)}
    assert not service.seen


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_https_to_a_server_without_tls_is_not_sent(call, serve, connect):
    service = serve()
    service.url = service.url.replace("http:", "https:")
    came = came_of(call, connect(service, timeout=0.2))
    assert all(is_not_sent(item, ConnectionFailed) for item in came.items)
    assert not service.seen
    assert came.seconds < 20
