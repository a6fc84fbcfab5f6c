"""A signal handler that interrupts a send: what it sends, what it closes, and what it raises."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable

import pytest

from emailapi import ConfigurationError, EmailAPIError, Outcome, SMTPTransport

from ...interrupting import interrupt
from .emails import READY, new_email
from .scripted import Talk, polite

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no such signal on this platform")


class TimeLimit(Exception):
    """As Celery's SoftTimeLimitExceeded and rq's JobTimeoutException: an Exception that no library here knows."""


@pytest.fixture
def on_signal(monkeypatch):
    """Give `on_signal(handler)`: what SIGALRM does until the test ends."""
    before = signal.getsignal(signal.SIGALRM)
    yield lambda handler: signal.signal(signal.SIGALRM, lambda *_: handler())
    signal.signal(signal.SIGALRM, before)


def interrupting(talk: Talk) -> None:
    """Send the signal, and say nothing more."""
    interrupt()
    talk.wait()


def interrupting_until(going_on: threading.Event, then: Callable[[Talk], object]) -> Callable[[Talk], None]:
    """Return a step that sends the signal, and does what `then` is when the handler is done."""

    def step(talk: Talk) -> None:
        interrupt()
        assert going_on.wait(30)
        then(talk)

    return step


def accept(talk: Talk) -> None:
    talk.say(b"250 ok")


def raise_limit() -> None:
    raise TimeLimit("60 s")


def raising(limit: BaseException) -> Callable[[], None]:
    def handler() -> None:
        raise limit

    return handler


# A handler may raise what sockets raise, as the recipes with `signal.alarm` do.
LIMITS = pytest.mark.parametrize(
    "limit", [TimeLimit("60 s"), TimeoutError("60 s"), ConnectionResetError(), OSError(5, "an error")], ids=repr
)


@LIMITS
@pytest.mark.parametrize("verb", ["greeting", "ehlo", "mail", "rcpt", "data"])
def test_a_time_limit_before_the_content_propagates_without_a_note(verb, limit, script, connect, on_signal):
    server = script(polite(**{verb: interrupting}), polite())
    transport = connect(server, deadline=60, timeout=60)
    limit = type(limit)(*limit.args)
    on_signal(raising(limit))
    with pytest.raises(type(limit)) as caught:
        transport.send(new_email())
    assert caught.value is limit
    assert not getattr(caught.value, "__notes__", [])
    transport.send(new_email())
    assert server.carriers == [2]


@LIMITS
def test_a_time_limit_after_the_content_propagates_with_a_note(limit, script, connect, on_signal):
    server = script(polite(ends=[interrupting]), polite())
    transport = connect(server, deadline=60, timeout=60, postmark_headers=True)
    limit = type(limit)(*limit.args)
    on_signal(raising(limit))
    with pytest.raises(type(limit)) as caught:
        transport.send(new_email(idempotency_key="order-7"))
    (note,) = caught.value.__notes__
    assert "may have been sent" in note
    assert "order-7" in note
    transport.send(new_email())
    assert server.carriers == [1, 2]


def test_a_traceback_of_an_interrupted_email_does_not_hold_the_email(script, connect, on_signal):
    server = script(polite(ends=[interrupting]))
    on_signal(raise_limit)
    with pytest.raises(TimeLimit) as caught:
        connect(server, deadline=60, timeout=60).send(new_email(text_body="a private text"))
    frame = caught.value.__traceback__
    while frame is not None:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:
            assert "private" not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


@pytest.mark.costly
def test_a_time_limit_within_the_content_propagates_without_a_note(connect, on_signal):
    """The server reads a part of a large email only, so that its end cannot have left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        done = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as reader:
                connection.sendall(b"220 here\r\n")
                for reply in (b"250 here", b"250 ok", b"250 ok", b"354 go"):
                    reader.readline()
                    connection.sendall(reply + b"\r\n")
                reader.read(100_000)
                interrupt()
                done.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        on_signal(raise_limit)
        transport = SMTPTransport("127.0.0.1", listener.getsockname()[1], deadline=60, timeout=60)
        with pytest.raises(TimeLimit) as caught:
            transport.send(new_email(text_body="x" * 70 + "\n" + ("y" * 70 + "\n") * 400_000))
        done.set()
        thread.join()
    assert not getattr(caught.value, "__notes__", [])


def test_a_time_limit_while_connecting_propagates(on_signal):
    """The server accepts no more connections, as its backlog is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(8):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        on_signal(raise_limit)
        timer = threading.Timer(0.3, interrupt)
        timer.start()
        try:
            with pytest.raises(TimeLimit):
                SMTPTransport("127.0.0.1", listener.getsockname()[1], deadline=60, timeout=60).send(new_email())
        finally:
            timer.cancel()
            for one in waiting:
                one.close()


def test_a_time_limit_while_fetching_a_token_propagates(script, connect, on_signal):
    def token() -> str:
        interrupt()
        signal.pause()
        return "token"

    server = script(polite("AUTH XOAUTH2"))
    on_signal(raise_limit)
    with pytest.raises(TimeLimit):
        connect(server, username="user", oauth_token_generator=token).send(new_email())


def test_ctrl_c_propagates_with_the_note(script, connect, on_signal):
    server = script(polite(ends=[interrupting]))

    def press() -> None:
        raise KeyboardInterrupt

    on_signal(press)
    with pytest.raises(KeyboardInterrupt) as caught:
        connect(server, deadline=60, timeout=60).send_message(READY)
    assert "may have been sent" in caught.value.__notes__[0]


@pytest.mark.parametrize("verb", ["greeting", "mail", "rcpt", "end"])
def test_an_email_sent_by_a_signal_handler_uses_its_own_connection(verb, script, connect, on_signal):
    going_on = threading.Event()
    step = interrupting_until(going_on, (lambda talk: talk.say(b"220 here")) if verb == "greeting" else accept)
    server = script(polite(ends=[step]) if verb == "end" else polite(**{verb: step}), polite())
    transport, results = connect(server, deadline=60, timeout=60), []

    def handle() -> None:
        results.append(transport.send(new_email(subject="inner")))
        going_on.set()

    on_signal(handle)
    results.append(transport.send(new_email(subject="outer")))
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 2
    assert sorted(b"inner" in content for content in server.messages) == [False, True]
    assert server.connections == 2
    assert server.verbs().count("QUIT") == 1
    transport.close()


def test_a_signal_handler_can_close_the_transport(script, connect, on_signal):
    going_on = threading.Event()
    server = script(polite(ends=[interrupting_until(going_on, accept)]))
    transport = connect(server, deadline=60, timeout=60)

    def handle() -> None:
        transport.close()
        going_on.set()

    on_signal(handle)
    assert transport.send(new_email()).outcome is Outcome.ACCEPTED
    with pytest.raises(ConfigurationError, match="closed"):
        transport.send(new_email())
    assert server.verbs().count("QUIT") == 1


@pytest.mark.parametrize("broken", [True, False])
def test_an_interrupted_email_keeps_its_own_outcome(broken, script, connect, on_signal):
    """The outer email's connection breaks after its end, while the handler's email succeeds, or the other way round."""
    going_on = threading.Event()
    step = interrupting_until(going_on, Talk.cut if broken else accept)
    server = script(polite(ends=[step]), polite(ends=[b"250 ok" if broken else Talk.cut]))
    transport, found = connect(server, deadline=60, timeout=60), {}

    def send(subject: str) -> None:
        try:
            found[subject] = transport.send(new_email(subject=subject)).outcome
        except EmailAPIError as error:
            found[subject] = error.outcome

    def handle() -> None:
        send("inner")
        going_on.set()

    on_signal(handle)
    send("outer")
    expected = (Outcome.UNKNOWN, Outcome.ACCEPTED)
    assert (found["outer"], found["inner"]) == (expected if broken else expected[::-1])
    assert len(server.messages) == 2
