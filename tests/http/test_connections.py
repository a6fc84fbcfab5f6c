"""Connections: renewed when idle, tried at every address, and each process's own."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import signal
import socket
import threading
import time
from contextlib import ExitStack

import pytest
import requests

from emailapi import (
    AccountClient,
    Client,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    Email,
    EmailAPIError,
)
from emailapi._http import connection

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
forks = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform")
quietly = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.parametrize("clock", ["monotonic", "time"])
def test_a_connection_that_was_idle_too_long_is_replaced(clock, serve, connect, accepted, monkeypatch):
    """By either clock: the monotonic one may stand still while a machine sleeps, the wall clock be set back."""
    peer = serve(accepted)
    client = connect(peer.url)
    real, ahead = getattr(time, clock), [0.0]
    monkeypatch.setattr(time, clock, lambda: real() + ahead[0])
    for seconds, opened in ((0, 1), (connection.IDLE_SECONDS - 5, 1), (connection.IDLE_SECONDS + 1, 2), (0, 2)):
        ahead[0] += seconds
        with_time = client.with_options(deadline=1000)
        assert with_time.outbound.send(EMAIL).message == "Hello"
        assert peer.connections == opened


def test_a_wall_clock_that_is_set_back_does_not_replace_connections(serve, connect, accepted, monkeypatch):
    peer = serve(accepted)
    client = connect(peer.url)
    client.outbound.send(EMAIL)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 9999)
    client.outbound.send(EMAIL)
    assert peer.connections == 1


@pytest.fixture
def full():
    """Give the port of a server whose queue is full: connecting to it takes for ever."""
    with ExitStack() as closing:
        listener = closing.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = closing.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


def resolve_to(monkeypatch, *addresses):
    """Let every host name but an address have these."""
    real = socket.getaddrinfo

    def find(host, port, *args, **options):
        if host != "localhost":
            return real(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", find)


def test_all_addresses_of_a_host_have_one_deadline(connect, full, monkeypatch):
    """A host with many addresses, none of which responds, costs the deadline and not that for each."""
    resolve_to(monkeypatch, *["127.0.0.1"] * 6)
    client = connect(f"http://localhost:{full}", timeout=0.3, deadline=0.5)
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        client.outbound.send(EMAIL)
    assert 0.45 < time.monotonic() - began < 10


def test_the_next_address_is_tried(serve, connect, accepted, monkeypatch):
    peer = serve(accepted)
    resolve_to(monkeypatch, "127.0.0.9", "127.0.0.1")
    assert connect(f"http://localhost:{peer.port}").outbound.send(EMAIL).message == "Hello"


def test_a_host_without_an_address_is_not_sent(connect, monkeypatch):
    resolve_to(monkeypatch)
    with pytest.raises((ConnectionFailed, DeadlineExceeded)) as caught:
        connect("http://localhost:9").outbound.send(EMAIL)
    assert not caught.value.may_have_been_sent


def test_the_error_has_the_reason_of_the_last_address(connect, monkeypatch, serve):
    peer = serve(b"")
    peer.close()
    resolve_to(monkeypatch, "127.0.0.9", "127.0.0.1")
    with pytest.raises(ConnectionFailed, match="refused"):
        connect(f"http://localhost:{peer.port}").outbound.send(EMAIL)


def test_a_stalled_tls_handshake_ends_with_the_deadline(serve, connect):
    peer = serve(b"", greeting="silence")
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        connect(f"https://127.0.0.1:{peer.port}", timeout=30, deadline=0.5).outbound.send(EMAIL)
    assert time.monotonic() - began < 20


def in_child(work):
    """Do something in a forked child, for a minute at most, and return how the child ended."""
    child = os.fork()
    if not child:
        signal.alarm(60)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


@forks
@quietly
@pytest.mark.parametrize("what", ["send", "close", "both"])
def test_a_fork_while_another_thread_holds_locks_does_not_block_the_child(what, serve, connect, accepted):
    peer = serve(accepted)
    client = connect(peer.url)
    client.outbound.send(EMAIL)
    adapter = client._session._adapters.get()
    held, go = threading.Event(), threading.Event()

    def hold():
        with adapter.poolmanager.pools.lock:
            held.set()
            go.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)

    def work():
        if what != "close":
            assert client.outbound.send(EMAIL).message == "Hello"
        if what != "send":
            client.close()

    try:
        assert in_child(work) == 0
    finally:
        go.set()
        thread.join()
    assert client.outbound.send(EMAIL).message == "Hello"
    assert peer.connections == (1 if what == "close" else 2)


@pytest.mark.costly
@forks
@quietly
def test_keys_differ_between_the_processes_of_a_fork(serve, connect, accepted):
    """Parent and child give their emails keys of their own."""
    peer = serve(accepted)
    client = connect(peer.url, reconcile=True)
    assert in_child(lambda: client.outbound.send_batch([EMAIL] * 3)) == 0
    client.outbound.send_batch([EMAIL] * 3)
    keys = [email["Metadata"]["emailapi-key"] for seen in peer.seen for email in seen.json]
    assert len(set(keys)) == 6


@pytest.mark.parametrize("kind", [Client, AccountClient])
def test_a_client_cannot_be_pickled_or_copied(kind):
    """A client is neither pickled nor copied: what came of it would hold the token."""
    with kind("5ecret") as client:
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="create one in each process") as caught:
                attempt(client)
            assert "5ecret" not in str(caught.value)


class Odd(Exception):
    """An exception that a user's hook may raise."""


@pytest.mark.parametrize("raised", [Odd("5ecret"), KeyError("x"), EmailAPIError("another client's"), MemoryError()])
def test_an_error_raised_by_a_given_session_is_an_unknown_outcome(raised, serve, connect, accepted):
    def fail(response, **_):
        raise raised

    with requests.Session() as session:
        session.hooks["response"] = fail
        peer = serve(accepted)
        client = connect(peer.url, session=session)
        with pytest.raises(DeliveryUnknown) as caught:
            client.outbound.send(EMAIL)
        (item,) = client.outbound.send_batch([EMAIL])
    assert isinstance(item, DeliveryUnknown)
    assert caught.value.__context__ is None
    assert "5ecret" not in str(caught.value)
    assert len(peer.seen) == 2


def test_an_invalid_host_name_is_not_sent(connect):
    with pytest.raises(EmailAPIError) as caught:
        connect(f"https://{'a' * 64}.example").outbound.send(EMAIL)
    assert not caught.value.may_have_been_sent


def test_an_invalid_proxy_address_is_an_error_of_the_client(connect, serve, accepted, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://[::1")
    with pytest.raises(ConfigurationError, match="the address of the proxy"):
        connect(serve(accepted).url)
