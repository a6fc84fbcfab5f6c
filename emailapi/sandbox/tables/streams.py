"""A server's message streams."""

from __future__ import annotations

from datetime import timedelta

import attrs

from ..store import Row, Transaction

# How long an archived stream can be restored (contract section 2.9).
KEPT = timedelta(days=45) // timedelta(microseconds=1)

_DEFAULTS = (
    ("outbound", "Default Transactional Stream", "Transactional", "None"),
    ("inbound", "Default Inbound Stream", "Inbound", "None"),
    ("broadcast", "Default Broadcast Stream", "Broadcasts", "Postmark"),
)


@attrs.frozen(kw_only=True)
class Stream:
    """
    One stream; the attributes are the table's.

    Attributes:
        key: Unique over all servers; 0 before it is stored.
        id: The id, by which emails name the stream.
        server: Its server's id.
        type: `Transactional`, `Inbound` or `Broadcasts`.
        archived_at: When it was archived; None for one in use.
    """

    key: int = 0
    id: str
    server: int
    name: str
    description: str | None = None
    type: str
    unsubscribe_handling: str
    created_at: int
    updated_at: int | None = None
    archived_at: int | None = None

    @property
    def is_default(self) -> bool:
        """Whether its server began with it."""
        return any(self.id == row[0] for row in _DEFAULTS)

    @property
    def purged_at(self) -> int | None:
        """When an archived one is gone for good."""
        return None if self.archived_at is None else self.archived_at + KEPT

    def is_purged(self, now: int) -> bool:
        """Whether it is gone for good; only its id is still known."""
        return self.purged_at is not None and self.purged_at <= now


_COLUMNS = ", ".join(field.name for field in attrs.fields(Stream))


def add_defaults(db: Transaction, server: int, now: int) -> None:
    """Give a new server the streams that every server begins with."""
    for stream_id, name, kind, handling in _DEFAULTS:
        add(
            db, Stream(id=stream_id, server=server, name=name, type=kind, unsubscribe_handling=handling, created_at=now)
        )


def add(db: Transaction, stream: Stream) -> None:
    """Store a new stream."""
    db.insert("streams", **{**attrs.asdict(stream), "key": None})


def change(db: Transaction, stream: Stream) -> None:
    """Store what may be changed of a stream."""
    db.run(
        "UPDATE streams SET name = ?, description = ?, unsubscribe_handling = ?, updated_at = ?, archived_at = ?"
        " WHERE key = ?",
        stream.name,
        stream.description,
        stream.unsubscribe_handling,
        stream.updated_at,
        stream.archived_at,
        stream.key,
    )


def by_id(db: Transaction, server: int, stream_id: str) -> Stream | None:
    """Return a server's stream, also one that is archived or purged, or None."""
    row = db.row(f"SELECT {_COLUMNS} FROM streams WHERE server = ? AND id = ?", server, stream_id)  # noqa: S608
    return None if row is None else Stream(**dict(row))


def of_server(db: Transaction, server: int) -> list[Stream]:
    """Return all streams of a server, oldest first."""
    rows = db.rows(f"SELECT {_COLUMNS} FROM streams WHERE server = ? ORDER BY key", server)  # noqa: S608
    return [Stream(**dict(row)) for row in rows]


def purged(db: Transaction, now: int) -> list[int]:
    """Return the keys of the streams that are gone for good and have messages still."""
    rows = db.rows(
        "SELECT key FROM streams WHERE archived_at <= ? AND EXISTS (SELECT 1 FROM messages WHERE stream = key)",
        now - KEPT,
    )
    return [row["key"] for row in rows]


def owner_of(db: Transaction, stream: int) -> Row | None:
    """Return the id of a stream, and its server, by its key."""
    return db.row("SELECT id, server FROM streams WHERE key = ?", stream)
