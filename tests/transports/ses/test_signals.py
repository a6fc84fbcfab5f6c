"""A signal handler that interrupts a send by SES: what it sends, and what it raises."""

from __future__ import annotations

import signal
import threading

import pytest

from emailapi import DeliveryUnknown, EmailAPIError, Outcome

from ...interrupting import interrupt
from .conftest import new_email
from .fake import CUT, fault

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no such signal on this platform")


class TimeLimit(Exception):
    """As Celery's SoftTimeLimitExceeded and rq's JobTimeoutException: an Exception that no library here knows."""


@pytest.fixture
def on_signal():
    """Give `on_signal(handler)`: what SIGALRM does until the test ends."""
    before = signal.getsignal(signal.SIGALRM)
    yield lambda handler: signal.signal(signal.SIGALRM, handler)
    signal.signal(signal.SIGALRM, before)


def client_options(kind: str, boto, url: str):
    return (
        {} if kind == "own" else {"client": boto(url, retries={"mode": kind, "max_attempts": 5}), "region_name": None}
    )


CLIENTS = pytest.mark.parametrize("kind", ["own", "legacy", "standard", "adaptive"])


@CLIENTS
@pytest.mark.parametrize("error", [TimeLimit("60 s"), RuntimeError("60 s"), KeyboardInterrupt()], ids=repr)
def test_a_time_limit_while_waiting_for_a_response_propagates_with_a_note(kind, error, serve, boto, connect, on_signal):
    def limit(*_):
        raise error

    service = serve(lambda: (interrupt(), service._ended.wait(1)))
    transport = connect(service.url, **client_options(kind, boto, service.url))
    on_signal(limit)
    with pytest.raises(type(error)) as caught:
        transport.send(new_email())
    assert caught.value is error
    assert "may have been sent by Amazon SES" in caught.value.__notes__.pop()
    assert len(service.posts) == 1
    assert transport.send(new_email()).message_id
    assert service.connections == 2


@CLIENTS
def test_a_time_limit_before_the_request_propagates_without_a_note(kind, serve, boto, connect, on_signal):
    def limit(*_):
        raise TimeLimit("60 s")

    service = serve()
    client = boto(service.url)
    client.meta.events.register("before-sign.ses.SendEmail", lambda **_: interrupt())
    on_signal(limit)
    with pytest.raises(TimeLimit) as caught:
        connect("", client=client).send(new_email())
    assert not getattr(caught.value, "__notes__", [])
    assert not service.posts


def test_a_traceback_of_an_interrupted_email_does_not_hold_the_email(serve, connect, on_signal):
    def limit(*_):
        raise TimeLimit("60 s")

    service = serve(lambda: (interrupt(), service._ended.wait(1)))
    on_signal(limit)
    with pytest.raises(TimeLimit) as caught:
        connect(service.url).send(new_email(text_body="a private text"))
    frame = caught.value.__traceback__
    while frame is not None:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:
            assert "private" not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


@CLIENTS
@pytest.mark.parametrize("second", [None, CUT, fault(400, "MessageRejected")], ids=["accepted", "cut", "rejected"])
@pytest.mark.parametrize("first", [None, CUT], ids=["accepted", "cut"])
def test_an_email_sent_by_a_signal_handler_changes_no_other_outcome(
    kind, first, second, serve, boto, connect, on_signal
):
    going_on, found = threading.Event(), {}

    def wait() -> None:
        interrupt()
        assert going_on.wait(30)
        if first == CUT:
            raise OSError("the server's thread ends, and closes the connection")

    service = serve(wait, second)
    transport = connect(service.url, **client_options(kind, boto, service.url))

    def send(subject: str) -> None:
        try:
            found[subject] = transport.send(new_email(subject=subject)).outcome
        except EmailAPIError as error:
            found[subject] = error.outcome

    def handle(*_) -> None:
        send("inner")
        going_on.set()

    on_signal(handle)
    send("outer")
    inner = {None: Outcome.ACCEPTED, CUT: Outcome.UNKNOWN}.get(second, Outcome.NOT_SENT)
    assert found == {"inner": inner, "outer": Outcome.ACCEPTED if first is None else Outcome.UNKNOWN}
    assert len(service.posts) == 2


@pytest.mark.parametrize("act", [fault(400, "MessageRejected"), fault(500, "InternalFailure")], ids=["400", "500"])
def test_a_direct_call_in_a_signal_handler_changes_no_outcome(act, serve, boto, connect, on_signal):
    """The client's own retries still serve that call, and its status is not taken for the email's."""
    going_on, ids = threading.Event(), []

    def wait() -> None:
        interrupt()
        assert going_on.wait(30)
        raise OSError("the server's thread ends, and closes the connection")

    service = serve(wait, act, act)
    client = boto(service.url, retries={"mode": "standard", "max_attempts": 3})
    transport = connect("", client=client)

    def handle(*_) -> None:
        try:
            message = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "y"}}}
            to = {"ToAddresses": ["you@example.com"]}
            ids.append(client.send_email(Source="me@example.com", Destination=to, Message=message)["MessageId"])
        except client.exceptions.MessageRejected:
            ids.append("rejected")
        finally:
            going_on.set()

    on_signal(handle)
    with pytest.raises(DeliveryUnknown):
        transport.send(new_email())
    assert ids == (["rejected"] if b"MessageRejected" in act else ["0100-1"])
