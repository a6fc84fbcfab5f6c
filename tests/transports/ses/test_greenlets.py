"""Greenlets and forked processes share a transport to SES, whenever and however they come about."""

from __future__ import annotations

from collections import Counter

import pytest
import trustme

from ...forking import FORKS, run_forking
from ..greenlets import PATCHES, outcomes
from .fake import CUT, HANG_UP, RESET

pytestmark = pytest.mark.costly

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
@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("patch", PATCHES)
def test_greenlets_send_each_email_once_and_know_its_outcome(patch, serve):
    service = serve(None, CUT, RESET, None, CUT)
    found, _ = outcomes("ses", patch, url=service.url)
    assert len(found) == 10 + patch.endswith("use")
    received = subjects(service.posts)
    assert max(received.values()) == 1
    assert {subject for subject, outcome in found.items() if outcome == "not_sent"}.isdisjoint(received)
    assert {subject for subject, outcome in found.items() if outcome == "accepted"} == set(subjects(service.accepted))
    assert "unknown" in found.values()


@pytest.mark.slow
@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("patch", [patch for patch in PATCHES if patch.endswith(("early", "import"))])
def test_greenlets_send_by_tls_if_patched_before_boto3_is_imported(patch, serve, tls):
    service = serve(HANG_UP, None, CUT, tls=tls)
    found, _ = outcomes("ses", patch, url=service.url)
    assert subjects(service.posts) == Counter(list(found))
    assert Counter(found.values()) == {"accepted": 9, "unknown": 1}


@pytest.mark.slow
@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("patch", [patch for patch in PATCHES if patch.endswith(("late", "use"))])
def test_tls_of_boto3_imported_before_patching_is_an_error_that_says_so(patch, serve, tls):
    service = serve(tls=tls)
    found, errors = outcomes("ses", patch, url=service.url)
    accepted = [subject for subject, outcome in found.items() if outcome == "accepted"]
    # A connection of before serves on.
    assert len(accepted) <= (2 if patch.endswith("use") else 0)
    assert subjects(service.posts) == Counter(accepted)
    assert errors.count("patch before boto3 is imported") == len(found) - len(accepted)


both_forks = pytest.mark.parametrize("fork", FORKS)
# The value is whether the client is `given`.
CONNECT = """
import boto3
from emailapi import Email, SESTransport

region = "eu-west-1"
client = boto3.client("ses", region_name=region) if given else None
transport = SESTransport(client=client, region_name=None if given else region)

def send(subject):
    transport.send(Email(sender="me@example.com", to="you@example.com", subject=subject, text_body="Hello"))

send("1")
"""
CLOSE = """
transport.close()
if given:
    client.close()
"""


@pytest.fixture
def forking(monkeypatch):
    """Give `forking(service, script, fork, given)`, which runs a script that sends to a service."""

    def run(service, script, fork, *, given=False):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SES", service.url)
        run_forking(CONNECT + script + CLOSE, fork, given=given)

    return run


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("encrypted", [False, True], ids=["", "tls"])
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
@both_forks
def test_a_forked_child_has_its_own_connections(fork, given, encrypted, serve, forking, tls):
    service = serve(tls=tls if encrypted else None)
    script = """
def work():
    send("2")
    send("3")
    transport.close()

in_child(work)
send("4")
"""
    forking(service, script, fork, given=given)
    assert [post["Message.Subject.Data"] for post in service.accepted] == ["1", "2", "3", "4"]
    assert service.connections == 2


@both_forks
def test_a_forked_child_does_not_wait_for_a_lock_of_its_parent(fork, serve, forking):
    """The lock of urllib3's pool stays the one of a thread that has ended: the fork is beside no other thread."""
    service = serve()
    script = """
import gc
import threading
from urllib3.poolmanager import PoolManager

def hold():
    for lock in locks:
        lock.acquire()

locks = [manager.pools.lock for manager in gc.get_objects() if isinstance(manager, PoolManager)]
assert locks
thread = threading.Thread(target=hold)
thread.start()
thread.join()
assert not any(lock.acquire(False) for lock in locks)
in_child(lambda: send("2"))
# The locks can no longer be released, and to close the transport takes them.
import os
os._exit(0)
"""
    forking(service, script, fork)
    assert subjects(service.accepted) == Counter("12")
