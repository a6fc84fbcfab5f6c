"""Waiting: as long as the service asks, no longer than there is, and not past an interrupt."""

from __future__ import annotations

import signal
import socket
import sys
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from urllib3.connection import HTTPConnection

from emailapi import DeliveryUnknown, NotFound, RateLimited, Retry, SendResult, ServerError, ServiceUnavailable

from .calls import CALLS, EMAIL_CALLS, came_of, is_not_sent, is_unknown, new_email
from .modes import MODES, OUTAGE, Mode, respond_with

LOST = MODES["reset"]
ROOT = Path(__file__).parents[2]


def busy(after: str, status: int = 429) -> Mode:
    return Mode("busy", "again", respond_with(OUTAGE, status, Retry_After=after), accepts=False)


def in_seconds(seconds: float) -> Mode:
    """Ask to come back at a time of day, from the moment of the response on."""
    return Mode(
        "busy",
        "again",
        lambda exchange: respond_with(b"", 429, Retry_After=formatdate(time.time() + seconds, usegmt=True))(exchange),
        accepts=False,
    )


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("status, kind", [(429, RateLimited), (503, ServiceUnavailable)])
def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once(status, kind, call, serve, connect):
    """A call that would have to wait longer than its deadline ends at once, and was not carried out."""
    service = serve(busy("60", status))
    came = came_of(call, connect(service))
    assert all(is_not_sent(item, kind) for item in came.items)
    assert {(item.attempts, item.retryable) for item in came.items} == {(1, True)}
    assert came.seconds < 20
    assert len(service.seen) == 1


@pytest.mark.usefixtures("clock")
def test_retry_after_is_respected(serve, connect):
    """A wait that the service asks for, in seconds or as a date, is kept."""
    for mode, least, most in ((busy("20"), 20.0, 20.0), (in_seconds(29), 9.0, 29.0)):
        service = serve(mode)
        came = came_of(EMAIL_CALLS[0], connect(service))
        assert isinstance(came.only, SendResult)
        assert least <= came.seconds <= most
        assert len(service.seen) == 2


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_call_that_is_rate_limited_at_every_attempt_is_retryable(call, serve, connect):
    service = serve(*[MODES["429"]] * 9)
    came = came_of(call, connect(service))
    assert all(is_not_sent(item, RateLimited) for item in came.items)
    assert {(item.attempts, item.retryable) for item in came.items} == {(3, True)}
    assert len(service.seen) == 3


@pytest.mark.parametrize("call", [call for call in CALLS if call.kind == "read"], ids=lambda call: call.name)
def test_a_read_without_any_response_raises_a_retryable_error(call, serve, connect):
    for name in ("reset", "500", "502-html", "timeout", "cut", "garbage"):
        came = came_of(call, connect(serve(*[MODES[name]] * 9), timeout=MODES[name].timeout))
        assert is_not_sent(came.only)
        assert (came.only.attempts, came.only.retryable) == (3, True)
        assert isinstance(came.only, ServerError) is name.startswith("50")


WRITES = [call for call in CALLS if call.kind == "write"]


@pytest.mark.parametrize("call", WRITES, ids=lambda call: call.name)
@pytest.mark.parametrize("last", ["429", "503-code-100", "422", "reset", "500", "drip-body"])
def test_a_write_without_a_response_is_unknown(last, call, serve, connect, clock):
    """A write whose first attempt got no response may be done, whatever comes of the attempts after it."""
    service = serve(LOST, *[MODES[last]] * 3, clock=clock)
    came = came_of(call, connect(service))
    assert came.only.may_have_been_sent
    assert came.only.attempts > 1
    assert len(service.done) >= 1


@pytest.mark.parametrize("call", WRITES, ids=lambda call: call.name)
def test_a_write_to_a_server_that_does_not_read_is_unknown(call, serve, connect):
    """The same holds where the next attempts find no connection."""
    service = serve()
    client = connect(service)
    service.script[:] = [Mode("last", "lost", lambda exchange: service.close_listener())]
    came = came_of(call, client)
    assert is_unknown(came.only, key=False)
    assert came.only.attempts == 3
    assert len(service.done) == 1


def test_a_repeated_delete_of_a_deleted_record_is_a_success(serve, connect):
    """A delete that finds nothing after an attempt without a response was done by that attempt."""
    gone = Mode("gone", "rejected", respond_with({"ErrorCode": 812, "Message": "Gone"}, 404), accepts=False)
    service = serve(LOST, gone)
    connect(service).inbound_rules.delete(7)
    assert len(service.done) == 1
    with pytest.raises(NotFound) as caught:
        connect(serve(MODES["429"], gone)).inbound_rules.delete(7)
    assert is_not_sent(caught.value)


def test_one_attempt_means_no_retry(serve, connect):
    service = serve(MODES["429"])
    came = came_of(EMAIL_CALLS[0], connect(service, retry=Retry(attempts=1)))
    assert is_not_sent(came.only, RateLimited)
    assert len(service.seen) == 1


@pytest.mark.parametrize(
    "call", [call for call in EMAIL_CALLS if "template" not in call.name], ids=lambda call: call.name
)
@pytest.mark.usefixtures("clock")
def test_a_third_of_the_deadline_is_reserved_for_looking_up(call, serve, connect, caplog):
    """Where the timeout alone would use up the deadline, its last third is for looking up what hangs."""
    service = serve(MODES["timeout"])
    came = came_of(call, connect(service, timeout=20.0, deadline=1.5))
    assert all(isinstance(item, SendResult) and item.reconciled for item in came.items)
    assert "no response within 1 s" in caplog.text


@pytest.mark.usefixtures("clock")
def test_without_reconciling_a_response_may_take_the_whole_deadline(serve, connect):
    """Where nothing is looked up, a response is waited for as long as the deadline allows."""
    client = connect(serve(MODES["timeout"]), timeout=20.0, deadline=0.5, reconcile=False)
    with pytest.raises(DeliveryUnknown, match=r"no response within 0\.5 s"):
        client.outbound.send(new_email("a"))


@pytest.fixture
def small_buffers():
    """Let little of what is sent wait in the kernel, whose buffer of a socket takes megabytes elsewhere."""
    # Not by replacing a method of sockets: where a tool does that, connections are not ours.
    HTTPConnection.default_socket_options.append((socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536))
    yield
    HTTPConnection.default_socket_options.pop()


@pytest.mark.usefixtures("small_buffers")
def test_a_slow_upload_is_not_interrupted(serve, connect):
    """A large email takes longer than the timeout to a service that reads slowly, as long as each piece does not."""
    service = serve(listening=False)
    service.reading_pause, service.reading_piece = 0.04, 65_536
    service.listen()
    client = connect(service, timeout=(10, 2.0))
    for at in range(1, 4):  # a machine that stands still may break one upload, not each
        began = time.monotonic()
        result = client.outbound.send(new_email("big", text_body="x" * 4_999_000))
        assert service.times("big") == at
        if not result.reconciled:
            break
    assert not result.reconciled
    assert time.monotonic() - began > 3


@pytest.mark.usefixtures("clock", "small_buffers")
def test_a_stalled_upload_ends_with_the_timeout(serve, connect):
    service = serve(listening=False)
    service.reading_pause, service.reading_piece = 60, 65_536
    service.listen()
    began = time.monotonic()
    with pytest.raises(DeliveryUnknown) as caught:
        connect(service, timeout=(10, 0.5)).outbound.send(new_email("big", text_body="x" * 4_999_000))
    assert is_unknown(caught.value)
    assert time.monotonic() - began < 30


SCRIPT = """
import sys
from emailapi import Client, Email
client = Client("t0ken", base_url=sys.argv[1])
try:
    client.outbound.{call}
except KeyboardInterrupt:
    print("interrupted")
"""
EMAIL = "Email(sender='s@example.com', to='a@example.com', subject='s', text_body='x')"
INTERRUPTED = [
    ("backoff", f"send({EMAIL})", busy("20")),
    ("backoff-of-a-batch", f"send_batch([{EMAIL}])", busy("20")),
    ("backoff-of-many", f"send_many([{EMAIL}] * 9, chunk_size=1, workers=1).wait()", busy("20")),
    ("look-up", f"send({EMAIL})", MODES["reset-not-done"]),
]


@pytest.mark.parametrize("name, call, mode", INTERRUPTED, ids=[case[0] for case in INTERRUPTED])
def test_ctrl_c_ends_a_waiting_call_and_sends_nothing_afterwards(name, call, mode, serve, start):
    service = serve(mode, mode)
    child = start(sys.executable, "-c", SCRIPT.format(call=call), service.url)
    while not service.seen and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    out, wrong = child.communicate()
    assert out == "interrupted\n", wrong
    time.sleep(0.1)
    assert sum(seen.method == "POST" for seen in service.seen) == 1
    assert not service.accepted


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("name", ["reset", "500-done", "html"])
def test_the_default_deadline_allows_a_search_index_delay_of_five_seconds(name, call, serve, connect):
    service = serve(MODES[name], lag=5.0)
    came = came_of(call, connect(service, retry=None, timeout=10.0, deadline=30.0))
    assert all(isinstance(item, SendResult) and item.reconciled for item in came.items)
    assert len(service.accepted) == len(call.tags)
    assert 5 <= came.seconds < 7


def test_a_timeout_with_the_defaults_is_looked_up(serve, connect, clock):
    """With the defaults an email whose response never comes is found although the search lags five seconds behind."""
    silent = Mode("silent for the ten seconds of the timeout", "lost", lambda exchange: clock.advance(10.0))
    service = serve(silent, lag=15.0)
    came = came_of(EMAIL_CALLS[0], connect(service, retry=None, timeout=10.0, deadline=30.0))
    assert came.only.reconciled
    assert 15 <= came.seconds < 17
