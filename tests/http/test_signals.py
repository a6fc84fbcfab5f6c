"""Signal handlers that run while a call waits: what they raise passes, and what they send is theirs alone."""

from __future__ import annotations

import functools
import signal
import socket
import threading
import time

import pytest
import requests

from emailapi import Client, ConnectionFailed, DeliveryUnknown, Email, Hooks, Retry
from emailapi.transports.memory import MemoryTransport

from ..interrupting import interrupt
from ..ports import unused_port

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="outer", text_body="Hi", idempotency_key="key-1")
INNER = Email(sender="us@example.com", to="you@example.com", subject="inner", text_body="Hi")


class Limit(Exception):
    """The exception of a task queue whose task has run for too long."""


@pytest.fixture
def alarm():
    """Give `alarm(handler, seconds)`: SIGALRM runs it in the main thread, after so many seconds if any are given."""
    before = signal.getsignal(signal.SIGALRM)

    def arrange(handler, seconds=0.0):
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    yield arrange
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def interrupting(response, number=signal.SIGALRM):
    """Respond to a request in a way, and send the signal as soon as the request is there."""

    def respond(seen):
        interrupt(number)
        return response(seen) if callable(response) else response

    return respond


def raising(error):
    """Return a handler that raises an error."""

    def handler(number, frame):
        raise error

    return handler


class Raising:
    """A handler that is a method, or the object itself."""

    def __init__(self, error):
        self.error = error

    def method(self, number, frame):
        raise self.error

    def __call__(self, number, frame):
        raise self.error


HANDLERS = {
    "function": raising,
    "method": lambda error: Raising(error).method,
    "object": Raising,
    "partial": lambda error: functools.partial(raising(error)),
}
ERRORS = [Limit("over"), TimeoutError("over"), ConnectionResetError("over"), OSError("over"), requests.Timeout("over")]


def raised_by(call, error):
    """Make a call that ends by this very exception, long before its time is over."""
    began = time.monotonic()
    with pytest.raises(type(error)) as caught:
        call()
    assert caught.value is error
    assert time.monotonic() - began < 9
    notes = " ".join(getattr(error, "__notes__", ()))
    error.__notes__ = []
    return notes


@pytest.mark.parametrize("kind", HANDLERS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_exception_of_a_signal_handler_propagates_while_waiting_for_a_response(
    error, kind, serve, connect, accepted, alarm
):
    peer = serve(interrupting("silence"), accepted)
    client = connect(peer.url, retry=Retry(attempts=3, initial=0.01))
    alarm(HANDLERS[kind](error))
    notes = raised_by(lambda: client.outbound.send(EMAIL), error)
    assert "may have been sent" in notes
    assert "key-1" in notes
    assert client.outbound.send(INNER).message == "inner"
    assert [seen.json["Subject"] for seen in peer.seen] == ["outer", "inner"]
    assert peer.connections == 2


def test_a_traceback_of_an_interrupted_send_shows_neither_email_nor_token(serve, connect, alarm, token):
    error = Limit("over")
    alarm(raising(error))
    secret = Email(**EMAIL_FIELDS).replace(text_body="a private text")
    raised_by(lambda: connect(serve(interrupting("silence")).url).outbound.send(secret), error)
    frame = error.__traceback__
    while frame is not None:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:
            shown = repr(frame.tb_frame.f_locals)
            assert "private" not in shown
            assert token not in shown
        frame = frame.tb_next


def test_an_exception_of_a_signal_handler_with_a_cause_propagates_unchanged(serve, connect, alarm):
    error = TimeoutError("over")

    def handler(number, frame):
        raise error from ConnectionResetError("before")

    alarm(handler)
    raised_by(lambda: connect(serve(interrupting("silence")).url).outbound.send(EMAIL), error)


PARTS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    b"HTTP/1.1 422 No\r\nContent-Length: 99\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"HTTP/1.1 200 OK\r\nX: ",
]


@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
@pytest.mark.parametrize("part", PARTS, ids=["body", "body of a rejection", "chunk", "head"])
def test_an_exception_of_a_signal_handler_propagates_while_reading_a_response(part, own, serve, connect, alarm):
    error = TimeoutError("over")
    with requests.Session() as session:
        client = connect(serve(interrupting(part)).url, session=session if own else None)
        alarm(raising(error))
        assert "key-1" in raised_by(lambda: client.outbound.send(EMAIL), error)


@pytest.mark.parametrize("error", [Limit("over"), TimeoutError("over")], ids=lambda error: type(error).__name__)
def test_an_exception_of_a_signal_handler_before_the_request_names_no_key(error, connect, alarm):
    with socket.create_server(("127.0.0.1", 0)) as listener:  # whose TLS handshake never goes on
        client = connect(f"https://127.0.0.1:{listener.getsockname()[1]}")
        alarm(raising(error), 0.5)
        assert not raised_by(lambda: client.outbound.send(EMAIL), error)


def test_an_exception_of_a_signal_handler_propagates_between_attempts(serve, connect, reply, alarm):
    error = Limit("over")
    peer = serve(reply(b"", 429))
    alarm(raising(error))
    hooks = Hooks(on_retry=lambda event: signal.setitimer(signal.ITIMER_REAL, 0.1))
    client = connect(peer.url, retry=Retry(initial=10.0), hooks=hooks)
    assert not raised_by(lambda: client.outbound.send(EMAIL), error)
    assert len(peer.seen) == 1


@pytest.mark.parametrize("error", [Limit("over"), TimeoutError("over")], ids=lambda error: type(error).__name__)
def test_an_exception_of_a_signal_handler_during_a_look_up_names_the_key(error, serve, connect, reply, alarm):
    peer = serve("reset", interrupting(reply({"TotalCount": 0, "Messages": []})))
    client = connect(peer.url, reconcile=True)
    alarm(raising(error))
    assert "key-1" in raised_by(lambda: client.outbound.send(EMAIL), error)
    assert sum(seen.method == "POST" for seen in peer.seen) == 1


def test_an_exception_of_a_signal_handler_propagates_inside_a_hook(serve, connect, accepted, alarm):
    error = Limit("over")

    def hook(event):
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        time.sleep(30)

    client = connect(serve(accepted).url, hooks=Hooks(on_response=hook))
    alarm(raising(error))
    assert "key-1" in raised_by(lambda: client.outbound.send(EMAIL), error)


def test_the_note_of_a_batch_names_the_keys(serve, connect, alarm):
    error = Limit("over")
    client = connect(serve(interrupting("silence")).url)
    alarm(raising(error))
    emails = [{**EMAIL_FIELDS, "idempotency_key": f"key-{number}"} for number in range(30)]
    notes = raised_by(lambda: client.outbound.send_batch(emails), error)
    assert all(f"'key-{number}'" in notes for number in range(20))
    assert "and 10 more" in notes


EMAIL_FIELDS = {"sender": "us@example.com", "to": "you@example.com", "subject": "s", "text_body": "x"}


def test_an_exception_of_a_signal_handler_propagates_inside_a_fallback(alarm):
    class Slow(MemoryTransport):
        def send(self, email):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            time.sleep(30)
            return super().send(email)

    error = TimeoutError("over")
    port = unused_port()
    with Client("x", base_url=f"http://127.0.0.1:{port}", fallback=Slow(), retry=Retry(attempts=1)) as client:
        alarm(raising(error))
        raised_by(lambda: client.outbound.send(EMAIL), error)


def test_an_interrupt_names_the_key(serve, connect):
    with pytest.raises(KeyboardInterrupt) as caught:
        connect(serve(interrupting("silence", signal.SIGINT)).url).outbound.send(EMAIL)
    assert "key-1" in caught.value.__notes__[0]


def test_an_internal_error_is_not_a_connection_failed(serve, connect, accepted, monkeypatch):
    def fail(*args, **options):
        raise TypeError("a bug")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    peer = serve(accepted)
    with pytest.raises(TypeError, match="a bug"):
        connect(peer.url).outbound.send(EMAIL)
    assert not peer.seen


def test_a_timeout_that_no_signal_handler_raised_is_an_unknown_outcome(serve, connect, alarm):
    alarm(raising(Limit("never")), 60)
    with pytest.raises(DeliveryUnknown):
        connect(serve("silence").url, timeout=0.05).outbound.send(EMAIL)


@pytest.mark.parametrize("response", ["reset", "close", "answered"])
@pytest.mark.parametrize("inner", ["by the same client", "by another without a server"])
def test_a_send_in_a_signal_handler_does_not_affect_the_interrupted_send(
    inner, response, serve, connect, accepted, alarm
):
    ended, results = threading.Event(), []

    def wait(seen):
        ended.wait(60)
        return accepted(seen) if response == "answered" else response

    peer = serve(interrupting(wait), accepted)
    unreachable = f"http://127.0.0.1:{unused_port()}"
    client = connect(peer.url, retry=Retry(attempts=3, initial=0.01, maximum=0.01))

    def handler(number, frame):
        try:
            other = client if inner == "by the same client" else connect(unreachable)
            results.append(other.outbound.send(INNER).message)
        except ConnectionFailed:
            results.append("refused")
        ended.set()

    alarm(handler)
    if response == "answered":
        assert client.outbound.send(EMAIL).message == "outer"
    else:
        with pytest.raises(DeliveryUnknown):
            client.outbound.send(EMAIL)
    posted = [seen.json["Subject"] for seen in peer.seen]
    if inner == "by the same client":
        assert (posted, results) == (["outer", "inner"], ["inner"])
    else:
        assert (posted, results) == (["outer"], ["refused"])


class Computing(Exception):
    """A user's exception whose attributes are computed, and fail."""

    args = None

    @property
    def reason(self):
        raise LookupError("computed")


def test_an_exception_with_computed_attributes_in_a_hook_does_not_break_a_send(alarm, serve, connect, reply):
    """The exception is searched for the one that a signal handler may have raised."""

    def hook(event):
        raise Computing

    alarm(lambda number, frame: None)
    accepted = {"ErrorCode": 0, "MessageID": "id-1", "Message": "OK"}
    client = connect(serve(reply(accepted)).url, hooks=Hooks(on_response=hook))
    assert client.outbound.send(EMAIL).message_id == "id-1"
