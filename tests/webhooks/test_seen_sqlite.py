"""The store in a file."""

from __future__ import annotations

import sqlite3

import pytest

from emailapi import ConfigurationError
from emailapi.webhooks import SQLiteSeenStore

from ..forking import FORKS, run_forking
from .stores import Timed, claims_of_processes


def test_keys_committed_by_another_process_are_kept(tmp_path):
    SQLiteSeenStore(tmp_path / "seen.db").commit("a")
    assert not SQLiteSeenStore(tmp_path / "seen.db").claim("a", 50)
    assert repr(SQLiteSeenStore(tmp_path / "seen.db")).endswith("seen.db')")


@pytest.mark.costly
def test_expired_keys_are_removed_from_the_file(tmp_path):
    timed = Timed(lambda clock: SQLiteSeenStore(tmp_path / "seen.db", keep=100, clock=clock))
    for number in range(30):
        timed.store.claim(str(number), 50)
        timed.store.count(str(number), 50)
        timed.advance(70)
    with sqlite3.connect(tmp_path / "seen.db") as connection:
        (rows,) = connection.execute("SELECT (SELECT count(*) FROM seen) + (SELECT count(*) FROM counts)").fetchone()
    connection.close()
    assert rows <= 4


def test_a_relative_path_is_resolved_when_the_store_is_created(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = SQLiteSeenStore("seen.db")
    monkeypatch.chdir("/")
    store.commit("a")
    assert not SQLiteSeenStore(tmp_path / "seen.db").claim("a", 50)


@pytest.mark.parametrize("path", [":memory:", ""])
def test_a_path_in_memory_is_an_error(path):
    with pytest.raises(ConfigurationError, match="use MemorySeenStore"):
        SQLiteSeenStore(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot open '.*nowhere.*': unable to open"):
        SQLiteSeenStore(tmp_path / "nowhere" / "seen.db")
    (tmp_path / "text").write_text("no database at all" * 100)
    with pytest.raises(ConfigurationError, match="file is not a database"):
        SQLiteSeenStore(tmp_path / "text")


@pytest.mark.costly
def test_processes_share_a_file(start, tmp_path):
    assert claims_of_processes(start, tmp_path / "go", "sqlite", str(tmp_path / "seen.db")) == (100, 100)


FORKED = """
from emailapi.webhooks import SQLiteSeenStore

def work():
    assert not store.claim("a", 50)
    assert store.claim("b", 50)

store = SQLiteSeenStore(path)
assert store.claim("a", 50)
in_child(work)
assert not store.claim("b", 50)
"""


@pytest.mark.costly
@pytest.mark.parametrize("fork", FORKS)
def test_a_file_is_shared_with_a_forked_process(fork, tmp_path):
    run_forking(FORKED, fork, path=str(tmp_path / "seen.db"))


BEGINNING = """
import os
from emailapi.webhooks import SQLiteSeenStore

def begin(path):
    while not os.path.exists(path + "-go"):
        pass
    SQLiteSeenStore(path).claim("a", 50)

for number in range(40):
    path = f"{folder}/{number}.db"
    children = []
    for _ in range(6):
        child = fork()
        if not child:
            try:
                begin(path)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    open(path + "-go", "w").close()
    assert [ended(child) for child in children] == [0] * 6
"""


@pytest.mark.exhaustive
@pytest.mark.slow
def test_processes_can_create_the_file_at_the_same_time(tmp_path):
    run_forking(BEGINNING, folder=str(tmp_path))


def test_a_path_that_cannot_be_encoded_is_named():
    with pytest.raises(ConfigurationError, match="cannot open"):
        SQLiteSeenStore("\ud800")
