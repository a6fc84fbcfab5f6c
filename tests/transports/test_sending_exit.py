"""`send_many` while the interpreter ends: no result of an accepted email is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ..faults.modes import Mode, respond_with

pytestmark = pytest.mark.costly

ROOT = Path(__file__).parents[2]
HEAD = """
import atexit, sys, threading, time
from emailapi import Client
client = Client("t", base_url={url!r})
def emails(count):
    return ({{"sender": "s@example.com", "to": "a@example.com", "text_body": "x"}} for _ in range(count))
def many(count, **more):
    return client.outbound.send_many(emails(count), **{{"chunk_size": 2, "workers": 2, **more}})
def tell(sending):
    for item in sending:
        print(item.outcome.value, flush=True)
"""


def slow(seconds: float) -> Mode:
    return Mode("slow", "fine", lambda exchange: time.sleep(seconds) or respond_with(exchange.value)(exchange))


def python(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def run(serve):
    """Run a program; return the emails that the service accepted and the outcomes that the program printed."""

    def run(code: str, seconds: float = 0.02, status: int = 0) -> tuple[int, list[str]]:
        service = serve(*[slow(seconds)] * 200)
        done = python(HEAD.format(url=service.url) + code, "-W", "ignore")
        assert done.returncode == status, done.stderr
        assert status or not done.stderr
        return len(service.accepted), done.stdout.split()

    return run


BEGUN_LATE = "def read():\n    threading.main_thread().join()\n    tell(many(21))\n"
BEGUN_EARLY = "sending = many(21)\ndef read():\n    threading.main_thread().join()\n    tell(sending)\n"
READING = "def read():\n    tell(many(21))\n"


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("code", [BEGUN_LATE, BEGUN_EARLY, READING], ids=["begun late", "begun early", "reading"])
def test_a_thread_that_outlives_the_main_thread_sends_all_and_reads_all(code, run):
    accepted, outcomes = run(code + "threading.Thread(target=read).start()")
    assert accepted == 21
    assert outcomes == ["accepted"] * 21


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize(
    "code",
    [
        "atexit.register(lambda: tell(many(21)))",
        "sending = many(21); atexit.register(lambda: tell(sending))",
        "client.outbound; atexit.register(lambda: print(*['accepted'] * many(21).wait().accepted))",
        "def flush():\n    with many(21) as sending:\n        tell(sending)\natexit.register(flush)",
    ],
    ids=["begun there", "begun before", "wait", "with"],
)
def test_an_atexit_handler_sends_without_workers(code, run):
    accepted, outcomes = run(code)
    assert accepted == 21
    assert outcomes == ["accepted"] * 21


def test_an_atexit_handler_may_be_the_first_to_load_the_package(serve):
    """The module of the thread pool cannot even be imported then."""
    service = serve()
    code = HEAD.format(url=service.url).replace("\n", "\n    ")
    code = f"import atexit\ndef flush():\n    {code}\n    tell(many(5))\natexit.register(flush)\n"
    done = python(code)
    assert done.stderr == ""
    assert done.stdout.split() == ["accepted"] * 5
    assert len(service.accepted) == 5


def test_an_atexit_handler_that_reads_no_result_gets_a_warning(serve):
    service = serve()
    code = HEAD.format(url=service.url) + "atexit.register(lambda: many(5) and None)"
    done = python(code)
    assert "0 emails were taken" in done.stderr
    assert not service.accepted


def test_a_daemon_thread_sends_nothing_new_after_the_end_of_the_main_thread(run):
    """It may be ended in the middle of a request: what it reads until then tells what was sent."""
    code = """
def read():
    for item in many(60, chunk_size=1, workers=1):
        print(item.outcome.value, flush=True)
        begun.set()
begun = threading.Event()
threading.Thread(target=read, daemon=True).start()
begun.wait()
"""
    accepted, outcomes = run(code, seconds=1.0)
    assert accepted == 2  # the one that was read, and the one under way
    assert outcomes[0] == "accepted"


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("left_by, status", [("raise LookupError", 1), ("sys.exit(1)", 1), ("break", 0)])
def test_a_program_that_exits_within_the_loop_sends_nothing_more(left_by, status, run):
    code = f"sending = many(40, chunk_size=1, workers=1)\nfor item in sending:\n    {left_by}\n"
    accepted, _ = run(code, seconds=1.0, status=status)
    assert accepted == 2  # the one that was read, and the one under way


def test_unread_results_are_of_emails_that_were_sent(run):
    accepted, _ = run("sending = many(40, chunk_size=1, workers=1)")
    assert accepted == 2


def test_all_emails_are_sent_if_no_thread_can_be_started(serve, connect, monkeypatch):
    """A pool whose first thread runs keeps a job that it could not start a second one for: it is sent once."""
    service = serve(*[slow(0.05)] * 40)
    start, started = threading.Thread.start, []

    def few(thread):
        if thread.name.startswith("emailapi-send"):
            if started:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", few)
    emails = [{"sender": "s@example.com", "to": f"m{n}@example.com", "text_body": "x"} for n in range(21)]
    items = list(connect(service).outbound.send_many(emails, chunk_size=2, workers=3))
    assert [item.to for item in items] == [one["to"] for one in emails]
    assert sorted(one.to for one in service.accepted) == sorted(one["to"] for one in emails)
    assert started
