"""Fixtures and hooks of all tests: a clean environment, JSON, child processes, and parts that may be missing."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .clock import Clock, use_clock
from .interrupting import accept_nudges

TESTS = Path(__file__).parent
# Linux ends a program that is started so when the thread that started it ends.
SETPRIV = shutil.which("setpriv")
TIED = [SETPRIV, "--pdeathsig", "KILL"] if SETPRIV else []


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """
    Keep Python's garbage collector from going through all the tests, again and again.

    That took a quarter of the time of a run; and each test that asks for a collection waited for it. From Python 3.14
    on, hypothesis asks the collector what refers to an object of its own, and is told nothing about what is frozen.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        if sys.version_info < (3, 14):
            gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> None:
    """Take SIGINT as a terminal's program does: a shell starts what runs in the background with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    accept_nudges()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from each test what the machine's environment says to a client."""
    for name in tuple(os.environ):
        if name.startswith(("EMAILAPI_", "POSTMARK_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def collect_garbage() -> Iterator[None]:
    """Let garbage be collected again after a test that has switched it off."""
    yield
    gc.enable()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Give the clock of all deadlines, which stands still except for pauses."""
    clock = Clock()
    with use_clock(clock):
        yield clock


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """
    Give `start(program, *arguments)`, which returns a process whose output is read by pipes.

    The process outlives neither the test nor pytest, and is killed after two minutes: no test waits for it for ever.
    """
    with ExitStack() as ending:

        def start(*command: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*TIED, *command], cwd=TESTS.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            ending.enter_context(process)
            ending.callback(process.kill)
            timer = threading.Timer(120, process.kill)
            timer.start()
            ending.callback(timer.cancel)
            return process

        yield start


@pytest.fixture(scope="session")
def needs() -> Callable[[str, object, str], None]:
    """
    Give `needs(part, there, reason)`, for a test that needs a part of the system, as Chromium or Postfix.

    Where the part is not there the test is skipped with the reason; it fails if REQUIRE names the part.
    """

    def needs(part: str, there: object, reason: str) -> None:
        if there:
            return
        if part in os.environ.get("REQUIRE", "").split():
            pytest.fail(f"REQUIRE names {part}: {reason}", pytrace=False)
        pytest.skip(f"{part}: {reason}")

    return needs


@pytest.fixture(scope="session")
def responses_json() -> Callable[[str], Any]:
    """Give `responses_json(name)`: a response of the service, written by hand from the contract in tests/responses/."""
    return lambda name: json.loads((TESTS / "responses" / f"{name}.json").read_bytes())


@pytest.fixture(scope="session")
def requests_json() -> Callable[[str], Any]:
    """Give `requests_json(name)`: what the service is sent, as tests/requests/ has it by hand from the contract."""
    return lambda name: json.loads((TESTS / "requests" / f"{name}.json").read_bytes())
