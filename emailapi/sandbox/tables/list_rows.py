"""The rows of the inbox's list, and the counts beside it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..store import Row, Transaction
from .messages import ids_of
from .words import UNSEEN

# Counts end here: nothing on the way to a page goes through all messages.
MOST = 1_000
# Of a body, only the characters that a snippet may come from are read.
_HEADS = (
    "SELECT m.id, m.uuid, m.received_at, m.subject, m.tag, m.shown, m.via, s.type AS stream_type, s.id AS stream_id,"
    " substr(c.text_body, 1, 400) AS text,"
    " CASE WHEN coalesce(c.text_body, '') = '' THEN substr(c.html_body, 1, 20000) END AS html"
    " FROM messages m JOIN streams s ON s.key = m.stream JOIN contents c ON c.message = m.id"
    " WHERE m.id IN (SELECT value FROM json_each(?))"
)


def heads(db: Transaction, ids: Sequence[int]) -> list[Row]:
    """Return the facts of messages that a list shows, in the order of their ids in the database."""
    rows = {row["id"]: row for row in db.rows(_HEADS, json.dumps([*ids]))}
    return [rows[message] for message in ids if message in rows]


def flags_of(db: Transaction, ids: Sequence[int], flags: Iterable[str]) -> dict[int, set[str]]:
    """Return which of some flags messages have, by their ids."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in db.rows(
        # CROSS: SQLite would go through all messages that have a flag.
        "SELECT o.flag, o.message FROM json_each(?) f CROSS JOIN json_each(?) i"
        " CROSS JOIN flags o ON o.flag = f.value AND o.message = i.value",
        json.dumps([*flags]),
        json.dumps([*ids]),
    ):
        found[row["message"]].add(row["flag"])
    return found


def bounce_types(db: Transaction, ids: Sequence[int]) -> dict[int, str]:
    """Return the type of the last bounce of messages, by their ids."""
    rows = db.rows(
        "SELECT message, type FROM bounces WHERE message IN (SELECT value FROM json_each(?)) ORDER BY id",
        json.dumps([*ids]),
    )
    return {row["message"]: row["type"] for row in rows if row["type"] != "SpamComplaint"}


def opens(db: Transaction, ids: Sequence[int]) -> dict[int, int]:
    """Return how often messages were opened, by their ids; those that never were are not in it."""
    rows = db.rows(
        # CROSS: SQLite would go through all events.
        "SELECT e.message, count(*) AS number FROM json_each(?) i CROSS JOIN events e ON e.message = i.value"
        " WHERE e.type = 'Opened' GROUP BY e.message",
        json.dumps([*ids]),
    )
    return {row["message"]: row["number"] for row in rows}


def counts_of_streams(db: Transaction, server: int) -> dict[int, int]:
    """Return how many messages each stream of a server has, by its key."""
    rows = db.rows("SELECT key, taken - erased AS number FROM streams WHERE server = ?", server)
    return {row["key"]: row["number"] for row in rows}


def counts_of_flags(db: Transaction, streams: Iterable[int], flags: Sequence[str]) -> dict[str, int]:
    """Return how many messages of some streams have each flag; of a stream at most one more than `MOST` are counted."""
    ranges = [ids_of(stream) for stream in streams]
    rows = db.rows(
        "SELECT f.value AS flag, sum(("
        " SELECT count(*) FROM ("
        "  SELECT 1 FROM flags WHERE flag = f.value"
        "  AND message BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]') LIMIT ?"
        " ))) AS number FROM json_each(?) f CROSS JOIN json_each(?) r GROUP BY f.value",
        MOST + 1,
        json.dumps([*flags]),
        json.dumps(ranges),
    )
    return {**dict.fromkeys(flags, 0), **{row["flag"]: row["number"] for row in rows}}


def mark_seen(db: Transaction, message: int) -> bool:
    """Note that a message was looked at; return whether that is new."""
    db.run("DELETE FROM flags WHERE flag = ? AND message = ?", UNSEEN, message)
    return db.number("SELECT changes()") > 0


def tags_of_stream(db: Transaction, stream: int, limit: int) -> list[str]:
    """Return the first tags of a stream's messages, in the order of their letters."""
    # From each tag to the next one: there are as many steps in the index as tags, not as messages.
    rows = db.named(
        "WITH RECURSIVE found (tag) AS ("
        " SELECT min(tag) FROM messages WHERE stream = :stream AND tag IS NOT NULL"
        " UNION ALL SELECT (SELECT min(tag) FROM messages m WHERE m.stream = :stream AND m.tag > found.tag)"
        " FROM found WHERE found.tag IS NOT NULL"
        ") SELECT tag FROM found WHERE tag IS NOT NULL LIMIT :count",
        stream=stream,
        count=limit,
    )
    return [row["tag"] for row in rows]
