"""A store of handled events in a file, for all processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from .._hints import guard_repr
from ..errors import ConfigurationError
from .seen import KEEP_SECONDS, as_keep

T = TypeVar("T")

# For how many seconds a process waits while another one writes.
_BUSY_SECONDS = 10.0
_PURGE_SECONDS = 60.0
_PAUSE_SECONDS = 0.01
_SCHEMA = (
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, expires REAL NOT NULL, committed INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS seen_expires ON seen (expires)",
    "CREATE TABLE IF NOT EXISTS counts (key TEXT PRIMARY KEY, expires REAL NOT NULL, counted INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS counts_expires ON counts (expires)",
)
_CLAIM = """
    INSERT INTO seen (key, expires, committed) VALUES (:key, :expires, 0)
    ON CONFLICT (key) DO UPDATE SET expires = :expires, committed = 0 WHERE seen.expires <= :now
"""
_COMMIT = """
    INSERT INTO seen (key, expires, committed) VALUES (:key, :expires, 1)
    ON CONFLICT (key) DO UPDATE SET expires = :expires, committed = 1
"""
_RELEASE = "DELETE FROM seen WHERE key = :key AND committed = 0"
_COUNT = """
    INSERT INTO counts (key, expires, counted) VALUES (:key, :expires, 1)
    ON CONFLICT (key) DO UPDATE
    SET expires = :expires, counted = CASE WHEN counts.expires > :now THEN counts.counted + 1 ELSE 1 END
"""


@guard_repr
class SQLiteSeenStore:
    """
    A store in an SQLite file, shared by all threads and processes of one machine.

    Each call opens its own connection, so that a store can be used in threads and after a fork. A call that finds the
    file locked for 10 seconds, or the disk full, raises `sqlite3.OperationalError`.

    Example:
        >>> seen = SQLiteSeenStore("seen.db")
        >>> seen.claim("event-1", ttl=60)
        True
    """

    def __init__(
        self, path: str | os.PathLike[str], *, keep: float = KEEP_SECONDS, clock: Callable[[], float] = time.time
    ) -> None:
        """
        Create the file, or use an existing one.

        Args:
            path: The file. It must not be on a network drive.
            keep: Seconds for which a committed key is stored.
            clock: Returns the time in seconds, the same in all processes; a test may pass its own.

        Raises:
            ConfigurationError: The file cannot be opened, the path is empty or `":memory:"`, or an argument is not
                valid.
        """
        if not isinstance(path, (str, bytes, os.PathLike)) or "\0" in os.fsdecode(path):
            raise ConfigurationError(f"SQLiteSeenStore needs the path of a file, got {path!r}")
        if os.fspath(path) in ("", ":memory:"):
            raise ConfigurationError("SQLiteSeenStore needs the path of a file: use MemorySeenStore() for memory")
        # The program may change its folder.
        self._path = os.path.abspath(path)
        self._keep = as_keep(keep)
        self._clock = clock
        self._purge_at = 0.0
        try:
            for statement in _SCHEMA:
                self._execute(statement)
        except (sqlite3.Error, UnicodeError) as error:  # a path of half a character
            raise ConfigurationError(f"SQLiteSeenStore cannot open {self._path!r}: {error}") from None

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for `ttl` seconds; return False if the key is claimed or committed."""
        now = self._clock()
        self._purge(now)
        return self._execute(_CLAIM, key=key, expires=now + ttl, now=now) == 1

    def commit(self, key: str) -> None:
        """Remember for `keep` seconds that the event of a key is handled."""
        self._execute(_COMMIT, key=key, expires=self._clock() + self._keep)

    def release(self, key: str) -> None:
        """Release a claim, so that the key can be claimed again; a committed key stays committed."""
        self._execute(_RELEASE, key=key)

    def count(self, key: str, ttl: float) -> int:
        """Count a call for a key, and return the number of calls; forgotten `ttl` seconds after the last one."""
        now = self._clock()
        self._purge(now)

        def count(connection: sqlite3.Connection) -> int:
            # RETURNING is younger than the SQLite of many systems.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_COUNT, {"key": key, "expires": now + ttl, "now": now})
            (counted,) = connection.execute("SELECT counted FROM counts WHERE key = ?", (key,)).fetchone()
            connection.execute("COMMIT")
            return int(counted)

        return self._run(count)

    def _execute(self, statement: str, **values: object) -> int:
        """Execute one statement, and return how many rows it has changed."""
        return self._run(lambda connection: connection.execute(statement, values).rowcount)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something by a connection of its own; begin again when another process was in the way."""
        until = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                # Without an isolation level each statement is a transaction.
                with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                    connection.execute("PRAGMA synchronous = NORMAL")
                    return work(connection)
            except sqlite3.OperationalError as error:
                # Two processes that change to WAL at once do not wait for each other, nor does one that opens the file
                # while the last other one closes it.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def _purge(self, now: float) -> None:
        if now >= self._purge_at:
            self._purge_at = now + _PURGE_SECONDS
            for table in ("seen", "counts"):
                self._execute(f"DELETE FROM {table} WHERE expires <= :now", now=now)  # noqa: S608 - our own names

    def __repr__(self) -> str:
        """Return the call that makes this store."""
        return f"SQLiteSeenStore({self._path!r})"
