"""A page of the rows that a search finds, and how many it finds."""

from __future__ import annotations

import attrs

from ..store import Row, Transaction, Value


def given(search: attrs.AttrsInstance) -> dict[str, Value]:
    """Return the values of a search that are not None, by name."""
    return {name: value for name, value in attrs.asdict(search).items() if value is not None}


def page(
    db: Transaction,
    shown: str,
    matching: str,
    key: str,
    order: str,
    asked: dict[str, Value],
    *,
    count: int,
    offset: int,
) -> tuple[int, list[Row]]:
    """
    Return how many rows match, and a page of them.

    Args:
        db: The transaction.
        shown: The query that shows rows, up to its condition.
        matching: The rest of the search from `FROM` on, with named values.
        key: The column by which `shown` finds the rows of the page.
        order: The order of the rows.
        asked: The values of the search.
        count: The most rows.
        offset: How many rows to skip.
    """
    total = db.named(f"SELECT count(*) AS total {matching}", **asked)[0]["total"]
    rows = db.named(
        f"{shown} WHERE {key} IN (SELECT {key} {matching} ORDER BY {order} LIMIT :count OFFSET :offset)"
        f" ORDER BY {order}",
        count=count,
        offset=offset,
        **asked,
    )
    return total, rows
