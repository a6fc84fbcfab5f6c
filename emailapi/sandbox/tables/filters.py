"""The filters of messages, each with the index that finds what it is looking for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from ..store import Transaction, Value
from . import subjects
from .messages import ids_of

# A filter that finds fewer messages drives the search, whatever the other filters find.
FEW = 1_000
# Messages that a filter does not find are subtracted from a count, if they are fewer.
LEFT_OUT = 5_000


@attrs.frozen(kw_only=True)
class Search:
    """
    What messages are looked for; None means any.

    Attributes:
        server: The server's id, and `stream` the id of its stream.
        recipient: A whole address, as is `sender`.
        subject: Any part of a subject.
        queued: Whether it waits still.
        metadata: A name and a value.
        since: The first instant, and `before` the first one behind the range.
    """

    server: int
    stream: str
    recipient: str | None = None
    sender: str | None = None
    tag: str | None = None
    subject: str | None = None
    queued: bool | None = None
    metadata: tuple[str, str] | None = None
    since: int | None = None
    before: int | None = None


@attrs.frozen
class Filter:
    """
    A filter, and the index that finds its messages.

    Attributes:
        table: The index, empty if there is none; a column of the row of a message, `m`, is in its condition if it is an
            index of `messages`.
        condition: The condition on a row of the index, and `values` what stands for its question marks.
        key: The message's id in the index.
        time: When the message came; empty if the index does not know it.
        narrowing: The condition on messages that another index finds, with `{key}` and `{time}` for its columns; empty
            if it is the same condition, on the row of a message.
        narrowing_values: Values of `narrowing`, if they are others than `values`.
        others: Filters that find all messages which this one does not find; empty if no index has them.
    """

    table: str
    condition: str
    values: tuple[Value, ...]
    key: str = "m.id"
    time: str = "m.received_at"
    narrowing: str = ""
    narrowing_values: tuple[Value, ...] | None = None
    others: tuple[Filter, ...] = ()

    @property
    def of_message(self) -> bool:
        """Whether the condition is on the row of a message."""
        return self.key == "m.id"

    def count(self, db: Transaction, limit: int | None = None) -> int:
        """Return how many messages the filter finds, at most `limit`."""
        found = f"FROM {self.table} WHERE {self.condition}"
        if limit is None:
            return db.number(f"SELECT count(*) {found}", *self.values)
        return db.number(f"SELECT count(*) FROM (SELECT 1 {found} LIMIT {limit})", *self.values)  # noqa: S608

    def left_out(self, db: Transaction) -> set[int] | None:
        """Return the ids of the messages that the filter does not find, or None if they are many, or not known."""
        found: set[int] = set()
        for other in self.others:
            query = f"SELECT {other.key} AS id FROM {other.table} WHERE {other.condition} LIMIT {LEFT_OUT}"  # noqa: S608
            rows = db.rows(query, *other.values)
            if len(rows) == LEFT_OUT:
                return None
            found.update([row["id"] for row in rows])
        return found if self.others else None


def messages_by(
    index: str, condition: str, *values: Value, narrowing: str = "", others: Sequence[Filter] = ()
) -> Filter:
    """Return a filter by an index of `messages`."""
    # INDEXED: SQLite has no statistics to choose an index by.
    return Filter(f"messages m INDEXED BY {index}", condition, values, narrowing=narrowing, others=(*others,))


def _tree(table: str, alias: str, columns: str, values: tuple[Value, ...]) -> Filter:
    """Return a filter by a table that is one search tree: what it is asked for, then time, then the message."""
    condition = " AND ".join([f"{alias}.{column} = ?" for column in columns.split()])
    narrowing = (
        f"EXISTS (SELECT 1 FROM {table} {alias} WHERE {condition}"  # noqa: S608
        f" AND {alias}.received_at = {{time}} AND {alias}.message = {{key}})"
    )
    return Filter(f"{table} {alias}", condition, values, f"{alias}.message", f"{alias}.received_at", narrowing)


def filters_of(wanted: Search, stream: int, unindexed: range, *, named: bool) -> Iterator[Filter]:
    """
    Yield the filters of a search. If each finds many messages, the first drives the search.

    Args:
        wanted: The search.
        stream: The key of the stream.
        unindexed: The ids of its messages that are not in the index of subjects yet.
        named: Whether all its messages have metadata of the name that is looked for.
    """
    if wanted.metadata is not None:
        name, value = wanted.metadata
        yield _by_metadata(stream, name.lower(), value, named=named)
    if wanted.recipient is not None:
        yield _tree("recipients", "r", "stream address", (stream, wanted.recipient.lower()))
    yield from _times(wanted, stream)
    if wanted.queued:
        yield _queued(stream)
    if wanted.queued is False:
        yield messages_by("messages_by_time", "m.stream = ? AND m.status <> 'Queued'", stream, others=[_queued(stream)])
    if wanted.sender is not None:
        yield _by_column("messages_by_sender", "sender_address", stream, wanted.sender.lower())
    if wanted.tag is not None:
        yield _by_column("messages_by_tag", "tag", stream, wanted.tag)
    if wanted.subject is not None:
        yield _by_subject(wanted.subject, stream, unindexed)


def _by_metadata(stream: int, name: str, value: str, *, named: bool) -> Filter:
    """Return a filter by metadata, which does not find messages with another value of the name, and those without."""
    found = _tree("metadata", "p", "stream name value", (stream, name, value))
    if not named:
        return found
    others = [attrs.evolve(found, condition=f"p.stream = ? AND p.name = ? AND p.value {sign} ?") for sign in "<>"]
    return attrs.evolve(found, others=(*others,))


def _times(wanted: Search, stream: int) -> Iterator[Filter]:
    limits = [(">=", wanted.since, "<"), ("<", wanted.before, ">=")]
    given = [(comparison, instant, outside) for comparison, instant, outside in limits if instant is not None]
    if given:
        # With a plus, since SQLite would go through the whole range for each row that another index finds.
        narrowing, own = (
            " AND ".join([f"{name} {sign} ?" for sign, _, _ in given]) for name in ("+{time}", "m.received_at")
        )
        others = [
            messages_by("messages_by_time", f"m.stream = ? AND m.received_at {outside} ?", stream, instant)
            for _, instant, outside in given
        ]
        instants = [instant for _, instant, _ in given]
        yield messages_by(
            "messages_by_time", f"m.stream = {stream} AND {own}", *instants, narrowing=narrowing, others=others
        )


def _queued(stream: int) -> Filter:
    return messages_by("messages_queued", "m.stream = ? AND m.status = 'Queued'", stream)


def _by_column(index: str, column: str, stream: int, value: str) -> Filter:
    """Return a filter by a column with an index, which finds messages with other values or none, too."""
    of_stream = f"m.stream = ? AND m.{column}"
    others = [messages_by(index, f"{of_stream} {sign} ?", stream, value) for sign in "<>"]
    others.append(messages_by(index, f"{of_stream} IS NULL", stream))
    return messages_by(index, f"{of_stream} = ?", stream, value, others=others)


def _by_subject(subject: str, stream: int, unindexed: range) -> Filter:
    # SQLite's own function is faster, and knows the letters of ASCII only.
    narrowing = "instr(lower(m.subject), ?)" if subject.isascii() else "holds(m.subject, ?)"
    lower = (subject.lower(),)
    if len(subject) < subjects.SHORTEST:
        return Filter("", narrowing, lower)
    # Quoted for FTS5, in which a text would be a query otherwise.
    phrase = '"' + subject.replace('"', '""') + '"'
    matching, values = "s.subjects MATCH ? AND s.rowid BETWEEN ? AND ?", (phrase, *ids_of(stream))
    if not unindexed:
        return Filter("subjects s", matching, values, "s.rowid", "", narrowing, lower)
    both = (
        f"(SELECT s.rowid AS id FROM subjects s WHERE {matching}"  # noqa: S608
        f" UNION ALL SELECT m.id FROM messages m WHERE m.id BETWEEN ? AND ? AND {narrowing}) s"
    )
    return Filter(both, "1", (*values, unindexed[0], unindexed[-1], *lower), "s.id", "", narrowing, lower)
