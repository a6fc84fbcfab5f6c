"""One client shared by threads, and by the processes of a fork."""

from __future__ import annotations

import multiprocessing
import os
import threading
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
