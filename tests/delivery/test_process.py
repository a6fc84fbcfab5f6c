"""Values that each process has for itself."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi._net import ProcessLocal

from ..forking import FORKS, run_forking

pytestmark = pytest.mark.costly

both_forks = pytest.mark.parametrize("fork", FORKS)
VALUE = """
import os
import threading
from emailapi._net import ProcessLocal

class Value:
    def __init__(self):
        self.pid, self.lock = os.getpid(), threading.Lock()

    def __del__(self):
        assert self.pid == os.getpid()
"""


@both_forks
def test_a_forked_child_creates_its_own_value(fork):
    script = """
local = ProcessLocal(Value)
value = local.get()

def in_first():
    mine = local.get()
    assert mine is not value and mine is local.get() and mine.pid == os.getpid()

    def in_second():
        assert local.get() not in (value, mine)

    in_child(in_second)

with value.lock:
    in_child(in_first)
assert local.get() is value
"""
    run_forking(VALUE + script, fork)


@both_forks
def test_the_value_of_the_parent_process_is_never_collected_in_a_child(fork):
    script = """
import gc

deleted = []

class Noted(Value):
    def __del__(self):
        deleted.append(self.pid)

def work():
    assert local.get()
    gc.collect()
    assert not deleted

local = ProcessLocal(Noted)
local.get()
in_child(work)
"""
    run_forking(VALUE + script, fork)


@both_forks
def test_a_child_that_has_not_used_its_value_has_nothing_to_close(fork):
    script = """
local = ProcessLocal(Value)
assert local.made() is None
value = local.get()
assert local.made() is value

def work():
    assert local.made() is None

in_child(work)
"""
    run_forking(VALUE + script, fork)


class Value:
    def __init__(self) -> None:
        self.lock = threading.Lock()


def test_all_threads_get_the_same_value():
    def slowly():
        time.sleep(0.01)
        return object()

    for _ in range(10):
        local, together = ProcessLocal(slowly), threading.Barrier(8)
        with ThreadPoolExecutor(8) as pool:
            values = list(pool.map(lambda _: together.wait() >= 0 and local.get(), range(8)))  # noqa: B023
        assert len(set(map(id, values))) == 1


def test_another_kind_of_lock_creates_another_value(monkeypatch):
    local = ProcessLocal(Value)
    value = local.get()
    monkeypatch.setattr(threading, "Lock", lambda: "another kind")
    assert local.get().lock == "another kind"
    monkeypatch.undo()
    assert local.get() is not value
