"""One client shared by threads, and by the processes of a fork."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from emailapi import ConfigurationError, Email, EmailAPIError

THREADS = 16


def mail(subject):
    """Make a mail whose answer tells its subject."""
    return Email(sender="us@example.com", to="you@example.com", subject=subject, text_body="Hi")


def send(client, subject):
    """Send one mail and return what its answer says."""
    return client.outbound.send(mail(subject)).message


def test_threads_get_their_own_answers(serve, connect, accepted):
    """Threads that share a client each get their own answers, over at most one connection a thread."""
    peer = serve(accepted)
    client = connect(peer.url)
    subjects = [str(number) for number in range(THREADS * 12)]
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(lambda subject: send(client, subject), subjects)) == subjects
    assert len(peer.seen) == len(subjects)
    assert peer.connections <= THREADS


def test_connections_of_threads_are_used_again(serve, connect, accepted):
    """Connections that threads opened serve later threads."""
    peer = serve(accepted)
    client = connect(peer.url)
    for _ in range(2):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda subject: send(client, subject), "abcd"))
    opened = peer.connections
    assert opened <= 4
    assert [send(client, subject) for subject in "abcd"] == [*"abcd"]
    assert peer.connections == opened


def test_closing_while_threads_send(serve, connect, accepted):
    """A client closed by one thread while others send gives these an answer or an error of ours, nothing else."""
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


def _in_child(client, subjects, results):
    results.put((os.getpid(), [send(client, subject) for subject in subjects]))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
def test_after_a_fork_each_process_has_its_own_connection(serve, connect, accepted, own):
    """Children of a fork open connections of their own and get their own answers; the parent keeps its one."""
    peer = serve(accepted)
    with requests.Session() as session:
        client = connect(peer.url, session=session if own else None)
        assert send(client, "before") == "before"
        fork = multiprocessing.get_context("fork")
        results = fork.SimpleQueue()
        work = [[f"{child}-{number}" for number in range(20)] for child in "ab"]
        children = [fork.Process(target=_in_child, args=(client, subjects, results)) for subjects in work]
        for child in children:
            child.start()
        mine = [send(client, f"parent-{number}") for number in range(20)]
        theirs = dict(results.get() for _ in children)
        for child in children:
            child.join(10)
            assert child.exitcode == 0
            child.close()
        results.close()
    assert mine == [f"parent-{number}" for number in range(20)]
    assert sorted(theirs.values()) == work
    by_connection = {}
    for seen in peer.seen:
        by_connection.setdefault(seen.connection, set()).add(seen.json["Subject"].partition("-")[0])
    assert sorted(by_connection.values(), key=sorted) == [{"a"}, {"b"}, {"before", "parent"}]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
def test_after_a_fork_in_c_each_process_has_its_own_connection(serve, connect, accepted, own):
    """As uWSGI forks: no hook of the interpreter's is called."""
    peer = serve(accepted)
    with requests.Session() as session:
        client = connect(peer.url, session=session if own else None)
        send(client, "before")
        child = ctypes.PyDLL(None).fork()
        if not child:
            status = 1
            try:
                status = int([send(client, f"child-{number}") for number in range(20)][-1] != "child-19")
            finally:
                os._exit(status)
        assert [send(client, f"parent-{number}") for number in range(20)][-1] == "parent-19"
        assert os.waitpid(child, 0)[1] == 0
    by_connection = {}
    for seen in peer.seen:
        by_connection.setdefault(seen.connection, set()).add(seen.json["Subject"].partition("-")[0])
    assert sorted(by_connection.values(), key=sorted) == [{"before", "parent"}, {"child"}]


def test_more_threads_than_a_pool_has_places(serve, connect, accepted, caplog):
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


def test_connections_that_are_needed_no_more_are_closed(serve, connect, accepted, monkeypatch):
    """What a burst opened is closed once the servers will have forgotten it, while others go on."""
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_that_closes_the_client_leaves_the_parent_its_own(serve, connect, tls, accepted, ca_file, monkeypatch):
    """What a child does to its client, closing it included, does not disturb the parent's TLS connection."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    peer = serve(accepted, tls=tls())
    client = connect(peer.url)
    send(client, "before")
    child = os.fork()
    if not child:
        try:
            client.close()
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert send(client, "after") == "after"
    assert peer.connections == 1
