"""The schema of the database, and how an empty database gets it."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from pkgutil import get_data

APPLICATION_ID = 0x456D4150  # "EmAP": what tells our files from other programs' databases
SCHEMA_VERSION = 6


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of this version in the transaction that is open."""
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def create_in_memory(connection: sqlite3.Connection) -> None:
    """
    Make the tables of this version in an empty database in memory, outside a transaction.

    Pages are copied in a sixth of the time that the statements take: a test suite may start a sandbox for each test.
    """
    if not hasattr(connection, "serialize"):  # which SQLite may be built without
        create(connection)
        return
    template = sqlite3.connect(":memory:")
    try:
        template.deserialize(_empty_database())
        template.backup(connection)
    finally:
        template.close()


@functools.cache
def _empty_database() -> bytes:
    """Return an empty database: as bytes, which threads and forked processes may share."""
    connection = sqlite3.connect(":memory:")
    try:
        create(connection)
        return connection.serialize()
    finally:
        connection.close()


def _statements() -> Iterator[str]:
    """Yield the statements of the schema: `executescript` would commit what was done before it."""
    # By pkgutil: the package may stand in a zip file.
    script = (get_data(__package__, "schema.sql") or b"").decode()
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
