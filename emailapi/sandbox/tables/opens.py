"""Opens and clicks: the first of each recipient, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..store import Row, Transaction, Value

_PROGRAM = "message, stream, recipient, received_at, user_agent, client, os, platform, geo"
_ADD_OPEN = f"INSERT OR IGNORE INTO opens ({_PROGRAM}, read_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_ADD_CLICK = f"INSERT OR IGNORE INTO clicks ({_PROGRAM}, location, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608

# What a listing is narrowed by: our name of the filter, and the column or the place in one.
_CONDITIONS = {
    "message": "e.message = :message",
    "recipient": "e.recipient = lower(:recipient)",
    "tag": "m.tag = :tag",
    "platform": "e.platform = :platform COLLATE NOCASE",
    "client_name": "json_extract(e.client, '$.Name') = :client_name COLLATE NOCASE",
    "client_company": "json_extract(e.client, '$.Company') = :client_company COLLATE NOCASE",
    "client_family": "json_extract(e.client, '$.Family') = :client_family COLLATE NOCASE",
    "os_name": "json_extract(e.os, '$.Name') = :os_name COLLATE NOCASE",
    "os_family": "json_extract(e.os, '$.Family') = :os_family COLLATE NOCASE",
    "os_company": "json_extract(e.os, '$.Company') = :os_company COLLATE NOCASE",
    "country": "json_extract(e.geo, '$.Country') = :country COLLATE NOCASE",
    "region": "json_extract(e.geo, '$.Region') = :region COLLATE NOCASE",
    "city": "json_extract(e.geo, '$.City') = :city COLLATE NOCASE",
}


def add_open(db: Transaction, row: Sequence[Value]) -> bool:
    """Store an open; return False if the recipient has opened the message before."""
    return db.changes(_ADD_OPEN, *row)


def add_click(db: Transaction, row: Sequence[Value]) -> bool:
    """Store a click; return False if the recipient has clicked on the link at this place before."""
    return db.changes(_ADD_CLICK, *row)


def search(
    db: Transaction, table: str, stream: int | None, filters: Mapping[str, Value], *, count: int, offset: int
) -> tuple[int, list[Row]]:
    """
    Return how many rows of `opens` or `clicks` match all filters, and a page of them, newest first.

    Each row has the id, the tag and the stream of its message.
    """
    conditions = [_CONDITIONS[name] for name in filters]
    if stream is not None:
        conditions.append("e.stream = :stream")
    matching = (
        f"FROM {table} e JOIN messages m ON m.id = e.message JOIN streams s ON s.key = e.stream"
        f" WHERE {' AND '.join(conditions)}"
    )
    values: dict[str, Value] = {**filters, "stream": stream}
    total = db.named(f"SELECT count(*) AS total {matching}", **values)[0]["total"]
    rows = db.named(
        f"SELECT e.*, m.uuid, m.tag, s.id AS stream_id {matching}"
        " ORDER BY e.received_at DESC, e.id DESC LIMIT :count OFFSET :offset",
        **values,
        count=count,
        offset=offset,
    )
    return total, rows
