"""
Counts for the statistics.

A metric is a word (`Sent`, `TotalClicks`, a bounce's type), or a word with a name after a colon (`EmailClient:Gmail`,
`OpenPlatform:Mobile`), where there is a count for each name there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import attrs

from ..store import Transaction

# (stream, day, tag, metric)
Tally = tuple[int, str, str, str]

_ADD = """
    INSERT INTO tallies (count, stream, day, tag, metric) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (stream, day, tag, metric) DO UPDATE SET count = count + excluded.count
"""
_BY_DAY = """
    SELECT t.day, t.metric, sum(t.count) AS total FROM streams s JOIN tallies t ON t.stream = s.key
    WHERE s.server = :server AND (:stream IS NULL OR s.id = :stream) AND (:tag IS NULL OR t.tag = :tag)
        AND t.day BETWEEN :since AND :until
    GROUP BY t.day, t.metric ORDER BY t.day
"""


@attrs.frozen(kw_only=True)
class Period:
    """
    What is counted; None means any.

    Attributes:
        server: The server's id, and `stream` the id of its stream.
        since: The first day, and `until` the last one, both inclusive.
    """

    server: int
    stream: str | None = None
    tag: str | None = None
    since: str | None = None
    until: str | None = None


def named(metric: str, name: str) -> str:
    """Return the metric that counts one name, such as an email client."""
    return f"{metric}:{name}"


def add(db: Transaction, counted: Mapping[Tally, int]) -> None:
    """Add to the counts."""
    db.run_all(_ADD, [(count, *tally) for tally, count in counted.items() if count])


def by_day(db: Transaction, period: Period) -> dict[str, Counter[str]]:
    """Return day to metric to count, for the days on which anything was counted, in their order."""
    asked = {**attrs.asdict(period), "since": period.since or "0", "until": period.until or "9999-12-31"}
    days: dict[str, Counter[str]] = {}
    for row in db.named(_BY_DAY, **asked):
        days.setdefault(row["day"], Counter())[row["metric"]] = row["total"]
    return days


def totals(days: Mapping[str, Counter[str]]) -> Counter[str]:
    """Return metric to count over all these days."""
    return sum(days.values(), Counter())
