"""The data file: a sandbox changes its own, and no other."""

from __future__ import annotations

import os
import sqlite3

import pytest

from emailapi.errors import ConfigurationError
from emailapi.sandbox import Sandbox


def _fails(path, match):
    with pytest.raises(ConfigurationError, match=match) as caught:
        Sandbox(path).start()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"x", b"Dear diary, " * 100, b"SQLite format 2\0" + b"\0" * 200])
def test_a_file_that_is_not_a_database_is_an_error_and_unchanged(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    _fails(path, "is not a SQLite database")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("application_id", [0, 7])
def test_a_database_of_another_program_is_an_error_and_unchanged(tmp_path, application_id):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {application_id}")
        connection.execute("CREATE TABLE things (id)")
    connection.close()
    before = path.read_bytes()
    _fails(path, "is a database of another program")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_is_an_error(tmp_path):
    _fails(tmp_path, "is a directory")


def test_a_missing_directory_is_an_error(tmp_path):
    _fails(tmp_path / "deep" / "messages.db", "there is no directory")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device")
def test_a_device_is_an_error():
    _fails("/dev/full", "is not a regular file")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a directory in which no user can write")
def test_a_file_that_cannot_be_created_is_an_error():
    _fails("/proc/messages.db", "cannot be")


def test_a_read_only_file_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # root may write anything

        def fail(*_arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", fail)
    _fails(path, "cannot be opened: Permission denied")


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_an_invalid_file_name_is_an_error(path):
    with pytest.raises(ConfigurationError):
        Sandbox(path).start()


def test_an_empty_file_becomes_a_data_file(tmp_path):
    path = tmp_path / "messages.db"
    path.touch()
    Sandbox(path).start().close()
    assert path.read_bytes()[:15] == b"SQLite format 3"


def test_a_damaged_data_file_is_an_error(tmp_path):
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    _fails(path, "cannot be used")


def test_a_damaged_page_is_an_error_of_the_data_file(tmp_path):
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    content = path.read_bytes()
    failures = []
    for page in range(1, 12):
        path.write_bytes(content[: 4096 * page] + b"\xff" * 4096 + content[4096 * (page + 1) :])
        try:
            Sandbox(path).start().close()
        except ConfigurationError as error:  # any other exception fails the test
            failures.append(str(error))
    assert failures
    assert all(str(path) in failure for failure in failures)


def test_a_truncated_data_file_is_an_error(tmp_path):
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    path.write_bytes(path.read_bytes()[:100])
    _fails(path, "cannot be used")


def test_a_file_name_is_never_read_as_a_uri(tmp_path):
    path = tmp_path / "file:mail?mode=memory%20#1.db"
    Sandbox(path).start().close()
    assert list(tmp_path.iterdir()) == [path]


def test_the_name_of_sqlite_for_memory_means_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Sandbox(":memory:").start().close()
    assert list(tmp_path.iterdir()) == []


def test_a_data_file_is_used_by_one_sandbox_at_a_time(tmp_path):
    """Each has its own clock, faults and waiting tests."""
    path = tmp_path / "messages.db"
    with Sandbox(path) as first, Sandbox(tmp_path / "other.db"):
        _fails(path, "is used by another sandbox")
        assert first.messages() == []
        with sqlite3.connect(path) as connection:  # other programs may read
            assert connection.execute("SELECT count(*) FROM servers").fetchone() == (1,)
        connection.close()
    with Sandbox(path):
        _fails(path, "is used by another sandbox")
