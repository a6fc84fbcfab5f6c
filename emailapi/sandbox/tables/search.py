"""Lists of messages, by any filters and newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter

from ..store import Row, Transaction, Value
from . import metadata, subjects
from .filters import FEW, Filter, Search, filters_of, messages_by

__all__ = ["Search", "search"]


class _Plan:
    """
    A query as it is put together.

    Attributes:
        driver: The filter whose index is gone through; the conditions of the others narrow it.
    """

    def __init__(self, driver: Filter, filters: Sequence[Filter], stream: int) -> None:
        self.driver = driver
        self._stream = stream
        self._joined = driver.of_message
        self._conditions = [driver.condition]
        self.values: list[Value] = [*driver.values]
        for other in filters:
            if other is not driver:
                self._narrow(other)

    def _narrow(self, other: Filter) -> None:
        """Leave out the messages that another filter does not find."""
        driver = self.driver
        condition, values = other.condition, other.values
        if other.narrowing and other.time and driver.time:
            condition = other.narrowing.format(key=driver.key, time=driver.time)
        else:
            self._joined = True
            if other.narrowing:
                condition = other.narrowing.format(key="m.id", time="m.received_at")
        self._conditions.append(condition)
        self.values += values if other.narrowing_values is None else other.narrowing_values

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

    def count(self, db: Transaction) -> int:
        """Return how many messages the query finds."""
        return db.number(f"SELECT count(*) {self.selection}", *self.values)


class _Matching:
    """
    The messages of a stream that match a search.

    Attributes:
        plan: The query that goes through them.
    """

    def __init__(self, db: Transaction, wanted: Search, stream: Row) -> None:
        """Look which filter finds the fewest, among all the messages of the stream."""
        self._db = db
        self._stream: int = stream["key"]
        self._messages: int = stream["messages"]
        self._all = messages_by("messages_by_time", "m.stream = ?", self._stream)
        named = wanted.metadata is not None and self._messages == metadata.messages_with(
            db, self._stream, wanted.metadata[0].lower()
        )
        self._filters = [*filters_of(wanted, self._stream, subjects.unindexed(stream), named=named)]
        indexed = [one for one in self._filters if one.table] or [self._all]
        counts = [one.count(db, FEW) for one in indexed] if len(indexed) > 1 else [0]
        self._many = min(counts) == FEW
        self.plan = self._plan(indexed[counts.index(min(counts))], self._filters)

    def _plan(self, driver: Filter, filters: Sequence[Filter]) -> _Plan:
        return _Plan(driver, filters, self._stream)

    def count(self) -> int:
        """Return how many messages match."""
        if not self._filters:
            return self._messages
        if not self._many:
            return self.plan.count(self._db)
        # To go through an index takes a tenth of looking up each of its messages in another one. So the messages that a
        # filter leaves out are subtracted, if there are few, and a filter that leaves out none is not applied.
        left_out: set[int] = set()
        filters: list[Filter] = []
        for one in self._filters:
            found = one.left_out(self._db)
            if found is None:
                filters.append(one)
            else:
                left_out |= found
        total, filters = self._count_all(filters)
        return total - self._count_among(left_out, filters)

    def _count_all(self, filters: list[Filter]) -> tuple[int, list[Filter]]:
        """Return how many messages some filters find together, and those of them that leave out any message."""
        if len(filters) == 1 and filters[0].table:
            return filters[0].count(self._db), filters
        counted = [(one.count(self._db), one) for one in filters if one.table]
        counted = [(count, one) for count, one in counted if count < self._messages]
        filters = [one for _, one in counted] + [one for one in filters if not one.table]
        fewest, driver = min(counted, key=itemgetter(0), default=(self._messages, self._all))
        if filters in ([], [driver]):
            return fewest, filters
        if fewest > self._messages // 5 and sum(one.of_message for one in filters) > 1:
            driver = self._all  # whose index has the columns of all these filters
        return self._plan(driver, filters).count(self._db), filters

    def _count_among(self, ids: set[int], filters: Sequence[Filter]) -> int:
        """Return how many of some messages are found by all filters."""
        if not ids or not filters:
            return len(ids)
        among = "json_each(?) l CROSS JOIN messages m ON m.id = l.value"
        return self._plan(Filter(among, "1", (json.dumps([*ids]),)), filters).count(self._db)


def search(db: Transaction, wanted: Search, *, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many messages match, and a page of them, newest first."""
    stream = db.row(
        "SELECT key, taken - erased AS messages, taken, subjects_indexed FROM streams"
        " WHERE server = ? AND id = ? AND type <> 'Inbound'",
        wanted.server,
        wanted.stream,
    )
    if stream is None:
        return 0, []
    matching = _Matching(db, wanted, stream)
    plan, total = matching.plan, matching.count()
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
