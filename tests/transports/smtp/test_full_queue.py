"""A Unix domain socket whose server is slow to accept: its queue of connections is full."""

from __future__ import annotations

import socket
import sys

import pytest

from emailapi import ConnectionFailed, DeadlineExceeded, Outcome, SMTPTransport

from .conftest import QUICK
from .emails import new_email
from .scripted import polite


@pytest.fixture
def full(folder, closing):
    """Give a listener whose queue is full, and who has been waiting in it."""
    listener = closing.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind(str(folder / "s"))
    listener.listen(0)
    waiting = []
    while True:
        other = closing.enter_context(socket.socket(socket.AF_UNIX))
        other.setblocking(False)
        try:
            other.connect(str(folder / "s"))
        except BlockingIOError:
            return listener, waiting
        waiting.append(other)


def test_a_full_listen_queue_is_waited_for(full, script, monkeypatch):
    """Over TCP the system waits; over a Unix domain socket it does not."""
    listener, waiting = full
    pauses = []

    def serve(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            for other in waiting:
                other.close()
            servers.append(script(polite(), listener=listener))

    servers = []
    monkeypatch.setattr("emailapi._delivery.retry.time.sleep", serve)
    with SMTPTransport(socket_path=listener.getsockname(), timeout=5) as transport:
        transport.send(new_email())
    assert servers[0].messages


def test_a_listen_queue_that_stays_full_ends_with_the_timeout(full):
    transport = SMTPTransport(socket_path=full[0].getsockname(), timeout=0.1, retry=QUICK)
    with pytest.raises(ConnectionFailed, match="too many clients are waiting") as caught:
        transport.send(new_email())
    assert (caught.value.retryable, caught.value.attempts) == (True, 3)


PATCH = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
SEND = """
import sys
from emailapi import ConnectionFailed, Email, Retry, SMTPTransport

transport = SMTPTransport(socket_path=sys.argv[1], timeout=0.1, retry=Retry(attempts=1))
try:
    transport.send(Email(sender="me@example.com", to="you@example.org", text_body="Hello"))
except ConnectionFailed as error:
    print(error.message)
"""


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.parametrize("library", PATCH)
def test_a_full_listen_queue_ends_with_the_timeout_under_gevent(library, full, start):
    process = start(sys.executable, "-W", "ignore", "-c", PATCH[library] + SEND, full[0].getsockname())
    assert "too many clients are waiting" in process.communicate()[0]


def test_a_listen_queue_that_stays_full_ends_with_the_deadline(full):
    with pytest.raises(DeadlineExceeded) as caught:
        SMTPTransport(socket_path=full[0].getsockname(), deadline=0.1).send(new_email())
    assert caught.value.outcome is Outcome.NOT_SENT
