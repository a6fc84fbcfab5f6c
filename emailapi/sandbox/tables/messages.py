"""Messages and what happened to them: stored many at a time, read one by one; `search` lists messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ...errors import InvalidArgument
from ...models.messages import HasMessageId
from ...wire import dump_text
from ..addresses import Mailbox
from ..arguments import check_stored_text
from ..attachments import File
from ..store import Row, Transaction, Value
from . import metadata

# What names a message where a test speaks of one: its id, a result of a send, or a captured email.
MessageLike = str | HasMessageId

_STREAM_BITS = 40

_COLUMNS = "id, stream, uuid, received_at, sender, sender_address, subject, tag, shown, track_opens, track_links, via"
_INSERT = f"INSERT INTO messages ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_CONTENTS = "INSERT INTO contents (message, text_body, html_body, reply_to, headers) VALUES (?, ?, ?, ?, ?)"


def stream_of(message: int) -> int:
    """Return the key of the stream that an id belongs to."""
    return message >> _STREAM_BITS


def ids_of(stream: int) -> tuple[int, int]:
    """Return the first and the last id that a message of this stream can have."""
    first = stream << _STREAM_BITS
    return first, first + (1 << _STREAM_BITS) - 1


class NewFile(Protocol):
    """A file of a message, from the API or by SMTP."""

    @property
    def name(self) -> str:
        """The file name."""

    @property
    def content_type(self) -> str:
        """The MIME type."""

    @property
    def content_id(self) -> str | None:
        """The id in `cid:` links."""

    @property
    def content(self) -> bytes:
        """The bytes."""


class Pending:
    """
    Messages that are stored together: a statement over 500 rows costs a fifth of 500 statements.

    Attributes:
        messages: Rows of `messages`; `contents`, `attachments`, `recipients`, `metadata`, `templated` and
            `sources` likewise.
    """

    def __init__(self, db: Transaction) -> None:
        """Begin without any."""
        self._db = db
        self._taken: dict[int, int] = {}
        self.messages: list[Sequence[Value]] = []
        self.contents: list[Sequence[Value]] = []
        self.attachments: list[Sequence[Value]] = []
        self.recipients: list[Sequence[Value]] = []
        self.metadata: list[metadata.Pair] = []
        self.templated: list[Sequence[Value]] = []
        self.sources: list[Sequence[Value]] = []

    def take_id(self, stream: int) -> int:
        """Return the id of the stream's next message."""
        if stream not in self._taken:
            self._taken[stream] = self._db.number("SELECT taken FROM streams WHERE key = ?", stream)
        self._taken[stream] += 1
        return ids_of(stream)[0] + self._taken[stream]

    def add(
        self,
        *,
        stream: int,
        uuid: str,
        received_at: int,
        sender: str,
        sender_address: str,
        subject: str,
        tag: str | None,
        shown: Mapping[str, object],
        via: str,
        text_body: str | None,
        html_body: str | None,
        reply_to: Sequence[Mailbox],
        headers: Sequence[tuple[str, str]],
        files: Sequence[NewFile],
        recipients: Iterable[str],
        track_opens: bool = False,
        track_links: str = "None",
    ) -> int:
        """Add a message with its content, its files and its recipients in lower case; return its id."""
        key, listed = self.take_id(stream), dump_text(shown)
        about = (sender, sender_address.lower(), subject, tag, listed, track_opens, track_links, via)
        self.messages.append((key, stream, uuid, received_at, *about))
        replies = dump_text([(mailbox.name, mailbox.email) for mailbox in reply_to]) if reply_to else "[]"
        listed_headers = dump_text(headers) if headers else "[]"
        self.contents.append((key, text_body, html_body, replies, listed_headers))
        self.attachments += [
            (key, place, file.name, file.content_type, file.content_id or None, file.content)
            for place, file in enumerate(files)
        ]
        self.recipients += [(stream, address, received_at, key) for address in recipients]
        return key

    def store(self) -> None:
        """Put everything into the database."""
        run_all = self._db.run_all
        run_all("UPDATE streams SET taken = ? WHERE key = ?", [(taken, key) for key, taken in self._taken.items()])
        run_all(_INSERT, self.messages)
        run_all(_CONTENTS, self.contents)
        run_all("INSERT INTO attachments VALUES (?, ?, ?, ?, ?, ?)", self.attachments)
        run_all("INSERT INTO recipients VALUES (?, ?, ?, ?)", self.recipients)
        metadata.store(self._db, self.metadata)
        run_all("INSERT INTO templated VALUES (?, ?, ?, ?, ?, ?)", self.templated)
        run_all("INSERT INTO sources VALUES (?, ?)", self.sources)


def shown_of(row: Row) -> dict[str, Any]:
    """Return the addresses, the names of the files and the metadata of a message, as the API returns them."""
    stored = json.loads(row["shown"])
    shown = {"to": [], "cc": [], "bcc": [], "attachments": [], "metadata": {}, **stored}
    if "recipients" not in shown:
        found: dict[str, str] = {}
        for one in (*shown["to"], *shown["cc"], *shown["bcc"]):
            found.setdefault(one["Email"].lower(), one["Email"])
        shown["recipients"] = [*found.values()]
    return shown


_SELECT = (
    "SELECT m.*, s.id AS stream_id, s.type AS stream_type, s.unsubscribe_handling,"
    " c.text_body, c.html_body, c.reply_to, c.headers"
    " FROM messages m JOIN streams s ON s.key = m.stream JOIN contents c ON c.message = m.id"
)


def by_uuid(db: Transaction, server: int | None, uuid: str, *, inbound: bool = False) -> Row | None:
    """Return a sent or an inbound message of this server, or of any, with its stream's id and contents, or None."""
    return db.row(
        f"{_SELECT} WHERE m.uuid = ? AND (? IS NULL OR s.server = ?) AND (s.type = 'Inbound') = ?",
        uuid.lower(),
        server,
        server,
        inbound,
    )


def by_id(db: Transaction, message: int) -> Row | None:
    """Return a message by its id in the database, likewise."""
    return db.row(f"{_SELECT} WHERE m.id = ?", message)


def heading(db: Transaction, message: int) -> Row | None:
    """Return what is short of a message by its id in the database, or None."""
    return db.row("SELECT uuid, tag, subject, sender, shown FROM messages WHERE id = ?", message)


def by_ids(db: Transaction, ids: Sequence[int]) -> list[Row]:
    """Return messages by their ids in the database, in this order, likewise."""
    found = db.rows(f"{_SELECT} WHERE m.id IN (SELECT value FROM json_each(?))", str([*ids]))  # noqa: S608
    rows = {row["id"]: row for row in found}
    return [rows[message] for message in ids if message in rows]


def last_before(db: Transaction, stream: int, instant: int, message: int) -> int:
    """Return the last id of a stream before a message, which may be of another stream; 0 if there is none."""
    row = db.row(
        "SELECT id FROM messages WHERE stream = ? AND (received_at, id) < (?, ?)"
        " ORDER BY received_at DESC, id DESC LIMIT 1",
        stream,
        instant,
        message,
    )
    return 0 if row is None else row["id"]


def facts(db: Transaction, ids: Sequence[int]) -> list[Row]:
    """Return messages by their ids in the database, as `erase` needs them."""
    return db.rows(
        "SELECT id, stream, received_at, shown FROM messages WHERE id IN (SELECT value FROM json_each(?))",
        str([*ids]),
    )


def file_facts(db: Transaction, message: int) -> list[Row]:
    """Return name, types and size of a message's attachments, in their order, without their content."""
    return db.rows(
        "SELECT position, name, content_type, content_id, length(content) AS size FROM attachments"
        " WHERE message = ? ORDER BY position",
        message,
    )


def older_than(db: Transaction, instant: int, most: int) -> list[Row]:
    """Return some messages that came at an instant or before it, of all servers, as `erase` needs them."""
    return db.rows(
        "SELECT m.id, m.stream, m.received_at, m.shown FROM streams s"
        " CROSS JOIN messages m ON m.stream = s.key AND m.received_at <= ? LIMIT ?",
        instant,
        most,
    )


def of_stream(db: Transaction, stream: int, most: int) -> list[Row]:
    """Return some messages of a stream, likewise."""
    return db.rows("SELECT id, stream, received_at, shown FROM messages WHERE stream = ? LIMIT ?", stream, most)


def add_events(db: Transaction, rows: Iterable[tuple[int, str, str, int, str, str]]) -> None:
    """Store events: message, recipient, type, instant, details as JSON, cause."""
    names = "id, message, recipient, type, received_at, details, cause"
    next_id = "(SELECT coalesce(max(id), 0) + 1 FROM events WHERE message = ?)"
    # Not `?1` twice: Python 3.12 up to 3.12.3 warns of it, as of a name that is given no mapping.
    sql = f"INSERT INTO events ({names}) VALUES ({next_id}, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    db.run_all(sql, [(row[0], *row) for row in rows])


def events_of(db: Transaction, message: int) -> list[Row]:
    """Return a message's events, oldest first."""
    return db.rows(
        "SELECT recipient, type, received_at, details, cause FROM events WHERE message = ? ORDER BY id", message
    )


def files(db: Transaction, message: int) -> list[File]:
    """Return a message's attachments, in their order."""
    rows = db.rows("SELECT * FROM attachments WHERE message = ? ORDER BY position", message)
    return [File(row["name"], row["content_type"], row["content_id"], row["content"], 0) for row in rows]


def sent_to(db: Transaction, address: str) -> list[Row]:
    """Return the messages of all servers that went to a lower-case address, among others or alone."""
    return db.rows(
        # CROSS: stream by stream, since the index begins with it.
        "SELECT m.id, m.stream, m.received_at, m.shown FROM streams s"
        " CROSS JOIN recipients r ON r.stream = s.key AND r.address = ? JOIN messages m ON m.id = r.message",
        address,
    )


def message_id_of(message: object) -> str:
    """
    Return the id of a message.

    Args:
        message: The id, or something with it, as of `MessageLike`.

    Raises:
        InvalidArgument: `message` is neither an id nor an object with a `message_id`, or the id has a lone surrogate.
    """
    message_id = message if isinstance(message, str) else getattr(message, "message_id", None)
    if not isinstance(message_id, str):
        kind = type(message).__name__
        raise InvalidArgument(f"message must be an id, a result or a captured email, got {kind}", argument="message")
    check_stored_text(message_id, "message")
    return message_id
