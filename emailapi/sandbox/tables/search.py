"""Lists of messages, by any filters and newest first."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ..store import Row, Transaction, Value
from .messages import ids_of

# Trigrams find nothing shorter.
_SHORTEST_INDEXED = 3
# A filter that finds fewer messages drives the search, whatever the other filters find.
_FEW = 1_000


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
class _Filter:
    """
    A filter, and the index that finds its messages.

    Attributes:
        table: The index; a column of the row of a message, `m`, is in its condition if it is an index of `messages`.
        condition: The condition on a row of the index, and `values` what stands for its question marks.
        key: The message's id in the index.
        time: When the message came; empty if the index does not know it.
        narrowing: The condition on messages that another index finds, with `{key}` and `{time}` for its columns; empty
            if it is the same condition, on the row of a message.
    """

    table: str
    condition: str
    values: tuple[Value, ...]
    key: str = "m.id"
    time: str = "m.received_at"
    narrowing: str = ""

    @property
    def of_message(self) -> bool:
        """Whether the condition is on the row of a message."""
        return self.key == "m.id"

    def count_few(self, db: Transaction) -> int:
        """Return how many messages the filter finds, at most `_FEW`."""
        return db.number(
            f"SELECT count(*) FROM (SELECT 1 FROM {self.table} WHERE {self.condition} LIMIT {_FEW})",  # noqa: S608
            *self.values,
        )


def _messages(index: str, condition: str, *values: Value, narrowing: str = "") -> _Filter:
    # INDEXED: SQLite has no statistics to choose an index by.
    return _Filter(f"messages m INDEXED BY {index}", condition, values, narrowing=narrowing)


def _tree(table: str, alias: str, columns: str, values: tuple[Value, ...]) -> _Filter:
    """Return a filter by a table that is one search tree: what it is asked for, then time, then the message."""
    condition = " AND ".join([f"{alias}.{column} = ?" for column in columns.split()])
    narrowing = (
        f"EXISTS (SELECT 1 FROM {table} {alias} WHERE {condition}"  # noqa: S608
        f" AND {alias}.received_at = {{time}} AND {alias}.message = {{key}})"
    )
    return _Filter(f"{table} {alias}", condition, values, f"{alias}.message", f"{alias}.received_at", narrowing)


def _filters(wanted: Search, stream: int) -> Iterator[_Filter]:
    """Yield the filters of a search. If each finds many messages, the first drives the search."""
    if wanted.metadata is not None:
        name, value = wanted.metadata
        yield _tree("metadata", "p", "stream name value", (stream, name.lower(), value))
    if wanted.recipient is not None:
        yield _tree("recipients", "r", "stream address", (stream, wanted.recipient.lower()))
    yield from _times(wanted, stream)
    if wanted.queued:
        yield _messages("messages_queued", "m.stream = ? AND m.status = 'Queued'", stream)
    if wanted.queued is False:
        yield _messages("messages_by_time", "m.stream = ? AND m.status <> 'Queued'", stream)
    if wanted.sender is not None:
        yield _messages("messages_by_sender", "m.stream = ? AND m.sender_address = ?", stream, wanted.sender.lower())
    if wanted.tag is not None:
        yield _messages("messages_by_tag", "m.stream = ? AND m.tag = ?", stream, wanted.tag)
    if wanted.subject is not None and len(wanted.subject) >= _SHORTEST_INDEXED:
        # Quoted for FTS5, in which a text would be a query otherwise.
        phrase = '"' + wanted.subject.replace('"', '""') + '"'
        condition = "s.subject MATCH ? AND s.rowid BETWEEN ? AND ?"
        yield _Filter("subjects s", condition, (phrase, *ids_of(stream)), "s.rowid", "")


def _times(wanted: Search, stream: int) -> Iterator[_Filter]:
    limits = [(">=", wanted.since), ("<", wanted.before)]
    given = [(comparison, instant) for comparison, instant in limits if instant is not None]
    if given:
        # With a plus, since SQLite would go through the whole range for each row that another index finds.
        narrowing, own = (
            " AND ".join([f"{name} {sign} ?" for sign, _ in given]) for name in ("+{time}", "m.received_at")
        )
        instants = [instant for _, instant in given]
        yield _messages("messages_by_time", f"m.stream = {stream} AND {own}", *instants, narrowing=narrowing)


class _Plan:
    """
    A query as it is put together.

    Attributes:
        driver: The filter whose index is gone through; the conditions of the others narrow it.
    """

    def __init__(self, driver: _Filter, stream: int) -> None:
        self.driver = driver
        self._stream = stream
        self._joined = driver.of_message
        self._conditions = [driver.condition]
        self.values: list[Value] = [*driver.values]

    def narrow(self, other: _Filter) -> None:
        """Leave out the messages that another filter, but not that of the subject, does not find."""
        condition, driver = other.condition, self.driver
        if other.narrowing and driver.time:
            condition = other.narrowing.format(key=driver.key, time=driver.time)
        else:
            self._joined = True
            if other.narrowing:
                condition = other.narrowing.format(key="m.id", time="m.received_at")
        self._conditions.append(condition)
        self.values += other.values

    def narrow_by_subject(self, subject: str) -> None:
        """Leave out the messages whose subjects do not have a text, in any case of letters."""
        self._joined = True
        # SQLite's own function is faster, and knows the letters of ASCII only.
        fast = subject.isascii()
        self._conditions.append("instr(lower(m.subject), ?)" if fast else "holds(m.subject, ?)")
        self.values.append(subject.lower())

    @property
    def selection(self) -> str:
        """The query from its FROM on."""
        driver = self.driver
        join = ""
        if self._joined and not driver.of_message:
            # By this index: it has the columns of most filters, and its rows are small.
            join = (
                f" CROSS JOIN messages m INDEXED BY messages_by_time ON m.stream = {self._stream}"
                f" AND m.received_at = {driver.time} AND m.id = {driver.key}"
                if driver.time
                else f" CROSS JOIN messages m NOT INDEXED ON m.id = {driver.key}"
            )
        return f"FROM {driver.table}{join} WHERE {' AND '.join(self._conditions)}"

    @property
    def order(self) -> str:
        """The order of the messages, as the index has them."""
        # Ids grow as time does: the full-text index, which knows no time, gives its rows in that order unsorted.
        driver = self.driver
        return f"{driver.time} DESC, {driver.key} DESC" if driver.time else f"{driver.key} DESC"


def _plan(db: Transaction, wanted: Search, stream: int) -> _Plan:
    """Go through the messages that the filter finds which finds the fewest; the other filters narrow them."""
    filters = [*_filters(wanted, stream)]
    driver = filters[0] if filters else _messages("messages_by_time", "m.stream = ?", stream)
    if len(filters) > 1:
        counts = [one.count_few(db) for one in filters]
        driver = filters[counts.index(min(counts))]
    plan = _Plan(driver, stream)
    for other in filters:
        if other is not driver and other.time:
            plan.narrow(other)
    if wanted.subject is not None and driver.time:
        plan.narrow_by_subject(wanted.subject)
    return plan


def search(db: Transaction, wanted: Search, *, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many messages match, and a page of them, newest first."""
    stream = db.row(
        "SELECT key FROM streams WHERE server = ? AND id = ? AND type <> 'Inbound'", wanted.server, wanted.stream
    )
    if stream is None:
        return 0, []
    plan = _plan(db, wanted, stream["key"])
    total = db.number(f"SELECT count(*) {plan.selection}", *plan.values)
    if total <= offset:
        return total, []
    found = f"SELECT {plan.driver.key} AS id {plan.selection} ORDER BY {plan.order} LIMIT ? OFFSET ?"
    rows = db.rows(
        f"SELECT page.* FROM ({found}) found"  # noqa: S608
        " CROSS JOIN messages page ON page.id = found.id ORDER BY page.received_at DESC, page.id DESC",
        *plan.values,
        count,
        offset,
    )
    return total, rows
