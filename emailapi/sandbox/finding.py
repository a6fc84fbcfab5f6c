"""Searches messages by a query: which index drives the search, and how the others narrow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from .query import STREAM_ID, STREAM_KEY, Query, Term
from .store import Row, Store, Transaction, Value
from .tables import messages, subjects, words
from .tables.messages import ids_of

# A flag that fewer messages have drives the search, even if words are searched, too.
_RARE = 2_000
_ALL = -1


@attrs.frozen
class Scope:
    """
    Where is searched.

    Attributes:
        server: The server's id; None for all servers.
        after: The number of messages of each stream, by its key, that came before those that are searched.
        before: Instant and id in the database of the message that came after those that are searched.
        inbound: Whether inbound messages are searched, also by a query that does not name them.
    """

    server: int | None = None
    after: Mapping[int, int] = attrs.field(factory=dict)
    before: tuple[int, int] | None = None
    inbound: bool = False


class _Plan:
    """A search of one stream."""

    def __init__(self, db: Transaction, query: Query, stream: Row, first: int, last: int) -> None:
        self._db, self._stream = db, stream
        self._range, self._turn = (first, last), words.turn_of(stream["key"])
        self._places = (self._turn - last, self._turn - first)
        self._conditions: list[str] = []
        self._values: list[Value] = []
        positive: list[str] = []
        negative: list[str] = []
        flags: list[tuple[str, ...]] = []
        for group in query.groups:
            if all(term.words and not term.condition and not term.negative for term in group):
                positive.append(" OR ".join([term.words for term in group]))
            elif len(group) == 1 and group[0].words and not group[0].condition:
                negative.append(group[0].words)
            elif all(term.flag and not term.negative for term in group):
                flags.append(tuple([term.flag for term in group]))
            else:
                if len(group) == 1 and group[0].words and not group[0].negative:
                    positive.append(group[0].words)  # narrowed by its condition
                self._where(" OR ".join([self._sql(term) for term in group]))
        self._words = " AND ".join([f"({each})" for each in positive or ([f'"{words.EVERY}"'] if negative else [])])
        if negative:
            self._words = f"({self._words}) NOT ({' OR '.join(negative)})"
        self._drive(flags)

    def _where(self, condition: str, *values: Value) -> None:
        self._conditions.append(f"({condition})")
        self._values += values

    def _sql(self, term: Term) -> str:
        """Return the condition of one term, and remember its values."""
        if term.condition:
            own = {STREAM_ID: self._stream["id"], STREAM_KEY: self._stream["key"]}
            self._values += [own.get(value, value) for value in term.values]
            condition = term.condition
        elif term.flag:
            self._values.append(term.flag)
            condition = "EXISTS (SELECT 1 FROM flags o WHERE o.flag = ? AND o.message = m.id)"
        else:
            self._values += [term.words, *self._places]
            found = "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
            condition = f"{self._turn} - m.id IN ({found})"
        return f"NOT ({condition})" if term.negative else f"({condition})"

    def _count(self, flags: tuple[str, ...]) -> int:
        """Return how many messages have one of these flags, at most `_RARE`; one that has two is counted twice."""
        places = ", ".join("?" * len(flags))
        return self._db.number(
            f"SELECT count(*) FROM (SELECT 1 FROM flags WHERE flag IN ({places}) AND message BETWEEN ? AND ? LIMIT ?)",  # noqa: S608
            *flags,
            *self._range,
            _RARE,
        )

    def _drive(self, flags: list[tuple[str, ...]]) -> None:
        """Choose what is gone through: the rarest flag, or the rarest of alternative flags; the words; else all ids."""
        several = len(flags) > 1 or self._words or any(len(each) > 1 for each in flags)
        counted = sorted([(self._count(each), each) for each in flags]) if several else []
        rarest = counted[0][1] if counted else flags[0] if flags else ()
        if rarest and (not counted or counted[0][0] < _RARE or (not self._words and len(rarest) == 1)):
            start, driving = self._drive_by_flags(rarest)
            flags = [each for each in flags if each != rarest]
            if self._words:
                self._where(
                    "EXISTS (SELECT 1 FROM words WHERE words MATCH ? AND rowid = ? - m.id)", self._words, self._turn
                )
        elif self._words:
            self._source, self._key, self._order = "words d", f"{self._turn} - d.rowid", "d.rowid"
            start, driving = [self._words, *self._places], "words MATCH ? AND d.rowid BETWEEN ? AND ?"
        else:
            self._source, self._key, self._order = "messages m", "m.id", "m.id DESC"
            start, driving = [*self._range], "m.id BETWEEN ? AND ?"
        for each in flags:
            places = ", ".join("?" * len(each))
            self._where(f"EXISTS (SELECT 1 FROM flags o WHERE o.flag IN ({places}) AND o.message = m.id)", *each)  # noqa: S608
        join = "" if self._key == "m.id" else f" CROSS JOIN messages m ON m.id = {self._key}"
        self._joined = f"{self._source}{join}"
        self._conditions.insert(0, driving)
        self._values = [*start, *self._values]

    def _drive_by_flags(self, flags: tuple[str, ...]) -> tuple[list[Value], str]:
        """Go through the messages that have one of these flags; return the first values, and their condition."""
        self._key, self._order = "d.message", "d.message DESC"
        if len(flags) == 1:
            self._source = "flags d"
            return [flags[0], *self._range], "d.flag = ? AND d.message BETWEEN ? AND ?"
        places = ", ".join("?" * len(flags))
        union = f"SELECT DISTINCT message FROM flags WHERE flag IN ({places}) AND message BETWEEN ? AND ?"  # noqa: S608
        self._source = f"({union}) d"
        return [*flags, *self._range], "1"

    def run(self, limit: int) -> list[tuple[int, int]]:
        """Return instant and id of the newest messages that match."""
        rows = self._db.rows(
            f"SELECT m.received_at, m.id FROM {self._joined} WHERE {' AND '.join(self._conditions)}"  # noqa: S608
            f" ORDER BY {self._order} LIMIT ?",
            *self._values,
            limit,
        )
        return [(row["received_at"], row["id"]) for row in rows]

    def count(self, most: int) -> int:
        """Return how many messages match, at most `most`."""
        # The index alone knows, unless a condition looks at the messages: a twentieth of the time for a word.
        source = self._source if len(self._conditions) == 1 else self._joined
        return self._db.number(
            f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {' AND '.join(self._conditions)} LIMIT ?)",  # noqa: S608
            *self._values,
            most,
        )


def _streams(db: Transaction, server: int | None) -> list[Row]:
    return db.rows(
        "SELECT key, id, type, taken, indexed FROM streams WHERE taken > 0 AND (? IS NULL OR server = ?)",
        server,
        server,
    )


def _plans(db: Transaction, query: Query, scope: Scope) -> Iterator[_Plan]:
    for stream in _streams(db, scope.server):
        if stream["type"] == "Inbound" and not (scope.inbound or query.wants_inbound):
            continue
        before_first = ids_of(stream["key"])[0]
        first, last = before_first + scope.after.get(stream["key"], 0) + 1, before_first + stream["indexed"]
        if scope.before is not None:
            last = min(last, messages.last_before(db, stream["key"], *scope.before))
        yield _Plan(db, query, stream, first, last)


def find_ids(db: Transaction, query: Query, scope: Scope, limit: int | None = None) -> list[int]:
    """Return the ids of messages that match, newest first, at most `limit`; those not indexed are not found."""
    most = _ALL if limit is None else limit
    found = [message for plan in _plans(db, query, scope) for message in plan.run(most)]
    found.sort(reverse=True)
    return [message for _, message in found[:limit]]


def count(db: Transaction, query: Query, scope: Scope, most: int) -> int:
    """Return how many messages `find_ids` finds, at most `most`."""
    return min(most, sum(plan.count(most) for plan in _plans(db, query, scope)))


def find(db: Transaction, query: Query, scope: Scope, limit: int | None = None) -> list[Row]:
    """Return the messages that match, likewise."""
    return messages.by_ids(db, find_ids(db, query, scope, limit))


def missed(db: Transaction, query: Query, message: int) -> list[str]:
    """Return the terms of a query that a message does not match, as they were written."""
    stream = db.row("SELECT key, id FROM streams WHERE key = ?", messages.stream_of(message))
    if stream is None:
        return []
    return [
        " OR ".join([term.text for term in group])
        for group in query.groups
        if not _Plan(db, Query((group,)), stream, message, message).run(1)
    ]


def catch_up(store: Store) -> None:
    """Index all messages that are not indexed yet."""
    with store.transaction(writing=False) as db:
        more = bool(words.behind(db))
    while more:
        with store.transaction(visible=False) as db:
            more = words.index_next(db)


def index_some(store: Store) -> bool:
    """
    Index a few messages, or make the index faster; return whether there is more to do.

    This is for the thread that works while there is nothing else.
    """
    with store.transaction(visible=False) as db:
        if subjects.index_next(db):  # first: it takes a hundredth of the time
            return True
        if not words.behind(db):
            return words.tidy(db) or words.tidy(db, "subjects")
        words.index_next(db)
        return True


def mark_of(db: Transaction, server: int | None = None) -> dict[int, int]:
    """Return how many messages each stream, of a server or of all, has had until now, by its key."""
    return {row["key"]: row["taken"] for row in _streams(db, server)}


def searched(db: Transaction, server: int | None) -> dict[int, int]:
    """Return how many messages of each stream a search in this transaction has looked at, likewise."""
    return {row["key"]: row["indexed"] for row in _streams(db, server)}
