"""The store in a file."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi import ConfigurationError
from emailapi.webhooks import SQLiteSeenStore

from .stores import Timed, claims_of_processes


def test_a_file_keeps_what_another_process_committed(tmp_path):
    SQLiteSeenStore(tmp_path / "seen.db").commit("a")
    assert not SQLiteSeenStore(tmp_path / "seen.db").claim("a", 50)
    assert repr(SQLiteSeenStore(tmp_path / "seen.db")).endswith("seen.db')")


def test_a_file_does_not_grow_with_what_has_expired(tmp_path):
    timed = Timed(lambda clock: SQLiteSeenStore(tmp_path / "seen.db", keep=100, clock=clock))
    for number in range(30):
        timed.store.claim(str(number), 50)
        timed.store.count(str(number), 50)
        timed.advance(70)
    with sqlite3.connect(tmp_path / "seen.db") as connection:
        (rows,) = connection.execute("SELECT (SELECT count(*) FROM seen) + (SELECT count(*) FROM counts)").fetchone()
    connection.close()
    assert rows <= 4


def test_a_relative_path_stays_where_the_store_was_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = SQLiteSeenStore("seen.db")
    monkeypatch.chdir("/")
    store.commit("a")
    assert not SQLiteSeenStore(tmp_path / "seen.db").claim("a", 50)


@pytest.mark.parametrize("path", [":memory:", ""])
def test_a_store_in_memory_needs_no_file(path):
    with pytest.raises(ConfigurationError, match="use MemorySeenStore"):
        SQLiteSeenStore(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot open '.*nowhere.*': unable to open"):
        SQLiteSeenStore(tmp_path / "nowhere" / "seen.db")
    (tmp_path / "text").write_text("no database at all" * 100)
    with pytest.raises(ConfigurationError, match="file is not a database"):
        SQLiteSeenStore(tmp_path / "text")


@pytest.mark.processes
def test_processes_share_a_file(start, tmp_path):
    assert claims_of_processes(start, tmp_path / "go", "sqlite", str(tmp_path / "seen.db")) == (100, 100)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_file_is_shared_with_a_forked_process(tmp_path):
    store = SQLiteSeenStore(tmp_path / "seen.db")
    assert store.claim("a", 50)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(store.count, "x", 50).result()
    child = os.fork()
    if not child:
        os._exit(0 if not store.claim("a", 50) and store.claim("b", 50) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not store.claim("b", 50)
