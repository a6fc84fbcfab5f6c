"""
The sandbox's database, and the only module that uses SQLite, with `schema` and `migrations`.

One connection serves all threads, behind a lock. Each request is one transaction: half of a batch is never visible, and
never stored by a process that crashes. A pool of connections was not faster.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConfigurationError, EmailAPIError
from .data_file import DataFile
from .migrations import check_version, migrate
from .schema import APPLICATION_ID, create, create_in_memory

Row = sqlite3.Row
Value = str | int | bytes | None

# SQLite's primary result codes for a database that cannot be read or written at the moment. Every other code means a
# mistake in a statement.
_UNAVAILABLE = frozenset(
    getattr(sqlite3, f"SQLITE_{name}")
    for name in "BUSY CANTOPEN CORRUPT FULL IOERR LOCKED NOMEM NOTADB PERM PROTOCOL READONLY".split()
)
LARGEST_ID = 2**63 - 1  # in SQLite
_BUSY_TIMEOUT = 1000  # milliseconds that a request waits for another program that is writing to the data file


class StorageFailed(EmailAPIError):
    """The database could not be read or written: a full disk, a lock, an I/O error. Nothing was stored."""


class Transaction:
    """
    Statements in one transaction.

    Attributes:
        urgent: Whether there is work now that cannot wait, such as a request to a webhook.
    """

    urgent = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on this connection, in a transaction that is open already."""
        self._connection = connection

    def rows(self, sql: str, *values: Value) -> list[Row]:
        """Return all rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def named(self, sql: str, **values: Value) -> list[Row]:
        """Return all rows of a query whose values have names."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> Row | None:
        """Return the first row of a query, or None."""
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def number(self, sql: str, *values: Value) -> int:
        """Return the one number that a query gives."""
        return int(self._connection.execute(sql, values).fetchone()[0])

    def run(self, sql: str, *values: Value) -> int:
        """Carry a statement out, and return the id of the row that it inserted."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def changes(self, sql: str, *values: Value) -> bool:
        """Carry a statement out, and return whether it has inserted, changed or deleted a row."""
        return self._connection.execute(sql, values).rowcount > 0

    def insert(self, table: str, **facts: Value) -> int:
        """Store one row, by the names of its columns, and return its id; the names are the program's own."""
        columns, places = ", ".join(facts), ", ".join("?" * len(facts))
        return self.run(f"INSERT INTO {table} ({columns}) VALUES ({places})", *facts.values())  # noqa: S608

    def update(self, table: str, row_id: int, **facts: Value) -> None:
        """Change one row by its id, likewise."""
        setting = ", ".join(f"{column} = ?" for column in facts)
        self.run(f"UPDATE {table} SET {setting} WHERE id = ?", *facts.values(), row_id)  # noqa: S608

    def run_all(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry a statement out for each row."""
        if rows != []:
            self._connection.executemany(sql, rows)


class Store:
    """
    The database of one sandbox.

    Attributes:
        path: The data file, or None for memory.
        changed: Notified after each change.
        revision: The number of changes since the database was opened.
        work: Set after a change, for the thread that does what can wait.
        process: Takes in the messages that were acknowledged and not read yet; each transaction calls it before.
        has_arrivals: Whether there are such messages.
        urgent: Set after a change that made work which cannot wait.
        failure: Why the last change that others wait for could not be stored; empty if it was.
    """

    process: Callable[[], object]
    has_arrivals = False
    failure = ""

    def __init__(self, data: str | os.PathLike[str] | None, fill: Callable[[Transaction], None]) -> None:
        """
        Open the database, or make it and let `fill` put in what every sandbox has.

        Raises:
            ConfigurationError: The data file is not ours, is damaged, or cannot be read or written.
        """
        self.path = None if data is None or data == ":memory:" else Path(data)
        self._lock = threading.Lock()
        self.changed = threading.Condition()
        self.work, self.urgent = threading.Event(), threading.Event()
        self.revision = 0
        self._as_is = threading.local()
        self._closed = False
        self._file: DataFile | None = None
        if data is not None and not os.fspath(data):
            raise ConfigurationError("the data file's name is empty")
        try:
            self._file = self._open_file()
            self._connection = sqlite3.connect(
                ":memory:" if self.path is None else self.path,
                timeout=5,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except (OSError, ValueError, sqlite3.Error) as error:
            if self._file is not None:
                self._file.close()
            name = os.fspath(data or "")
            raise ConfigurationError(f"data file {name!r} cannot be opened: {_reason(error)}") from None
        try:
            self._prepare(fill)
        except BaseException as error:
            self.close()
            cause = error.__cause__ if isinstance(error, StorageFailed) else error
            if not isinstance(cause, sqlite3.Error):
                raise
            where = "the database" if self.path is None else f"data file {str(self.path)!r}"
            raise ConfigurationError(f"{where} cannot be used: {_reason(cause)}") from None

    def _open_file(self) -> DataFile | None:
        if self.path is None:
            return None
        file = DataFile(self.path, APPLICATION_ID)
        try:
            if file.version is not None:
                check_version(file.version, self.path)
        except ConfigurationError:
            file.close()
            raise
        return file

    def _prepare(self, fill: Callable[[Transaction], None]) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.create_function("holds", 2, _holds, deterministic=True)
        if self.path is None:
            create_in_memory(connection)
        # Whatever asks for the write lock finds out that the file cannot be written before anybody relies on it.
        with self.transaction() as transaction:
            if self.path is not None and not transaction.row("SELECT 1 FROM sqlite_master"):
                create(connection)
            # Again: what a killed process has written need not be in the head of the file yet.
            version = transaction.number("PRAGMA user_version")
            check_version(version, self.path)
            migrate(connection, version)
            if not transaction.row("SELECT 1 FROM account"):
                fill(transaction)
        # Only now: a migration copies tables in any order.
        connection.execute("PRAGMA foreign_keys = ON")
        if self.path is not None:
            # Only now: until then the file's own first page says whose it is.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")

    @contextmanager
    def as_is(self) -> Iterator[None]:
        """Let transactions of this thread find the database as it is: messages that are not read yet are not there."""
        self._as_is.asked = True
        try:
            yield
        finally:
            self._as_is.asked = False

    def _process_first(self, writing: bool) -> None:
        if getattr(self._as_is, "asked", False):
            return
        try:
            self.process()
        except StorageFailed:
            if writing:  # what cannot be written can be read still
                raise

    @contextmanager
    def transaction(
        self, *, writing: bool = True, visible: bool = True, processed: bool = True, enforcing: bool = True
    ) -> Iterator[Transaction]:
        """
        Run statements in one transaction: all changes are kept, or, if an exception is raised, none.

        Args:
            writing: Whether anything may be changed.
            visible: Whether a change is one that others wait for, unlike that of an index.
            processed: Whether messages that are not read yet are taken in before.
            enforcing: Whether references are enforced.

        Raises:
            StorageFailed: The database cannot be read or written at the moment. Nothing was stored.
            ConfigurationError: The sandbox was closed.
        """
        if processed and self.has_arrivals:
            self._process_first(writing)
        try:
            with self._lock:
                if self._closed:
                    raise ConfigurationError("the sandbox is not running: it was closed meanwhile")
                with self._begun(writing, enforcing) as transaction:
                    yield transaction
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNAVAILABLE:
                raise
            where = "its database" if self.path is None else f"its data file {str(self.path)!r}"
            if writing and visible and str(error) != self.failure:
                self._tell(str(error))
            raise StorageFailed(f"the sandbox cannot use {where}: {error}") from error
        if writing and visible:
            self._tell()
            self.work.set()
        if transaction.urgent:
            self.work.set()
            self.urgent.set()

    def _tell(self, failure: str = "") -> None:
        """Tell those who wait for changes of one, or why none is stored."""
        with self.changed:
            self.failure = failure
            self.revision += 1
            self.changed.notify_all()

    @contextmanager
    def _begun(self, writing: bool, enforcing: bool) -> Iterator[Transaction]:
        connection = self._connection
        if not enforcing:  # before the transaction: within, SQLite ignores it
            connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        try:
            yield Transaction(connection)
            connection.execute("COMMIT")
        except BaseException:
            # A full disk has rolled back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            if not enforcing:
                connection.execute("PRAGMA foreign_keys = ON")

    def wake(self) -> None:
        """Let those who wait for a change look whether they are to wait any longer."""
        with self.changed:
            self.changed.notify_all()

    def close(self) -> None:
        """Close the database; memory is gone then."""
        with self._lock:
            self._closed = True
            self._connection.close()
            if self._file is not None:
                self._file.close()
        self._tell()


def _holds(text: str, part: str) -> bool:
    """Return whether a text holds another, in any case of letters: SQLite's LIKE knows those of ASCII only."""
    return part.lower() in text.lower()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
