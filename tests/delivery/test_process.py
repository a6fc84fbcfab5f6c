"""Values that each process has for itself."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi._delivery import ProcessLocal

pytestmark = [
    pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this platform"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


class Value:
    """Something that notes in which process it was closed by the garbage collector."""

    def __init__(self) -> None:
        self.pid, self.lock = os.getpid(), threading.Lock()

    def __del__(self) -> None:
        assert self.pid == os.getpid()


def fork_in_c() -> int:
    # With the interpreter's lock held: without, another thread might hold it for ever in the child.
    return ctypes.PyDLL(None).fork()


def in_child(fork, work) -> bool:
    """Do something in a child, and return whether it came out true."""
    child = fork()
    if not child:
        status = 1
        try:
            status = 0 if work() else 1
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("fork", [os.fork, fork_in_c])
def test_a_forked_child_makes_a_value_of_its_own(fork):
    local = ProcessLocal(Value)
    value = local.get()

    def in_first():
        mine = local.get()
        grandchild = in_child(fork, lambda: local.get() not in (value, mine))
        return grandchild and mine is not value and mine is local.get() and mine.pid == os.getpid()

    with value.lock:
        assert in_child(fork, in_first)
    assert local.get() is value


@pytest.mark.parametrize("fork", [os.fork, fork_in_c])
def test_the_value_of_the_parent_process_is_never_collected_in_a_child(fork):
    deleted = []

    class Noted(Value):
        def __del__(self):
            deleted.append(self.pid)

    local = ProcessLocal(Noted)
    local.get()
    assert in_child(fork, lambda: bool(local.get()) and not deleted)


def test_a_child_has_nothing_to_close_before_it_used_its_value():
    local = ProcessLocal(Value)
    assert local.made() is None
    value = local.get()
    assert local.made() is value
    assert in_child(os.fork, lambda: local.made() is None)


def test_all_threads_get_the_same_value():
    def slowly():
        time.sleep(0.01)
        return object()

    for _ in range(10):
        local, together = ProcessLocal(slowly), threading.Barrier(8)
        with ThreadPoolExecutor(8) as pool:
            values = list(pool.map(lambda _: together.wait() >= 0 and local.get(), range(8)))  # noqa: B023
        assert len(set(map(id, values))) == 1


def test_another_kind_of_lock_makes_another_value(monkeypatch):
    local = ProcessLocal(Value)
    value = local.get()
    monkeypatch.setattr(threading, "Lock", lambda: "another kind")
    assert local.get().lock == "another kind"
    monkeypatch.undo()
    assert local.get() is not value
