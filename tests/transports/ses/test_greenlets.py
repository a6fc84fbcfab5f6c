"""Greenlets and forked processes share a transport to SES, whenever and however they come about."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import threading
from collections import Counter

import pytest
import trustme

from ..greenlets import PATCHES, outcomes
from .conftest import mail
from .fake import CUT, HANG_UP, RESET

AUTHORITY = trustme.CA()


@pytest.fixture
def tls(tmp_path, monkeypatch):
    """Make a server's side of TLS for localhost, which boto3 trusts."""
    import ssl

    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    return context


def subjects(posts) -> Counter[str]:
    return Counter(post["Message.Subject.Data"] for post in posts)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("patch", PATCHES)
def test_greenlets_deliver_each_email_once_and_know_which(patch, serve):
    service = serve(None, CUT, RESET, None, CUT)
    found, _ = outcomes("ses", patch, url=service.url)
    assert len(found) == 10 + patch.endswith("use")
    received = subjects(service.posts)
    assert max(received.values()) == 1
    assert {subject for subject, outcome in found.items() if outcome == "not_sent"}.isdisjoint(received)
    assert {subject for subject, outcome in found.items() if outcome == "accepted"} == set(subjects(service.accepted))
    assert "unknown" in found.values()


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("patch", [patch for patch in PATCHES if patch.endswith(("early", "import"))])
def test_greenlets_send_by_tls_once_they_patch_before_boto3_is_loaded(patch, serve, tls):
    service = serve(HANG_UP, None, CUT, tls=tls)
    found, _ = outcomes("ses", patch, url=service.url)
    assert subjects(service.posts) == Counter(list(found))
    assert Counter(found.values()) == {"accepted": 9, "unknown": 1}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("patch", [patch for patch in PATCHES if patch.endswith(("late", "use"))])
def test_tls_of_boto3_that_was_loaded_before_patching_is_a_clear_error(patch, serve, tls):
    service = serve(tls=tls)
    found, errors = outcomes("ses", patch, url=service.url)
    accepted = [subject for subject, outcome in found.items() if outcome == "accepted"]
    # A connection of before serves on.
    assert len(accepted) <= (2 if patch.endswith("use") else 0)
    assert subjects(service.posts) == Counter(accepted)
    assert errors.count("patch before boto3 is imported") == len(found) - len(accepted)


def fork_in_c() -> int:
    """Fork as uWSGI does, without Python's hooks; with the interpreter's lock, which the child has then."""
    return ctypes.PyDLL(None).fork()


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("encrypted", [False, True], ids=["", "tls"])
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
@pytest.mark.parametrize("fork", [os.fork, fork_in_c])
def test_a_child_has_connections_of_its_own(fork, given, encrypted, serve, boto, connect, tls):
    service = serve(tls=tls if encrypted else None)
    transport = connect(service.url, **({"client": boto(service.url), "region_name": None} if given else {}))
    transport.send(mail(subject="1"))
    child = fork()
    if not child:
        status = 1
        try:
            transport.send(mail(subject="2"))
            transport.send(mail(subject="3"))
            transport.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    transport.send(mail(subject="4"))
    assert [post["Message.Subject.Data"] for post in service.accepted] == ["1", "2", "3", "4"]
    assert service.connections == 2


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("fork", [os.fork, fork_in_c])
def test_a_child_does_not_wait_for_a_lock_of_its_parent(fork, serve, connect):
    """A thread of the parent has a lock of urllib3's pool at the fork."""
    import gc

    from urllib3.poolmanager import PoolManager

    service = serve()
    transport = connect(service.url)
    transport.send(mail())
    locks = [manager.pools.lock for manager in gc.get_objects() if isinstance(manager, PoolManager)]
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        for lock in locks:
            lock.acquire()
        held.set()
        done.wait(60)
        for lock in locks:
            lock.release()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    child = fork()
    if not child:
        status = 1
        try:
            transport.send(mail())
            status = 0
        finally:
            os._exit(status)
    try:
        _wait_for(child)
    finally:
        done.set()
        thread.join()


def _wait_for(child: int) -> None:
    ended = threading.Event()
    killer = threading.Thread(target=lambda: ended.wait(60) or os.kill(child, 9))
    killer.start()
    try:
        assert os.waitpid(child, 0)[1] == 0
    finally:
        ended.set()
        killer.join()
