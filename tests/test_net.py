"""The bytes that a socket has received, found out without waiting and without taking them away."""

from __future__ import annotations

import select
import socket
import threading
import time

import pytest

from emailapi._net import monotonic, readiness, received_from


@pytest.fixture
def pair():
    """Give two sockets that are connected to each other."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture(params=["poll", "select"])
def waiting(request, monkeypatch):
    """Let sockets be waited for by either call of the system: Windows and eventlet have no `poll`."""
    if request.param == "select":
        monkeypatch.delattr(select, "poll", raising=False)
    elif not hasattr(select, "poll"):
        pytest.skip("no poll on this platform")


@pytest.mark.usefixtures("waiting")
def test_a_socket_is_ready_when_data_arrives_and_at_its_end(pair):
    ours, theirs = pair
    is_ready = readiness(ours)
    assert not is_ready()
    theirs.sendall(b"ab")
    assert is_ready()
    assert received_from(ours) == b"a"
    assert ours.recv(10) == b"ab"
    assert not is_ready()
    theirs.close()
    assert is_ready()
    assert received_from(ours) == b""


@pytest.mark.usefixtures("waiting")
def test_waiting_for_readiness_lasts_for_the_given_timeout(pair):
    ours, theirs = pair
    assert not readiness(ours, 0.01)()
    threading.Timer(0.02, theirs.sendall, [b"a"]).start()
    assert readiness(ours, 60)()


def test_waiting_for_readiness_does_not_change_the_timeout_of_the_socket(pair):
    ours, _ = pair
    ours.settimeout(7)
    assert received_from(ours) is None
    assert ours.gettimeout() == 7


def test_deadlines_do_not_use_a_clock_that_a_test_replaces(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: -1.0)
    assert monotonic() > 0
