"""One client shared by threads, and by the processes of a fork."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi import ConfigurationError, Email, EmailAPIError

from ..forking import FORKS, run_forking

pytestmark = pytest.mark.costly

THREADS = 16


def new_email(subject):
    """Make an email whose response tells its subject."""
    return Email(sender="us@example.com", to="you@example.com", subject=subject, text_body="Hi")


def send(client, subject):
    """Send one email and return what its response says."""
    return client.outbound.send(new_email(subject)).message


def test_threads_get_their_own_responses(serve, connect, accepted):
    peer = serve(accepted)
    client = connect(peer.url)
    subjects = [str(number) for number in range(THREADS * 12)]
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(lambda subject: send(client, subject), subjects)) == subjects
    assert len(peer.seen) == len(subjects)
    assert peer.connections <= THREADS


def test_connections_of_threads_are_reused(serve, connect, accepted):
    peer = serve(accepted)
    client = connect(peer.url)
    for _ in range(2):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda subject: send(client, subject), "abcd"))
    opened = peer.connections
    assert opened <= 4
    assert [send(client, subject) for subject in "abcd"] == [*"abcd"]
    assert peer.connections == opened


def test_a_client_can_be_closed_while_threads_send(serve, connect, accepted):
    peer = serve(accepted)
    client = connect(peer.url)
    begun, errors = threading.Barrier(THREADS + 1), []

    def work():
        begun.wait(5)
        try:
            for number in range(50):
                send(client, str(number))
        except EmailAPIError as error:
            errors.append(error)

    with ThreadPoolExecutor(THREADS) as pool:
        working = [pool.submit(work) for _ in range(THREADS)]
        begun.wait(5)
        client.close()
    assert [future.result() for future in working] == [None] * THREADS
    assert errors
    assert not [error for error in errors if error.may_have_been_sent]
    with pytest.raises(ConfigurationError, match="closed"):
        send(client, "late")


both_forks = pytest.mark.parametrize("fork", FORKS)
# The values are the server's `url`, and `own`: whether the session is the user's.
CONNECT = """
import requests
from emailapi import Client, Email, Retry

session = requests.Session() if own else None
client = Client("token", base_url=url, session=session, retry=Retry(attempts=1), reconcile=False)

def send(subject):
    return client.outbound.send(
        Email(sender="us@example.com", to="you@example.com", subject=subject, text_body="Hi")
    ).message

def send_all(name):
    subjects = [f"{name}-{number}" for number in range(20)]
    assert [send(subject) for subject in subjects] == subjects

send_all("parent")
"""
CLOSE = """
client.close()
if own:
    session.close()
"""


def senders(peer):
    """Return who sent over each connection."""
    found = {}
    for seen in peer.seen:
        found.setdefault(seen.connection, set()).add(seen.json["Subject"].partition("-")[0])
    return sorted(found.values(), key=sorted)


@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
def test_after_a_fork_each_process_has_its_own_connection(serve, accepted, own):
    peer = serve(accepted)
    script = """
import multiprocessing

context = multiprocessing.get_context("fork")
children = [context.Process(target=send_all, args=[name]) for name in "ab"]
for child in children:
    child.start()
send_all("parent")
for child in children:
    child.join(30)
    assert child.exitcode == 0
"""
    run_forking(CONNECT + script + CLOSE, url=peer.url, own=own)
    assert senders(peer) == [{"a"}, {"b"}, {"parent"}]
    assert len(peer.seen) == 80


@both_forks
@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
def test_a_child_has_its_own_connection_while_its_parent_sends(fork, serve, accepted, own):
    peer = serve(accepted)
    script = """
import os

child = fork()
if not child:
    try:
        send_all("child")
        os._exit(0)
    finally:
        os._exit(1)
send_all("parent")
assert ended(child) == 0
"""
    run_forking(CONNECT + script + CLOSE, fork, url=peer.url, own=own)
    assert senders(peer) == [{"child"}, {"parent"}]
    assert len(peer.seen) == 60


@both_forks
def test_closing_the_client_in_a_child_does_not_affect_the_parent(fork, serve, tls, accepted, ca_file, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    peer = serve(accepted, tls=tls())
    script = """
in_child(client.close)
send_all("parent")
"""
    run_forking(CONNECT + script + CLOSE, fork, url=peer.url, own=False)
    assert (peer.connections, len(peer.seen)) == (1, 40)


def test_the_pool_grows_with_the_number_of_threads(serve, connect, accepted, caplog):
    """As many connections are kept as are needed at once, however many: none is thrown away, nor warned of."""
    count = 48
    together = threading.Barrier(count)
    peer = serve(lambda seen: together.wait(20) >= 0 and accepted(seen))
    client = connect(peer.url)
    for _ in range(3):
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda number: send(client, str(number)), range(count)))
    assert (peer.connections, len(peer.seen)) == (count, 3 * count)
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_unused_connections_are_closed(serve, connect, accepted, monkeypatch):
    together = threading.Barrier(8)
    peer = serve(lambda seen: (seen.json["Subject"] != "burst" or together.wait(20) >= 0) and accepted(seen))
    client = connect(peer.url).with_options(deadline=1000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: send(client, "burst"), range(8)))
    pool = client._session._adapters.get()._pool.pool
    assert pool.qsize() == 8
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 100)
    for _ in range(9):
        send(client, "alone")
    assert (pool.qsize(), peer.connections) == (1, 9)
