"""Lists of messages, by any filters and newest first."""

from __future__ import annotations

import attrs

from ..store import Row, Transaction, Value
from .messages import ids_of

# Trigrams find nothing shorter.
_SHORTEST_INDEXED = 3

_ALSO_TO = (
    "EXISTS (SELECT 1 FROM recipients r"
    " WHERE r.stream = ? AND r.address = ? AND r.received_at = d.received_at AND r.message = d.message)"
)


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


class _Plan:
    """
    A query as it is put together.

    Attributes:
        table: What is gone through, and `key` the message's id in it.
        time: When the message came, where the table knows it.
        joined: Whether the message's own row is needed, too.
        conditions: Of the WHERE clause, and `values` what stands for their question marks.
    """

    def __init__(self, table: str, key: str, time: str | None) -> None:
        self.table, self.key, self.time = table, key, time
        self.joined = False
        self.conditions: list[str] = []
        self.values: list[Value] = []

    def where(self, condition: str, *values: Value) -> None:
        self.conditions.append(condition)
        self.values += values

    def where_message(self, condition: str, *values: Value) -> None:
        """Narrow by a column of the message's own row."""
        self.joined = self.key != "m.id"
        self.where(condition, *values)

    @property
    def selection(self) -> str:
        # CROSS: in this order. SQLite has no statistics to choose a better one by.
        join = f" CROSS JOIN messages m ON m.id = {self.key}" if self.joined else ""
        return f"FROM {self.table}{join} WHERE {' AND '.join(self.conditions)}"

    @property
    def order(self) -> str:
        # Ids grow as time does: the full-text index, which knows no time, gives its rows in that order unsorted.
        return f"{self.time} DESC, {self.key} DESC" if self.time else f"{self.key} DESC"


def _begin(wanted: Search, stream: int) -> tuple[_Plan, str | None]:
    """
    Go through what the most selective filter finds: a metadata pair, a recipient, a subject.

    The first two are sorted by time within each value, so that a page is read off, not sorted.
    """
    if wanted.metadata is not None:
        plan = _Plan("metadata d", "d.message", "d.received_at")
        name, value = wanted.metadata
        plan.where("d.stream = ? AND d.name = ? AND d.value = ?", stream, name.lower(), value)
        if wanted.recipient is not None:
            plan.where(_ALSO_TO, stream, wanted.recipient.lower())
    elif wanted.recipient is not None:
        plan = _Plan("recipients d", "d.message", "d.received_at")
        plan.where("d.stream = ? AND d.address = ?", stream, wanted.recipient.lower())
    elif wanted.subject is not None and len(wanted.subject) >= _SHORTEST_INDEXED:
        plan = _Plan("subjects d", "d.rowid", None)
        # Quoted for FTS5, in which a text would be a query otherwise.
        phrase = '"' + wanted.subject.replace('"', '""') + '"'
        plan.where("d.subject MATCH ? AND d.rowid BETWEEN ? AND ?", phrase, *ids_of(stream))
        return plan, None
    else:
        plan = _Plan("messages m", "m.id", "m.received_at")
        plan.where("m.stream = ?", stream)
    return plan, wanted.subject


def _plan(wanted: Search, stream: int) -> _Plan:
    plan, subject = _begin(wanted, stream)
    if wanted.tag is not None:
        plan.where_message("m.tag = ?", wanted.tag)
    if wanted.sender is not None:
        plan.where_message("m.sender_address = ?", wanted.sender.lower())
    if wanted.queued is not None:
        plan.where_message("m.status = 'Queued'" if wanted.queued else "m.status <> 'Queued'")
    if subject is not None:
        plan.where_message("holds(m.subject, ?)", subject)
    for condition, instant in ((">= ?", wanted.since), ("< ?", wanted.before)):
        if instant is not None and plan.time is not None:
            plan.where(f"{plan.time} {condition}", instant)
        elif instant is not None:
            plan.where_message(f"m.received_at {condition}", instant)
    return plan


def search(db: Transaction, wanted: Search, *, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many messages match, and a page of them, newest first."""
    stream = db.row(
        "SELECT key FROM streams WHERE server = ? AND id = ? AND type <> 'Inbound'", wanted.server, wanted.stream
    )
    if stream is None:
        return 0, []
    plan = _plan(wanted, stream["key"])
    total = db.number(f"SELECT count(*) {plan.selection}", *plan.values)
    rows = db.rows(
        f"SELECT page.* FROM (SELECT {plan.key} AS id {plan.selection} ORDER BY {plan.order} LIMIT ? OFFSET ?) found"  # noqa: S608
        " CROSS JOIN messages page ON page.id = found.id ORDER BY page.received_at DESC, page.id DESC",
        *plan.values,
        count,
        offset,
    )
    return total, rows
