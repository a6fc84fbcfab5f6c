"""Counts for the statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..store import Transaction

# (stream, day, tag, metric)
Tally = tuple[int, str, str, str]

_ADD = """
    INSERT INTO tallies (count, stream, day, tag, metric) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (stream, day, tag, metric) DO UPDATE SET count = count + excluded.count
"""
_TOTALS = """
    SELECT t.metric, sum(t.count) AS total FROM streams s JOIN tallies t ON t.stream = s.key
    WHERE s.server = :server AND (:stream IS NULL OR s.id = :stream) AND (:tag IS NULL OR t.tag = :tag)
        AND t.day BETWEEN :since AND :until
    GROUP BY t.metric
"""


def add(db: Transaction, counted: Mapping[Tally, int]) -> None:
    """Add to the counts."""
    db.run_all(_ADD, [(count, *tally) for tally, count in counted.items() if count])


def totals(
    db: Transaction, server: int, *, stream: str | None, tag: str | None, since: str | None, until: str | None
) -> Counter[str]:
    """Return metric to count over a server's streams, or one of them, and days, both ends inclusive."""
    rows = db.named(_TOTALS, server=server, stream=stream, tag=tag, since=since or "0", until=until or "9999-12-31")
    return Counter({row["metric"]: row["total"] for row in rows})
