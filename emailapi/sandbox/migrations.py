"""
Data files of earlier versions: what is in them is copied into the schema of this version.

The copy goes by the names of tables and columns, so that new tables, columns and indexes need nothing here. Indexes of
words are built anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from ..errors import ConfigurationError
from . import schema

# By version: the statements that bring its data to the form of the next version, before they are copied.
_CHANGES: dict[int, tuple[str, ...]] = {
    1: (
        # Ids are large since version 2.
        "UPDATE servers SET id = id + 4000000, color = lower(color)",
        *(
            f"UPDATE {table} SET server = server + 4000000"  # noqa: S608
            for table in ("tokens", "streams", "templates", "inbound_rules")
        ),
        "CREATE TABLE sandbox (id INTEGER, clock_offset INTEGER, secret BLOB)",
        "INSERT INTO sandbox VALUES (1, 0, randomblob(32))",
    ),
    2: (
        "ALTER TABLE tokens ADD COLUMN digest BLOB",
        "UPDATE tokens SET digest = digest_of(token)",
    ),
    3: (),
    4: (),
    5: (),
}
OLDEST = min(_CHANGES)
# What is made from other tables.
_DERIVED = frozenset({"subjects", "words", "flags", "metadata_names"})
_OLD = "old_"


def check_version(version: int, path: Path | None) -> None:
    """
    Check that this version of the sandbox reads a schema.

    Raises:
        ConfigurationError: The schema is newer, or unknown.
    """
    if version > schema.SCHEMA_VERSION:
        raise ConfigurationError(
            f"data file {str(path)!r} was written by a newer version of the sandbox"
            f" (schema {version}, this version reads up to {schema.SCHEMA_VERSION}): upgrade emailapi-sdk, or use"
            " another file"
        )
    if version < OLDEST:
        raise ConfigurationError(f"data file {str(path)!r} has a schema that is not known (version {version})")


def digest_of(token: str) -> bytes:
    """Return what a token is looked up by."""
    return hashlib.sha256(token.lower().encode()).digest()


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """
    Bring the data of an earlier version to this one, in the transaction that is open.

    Foreign keys must not be enforced.

    Args:
        connection: The database.
        version: The version of its schema.
    """
    if version == schema.SCHEMA_VERSION:
        return
    run = connection.execute
    connection.create_function("digest_of", 1, digest_of, deterministic=True)
    for number in range(version, max(_CHANGES) + 1):
        for statement in _CHANGES[number]:
            run(statement)
    # Else SQLite would change the references of the other tables, too.
    run("PRAGMA legacy_alter_table = ON")
    virtual = _names(connection, "type = 'table' AND sql LIKE 'CREATE VIRTUAL %'")
    for table in virtual:
        run(f"DROP TABLE {table}")
    for trigger in _names(connection, "type = 'trigger'"):
        run(f"DROP TRIGGER {trigger}")
    for index in _names(connection, "type = 'index' AND sql IS NOT NULL"):
        run(f"DROP INDEX {index}")
    old = _names(connection, "type = 'table' AND name NOT LIKE 'sqlite%'")
    for table in old:
        run(f"ALTER TABLE {table} RENAME TO {_OLD}{table}")
    schema.create(connection)
    new = set(_names(connection, "type = 'table'"))
    for table in old:
        if table in new and table not in _DERIVED:
            _copy(connection, table)
        run(f"DROP TABLE {_OLD}{table}")
    run("INSERT INTO subjects (subjects) VALUES ('rebuild')")
    run("INSERT INTO metadata_names SELECT stream, name, count(*) FROM metadata GROUP BY stream, name")
    run(
        "UPDATE streams SET indexed = 0, subjects_indexed = taken,"
        " erased = taken - (SELECT count(*) FROM messages WHERE stream = key)"
    )
    run("PRAGMA legacy_alter_table = OFF")


def _names(connection: sqlite3.Connection, condition: str) -> list[str]:
    return [name for (name,) in connection.execute(f"SELECT name FROM sqlite_master WHERE {condition}")]  # noqa: S608


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _copy(connection: sqlite3.Connection, table: str) -> None:
    before = _columns(connection, _OLD + table)
    shared = ", ".join([column for column in _columns(connection, table) if column in before])
    connection.execute(f"INSERT INTO {table} ({shared}) SELECT {shared} FROM {_OLD}{table}")  # noqa: S608
    # Ids of deleted rows are not given again.
    _keep_larger(
        connection, table, connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (_OLD + table,))
    )


def _keep_larger(connection: sqlite3.Connection, table: str, sequence: Iterable[tuple[int]]) -> None:
    for (number,) in [*sequence]:
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (table, table),
        )
        connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table))
