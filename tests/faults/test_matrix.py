"""Each fault at each kind of call: what was accepted, and what the caller is told."""

from __future__ import annotations

import attrs
import pytest

from emailapi import (
    APIError,
    Client,
    DeadlineExceeded,
    DeliveryUnknown,
    InvalidResponse,
    Outcome,
    SendResult,
)

from .calls import EMAIL_CALLS, OTHER_CALLS, Call, Came, came_of, is_not_sent, is_unknown
from .modes import BATCH_MODES, EATEN, FIRST_KNOWN, LOST, MODES, ODD, Mode
from .service import Service

# The deadline of each call. A service that drips may run on for a while until the client has hung up.
DEADLINE, MARGIN = 30.0, 10_000.0


def posts(service) -> int:
    return sum(seen.method != "GET" for seen in service.seen)


def check_email(item, mode: Mode, service, tag: str) -> None:
    """Hold what an email's sender is told against what the service has of it."""
    assert service.times(tag) == (1 if mode.accepts or mode.ends == "again" else 0)
    if mode.ends == "rejected":
        assert is_not_sent(item, APIError)
        assert (item.attempts, item.retryable) == (1, False)
    elif mode.ends == "eaten" or (mode.ends == "lost" and not mode.accepts):
        assert is_unknown(item)
        assert item.attempts == 1
    else:
        assert isinstance(item, SendResult)
        assert item.outcome is Outcome.ACCEPTED
        assert item.message_id == next(email.id for email in service.accepted if email.tag == tag)
        assert item.reconciled is (mode.ends in ("lost", "odd"))
        assert item.idempotency_key
        assert item.to == f"{tag}@example.com"


# Modes that use the whole deadline, by the test's clock.
SLOW = [mode for mode in MODES.values() if mode.waits]
QUICK = [mode for mode in MODES.values() if not mode.waits]


@attrs.frozen
class Run:
    """One call of one client, of a service with one fault."""

    call: Call
    mode: Mode
    service: Service
    client: Client

    def __call__(self) -> Came:
        """Make the call, and hold what can be held against any."""
        came = came_of(self.call, self.client)
        assert came.seconds < DEADLINE + MARGIN
        assert not self.service.elsewhere.connections
        return came


@pytest.fixture
def prepare(serve, connect, clock):
    """Give `prepare(mode, call)`, a service and a client for one call."""

    def make(mode: Mode, call: Call) -> Run:
        service = serve(mode, elsewhere=serve(), clock=clock)
        return Run(call, mode, service, connect(service, timeout=mode.timeout, deadline=DEADLINE))

    return make


def check_emails(run: Run, came: Came) -> None:
    assert len(came.items) == len(run.call.tags)
    for tag, item in zip(run.call.tags, came.items, strict=True):
        check_email(item, run.mode, run.service, tag)
    assert posts(run.service) == (2 if run.mode.ends == "again" else 0 if run.mode.unread else 1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", QUICK, ids=lambda mode: mode.name)
def test_an_email_is_accepted_at_most_once_and_its_outcome_is_reported(mode, call, prepare):
    run = prepare(mode, call)
    check_emails(run, run())


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", SLOW, ids=lambda mode: mode.name)
def test_an_email_at_the_deadline_is_accepted_at_most_once(mode, call, prepare):
    run = prepare(mode, call)
    check_emails(run, run())


@pytest.mark.parametrize("call", EMAIL_CALLS[2:], ids=lambda call: call.name)
@pytest.mark.parametrize("mode", BATCH_MODES, ids=lambda mode: mode.name)
def test_incomplete_batch_responses_are_looked_up(mode, call, serve, connect):
    service = serve(mode)
    came = came_of(call, connect(service))
    first, second = came.items
    known = mode.name in FIRST_KNOWN
    check_email(first, MODES["continue"] if known else mode, service, "a")
    check_email(second, mode, service, "b")
    assert posts(service) == 1


def expected_of_others(mode: Mode, kind: str) -> str:
    """Return the result of a call that sends nothing: `good`, `rejected`, `unread`, `late` or `unknown`."""
    if mode.ends in ("fine", "again"):
        return "good"
    if mode.ends == "rejected":
        return "rejected"
    if kind == "read":
        return {"lost": "good", "odd": "unread", "eaten": "late"}[mode.ends]
    return "good" if kind == "write" and mode.ends == "lost" else "unknown"


def check_other(item, mode: Mode, call: Call) -> None:
    expected = expected_of_others(mode, call.kind)
    if expected == "good":
        assert not isinstance(item, Exception)
    elif expected == "rejected":
        assert is_not_sent(item, APIError)
        assert (item.attempts, item.retryable) == (1, False)
    elif expected == "unknown":
        assert is_unknown(item, key=call.kind == "bulk")
        assert item.attempts == 1
    else:
        assert is_not_sent(item, InvalidResponse if expected == "unread" else DeadlineExceeded)
        assert item.retryable
        assert not isinstance(item, DeliveryUnknown)


def check_others(run: Run, came: Came) -> None:
    check_other(came.only, run.mode, run.call)
    done = run.service.times("a") if run.call.kind == "bulk" else len(run.service.done)
    mode, kind = run.mode, run.call.kind
    carried_out = (mode.accepts or mode.ends == "again") + (kind == "write" and mode.ends == "lost")
    assert done == (0 if kind == "read" else carried_out)


# The response to a delete is not read: any JSON will do.
OTHERS = [
    (mode, call)
    for mode in MODES.values()
    for call in OTHER_CALLS
    if mode.ends != "eaten"
    if call.name != "inbound_rules.delete" or mode.name not in ("null", "number", "text", "list", "list-of-two")
]


@pytest.mark.exhaustive
@pytest.mark.parametrize("mode, call", OTHERS, ids=lambda part: part.name)
def test_only_safe_requests_are_repeated(mode, call, prepare):
    run = prepare(mode, call)
    check_others(run, run())


@pytest.mark.parametrize("call", OTHER_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", EATEN, ids=lambda mode: mode.name)
def test_only_safe_requests_are_repeated_at_the_deadline(mode, call, prepare):
    """The same holds against a service that drips its response."""
    run = prepare(mode, call)
    check_others(run, run())


@pytest.mark.parametrize("mode", [*LOST, *ODD], ids=lambda mode: mode.name)
def test_the_key_of_a_lost_bulk_request_finds_its_messages(mode, serve, connect):
    service = serve(mode)
    client = connect(service, timeout=mode.timeout)
    came = came_of(OTHER_CALLS[0], client)
    assert is_unknown(came.only)
    found = client.outbound.find(came.only.idempotency_key, message_stream="news")
    assert (found is not None) is mode.accepts
