"""A forked child sends over a connection of its own, and leaves its parent's alone."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import threading
import time

import pytest

from .mails import mail
from .scripted import Talk, polite

pytestmark = [
    pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def fork_in_c() -> int:
    """Fork as uWSGI does, without Python's hooks; with the interpreter's lock, which the child has then."""
    return ctypes.PyDLL(None).fork()


FORKS = pytest.mark.parametrize("fork", [os.fork, fork_in_c])


def in_child(fork, work) -> None:
    child = fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


@FORKS
@pytest.mark.parametrize("tls", ["none", "required", "implicit"])
def test_a_child_sends_over_its_own_connection(fork, tls, listen, connect, trust):
    server = listen(implicit=trust.server if tls == "implicit" else None, starttls=trust.server)
    transport = connect(server, tls=tls, cert_bundle=trust.bundle if tls != "none" else None)
    transport.send(mail())
    in_child(fork, lambda: transport.send(mail()) and transport.send(mail()) and transport.close())
    transport.send(mail())
    assert len(server.envelopes) == 4
    assert server.peers == 2


@FORKS
def test_a_child_ends_the_session_of_its_parent_in_no_way(fork, script, connect):
    server = script(polite())
    transports = [connect(server, max_messages=2)]
    transports[0].send(mail())

    def work():
        transports[0].close()
        transports.clear()
        gc.collect()

    in_child(fork, work)
    assert "QUIT" not in server.verbs()
    transports[0].send(mail())
    assert server.carriers == [1, 1]


@FORKS
def test_a_child_does_not_wait_for_a_thread_of_its_parent(fork, script, connect):
    going_on = threading.Event()
    server = script(polite(ends=[lambda talk: going_on.wait(30) and talk.say(b"250 ok")]), polite())
    transport = connect(server, deadline=60)
    thread = threading.Thread(target=transport.send, args=[mail()])
    thread.start()
    while not server.mails:
        time.sleep(0.005)
    try:
        in_child(fork, lambda: transport.send(mail()) and transport.close())
    finally:
        going_on.set()
        thread.join()
    assert server.carriers == [1, 2]


@FORKS
def test_a_lost_connection_of_a_child_is_its_own(fork, script, connect):
    server = script(polite(), polite(mail=[Talk.cut]), polite())
    transport = connect(server)
    transport.send(mail())
    in_child(fork, lambda: transport.send(mail()))
    transport.send(mail())
    assert server.carriers == [1, 3, 1]
