"""A forked child sends over a connection of its own, and leaves its parent's alone."""

from __future__ import annotations

import threading

import pytest

from ...forking import FORKS, run_forking
from .scripted import Talk, polite

pytestmark = pytest.mark.costly

both_forks = pytest.mark.parametrize("fork", FORKS)
# The values are the server's `port`, and `options`.
CONNECT = """
from emailapi import Email, Retry, SMTPTransport
from emailapi.transports.smtp import connect

connect.SILENCE_SECONDS = 60.0  # no server waits for TLS
email = Email(sender="me@example.com", to="you@example.org", text_body="Hello")
retry = Retry(attempts=3, initial=0.01, maximum=0.02)
transport = SMTPTransport("127.0.0.1", port, retry=retry, timeout=20, **options)
"""


@both_forks
@pytest.mark.parametrize("tls", ["none", "required", "implicit"])
def test_a_forked_child_sends_over_its_own_connection(fork, tls, listen, trust):
    server = listen(implicit=trust.server if tls == "implicit" else None, starttls=trust.server)
    script = """
transport.send(email)
in_child(lambda: transport.send(email) and transport.send(email) and transport.close())
transport.send(email)
transport.close()
"""
    options = {"tls": tls, "cert_bundle": trust.bundle if tls != "none" else None}
    run_forking(CONNECT + script, fork, port=server.port, options=options)
    before, *by_child, after = server.ports
    assert before == after
    assert len(by_child) == 2
    assert len({before, *by_child}) == 2


@both_forks
def test_a_forked_child_does_not_end_the_session_of_its_parent(fork, script):
    server = script(polite())
    forking = """
import gc
import warnings

def close():
    global transport
    warnings.simplefilter("ignore", ResourceWarning)
    transport.close()
    del transport
    gc.collect()

transport.send(email)
in_child(close)
transport.send(email)
transport.close()
"""
    run_forking(CONNECT + forking, fork, port=server.port, options={"max_messages": 2})
    assert server.carriers == [1, 1]
    verbs = " ".join(server.verbs())
    assert verbs.count("DATA") == 2
    assert "QUIT" not in verbs[: verbs.rindex("DATA")]


def test_a_forked_child_does_not_wait_for_a_thread_of_its_parent(script, tmp_path):
    child_is_served, under_way = threading.Event(), tmp_path / "under way"

    def wait(talk):
        under_way.touch()
        child_is_served.wait(60)
        talk.say(b"250 ok")

    def serve_child(talk):
        child_is_served.set()
        talk.say(b"250 ok")

    server = script(polite(ends=[wait]), polite(ends=[serve_child]))
    forking = """
import pathlib
import threading
import time

thread = threading.Thread(target=transport.send, args=[email], daemon=True)
thread.start()
while not pathlib.Path(under_way).exists():
    time.sleep(0.005)
in_child(lambda: transport.send(email) and transport.close())
thread.join()
transport.close()
"""
    try:
        run_forking(CONNECT + forking, port=server.port, options={"deadline": 90}, under_way=str(under_way))
    finally:
        child_is_served.set()
    assert server.carriers == [1, 2]


@both_forks
def test_a_forked_child_does_not_wait_for_a_lock_held_at_the_fork(fork, script):
    server = script(polite())
    # The main thread holds the locks: a fork in C beside a thread that does could itself hang.
    forking = """
import threading

locks = []

def noted(real=threading.RLock):
    locks.append(real())
    return locks[-1]

threading.RLock = noted
transport.send(email)
assert locks
for lock in locks:
    assert lock.acquire(timeout=10)
in_child(lambda: transport.send(email) and transport.close())
for lock in locks:
    lock.release()
transport.send(email)
transport.close()
"""
    run_forking(CONNECT + forking, fork, port=server.port, options={})
    assert server.carriers == [1, 2, 1]


@both_forks
def test_a_lost_connection_of_a_forked_child_does_not_affect_its_parent(fork, script):
    server = script(polite(), polite(mail=[Talk.cut]), polite())
    forking = """
transport.send(email)
in_child(lambda: transport.send(email) and transport.close())
transport.send(email)
transport.close()
"""
    run_forking(CONNECT + forking, fork, port=server.port, options={})
    assert server.carriers == [1, 3, 1]
