"""
The index of messages: their words, and flags such as `is:bounced` or `to:ada@example.com`.

Messages are indexed after the response to their request, in the order of their ids; `streams.indexed` says how far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...mime.extraction import HTML, links_of, text_of_html
from ...mime.html_tokens import tokens
from ..events import BOUNCE_TYPES
from ..forks import imports
from ..store import Row, Transaction
from .messages import ids_of, shown_of, stream_of

BATCH = 50
_HAPPENINGS = (
    "queued",
    "delayed",
    "delivered",
    "bounced",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
    "suppressed",
)
STATES = {name: f"is:{name}" for name in (*_HAPPENINGS, *map(str.lower, BOUNCE_TYPES))}
# What an email came by.
SOURCES = ("api", "smtp", "template", "bulk")
# Nearly all messages are delivered: those that are not are found by a flag of their own.
UNDELIVERED = "not:delivered"
INBOUND = "is:inbound"
# Messages that were not opened in the inbox yet. The flag says nothing to the API.
UNSEEN = "is:unseen"
# The flags of bodies, which it takes long to find out.
CONTENT_FLAGS = ("has:html", "has:text", "has:link", "has:code")
_BY_EVENT = {
    "Delivered": "is:delivered",
    "Bounced": "is:bounced",
    "Opened": "is:opened",
    "LinkClicked": "is:clicked",
    "SubscriptionChanged": "is:unsubscribed",
}
# A character for private use, as a word that is in each row: FTS5 knows no query of negations only.
EVERY = "\ue000"
_CONTENT = (
    "SELECT m.id, m.stream, m.subject, m.sender, m.tag, m.shown, m.via, c.text_body, c.html_body, s.type AS stream_type"
    " FROM messages m JOIN contents c ON c.message = m.id JOIN streams s ON s.key = m.stream"
)
# In the order of the rowids of `words`: FTS5 begins a new part of the index with each rowid that is smaller.
_ORDER = "ORDER BY m.id DESC"
_INSERT = "INSERT INTO words (rowid, subject, body, sender, recipients, tag, files) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DELETE = (
    "INSERT INTO words (words, rowid, subject, body, sender, recipients, tag, files)"
    " VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)"
)


def turn_of(stream: int) -> int:
    """Return the sum of the id and the rowid in `words` of each message of a stream."""
    return sum(ids_of(stream))


def _indexed(row: Row) -> tuple[tuple[int | str, ...], list[str]]:
    """Return the words and the flags of a message, always the same: it is deleted by these values, too."""
    html = [*tokens(row["html_body"] or "")]
    return _words(row, html), [*_fixed_flags(row, html)]


def _words(row: Row, html: HTML) -> tuple[int | str, ...]:
    shown = shown_of(row)
    people = [f"{one['Name'] or ''} {one['Email']}" for field in ("to", "cc", "bcc") for one in shown[field]]
    body = row["text_body"] or ""
    if row["html_body"]:
        body += "\n" + text_of_html(html)
    files = " ".join(shown["attachments"])
    place, tag = turn_of(row["stream"]) - row["id"], f"{row['tag'] or ''} {EVERY}"
    return place, row["subject"], body, row["sender"], "\n".join(people), tag, files


def _fixed_flags(row: Row, html: HTML) -> Iterable[str]:
    """Yield the flags that a message has from the start; all but `UNSEEN` never change."""
    with imports:
        from ...mime.codes import codes_of

    yield from _heading_flags(row)
    text = row["text_body"] or ""
    if row["html_body"]:
        yield "has:html"
    if text:
        yield "has:text"
    if links_of(html, text):
        yield "has:link"
    if codes_of(html, text):
        yield "has:code"


def _heading_flags(row: Row) -> Iterable[str]:
    yield UNSEEN
    yield from {f"to:{email.lower()}" for email in shown_of(row)["recipients"]}
    yield f"via:{row['via']}"
    if row["tag"]:
        yield f"tag:{row['tag'].lower()}"
    if row["stream_type"] == "Inbound":
        yield INBOUND


def _state_flags(db: Transaction, first: int, last: int) -> dict[int, set[str]]:
    """Return the flags of what happened to messages, by their ids, which lie between the two."""
    found = _found_flags(db, first, last)
    for message in range(first, last + 1):
        if "is:delivered" not in found[message]:
            found[message].add(UNDELIVERED)
    return found


def _found_flags(db: Transaction, first: int, last: int) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    on_the_way: dict[tuple[int, str], bool] = {}
    for row in db.rows(
        "SELECT message, recipient, type FROM events WHERE message BETWEEN ? AND ? ORDER BY message, id", first, last
    ):
        if row["type"] in _BY_EVENT:
            found[row["message"]].add(_BY_EVENT[row["type"]])
        if row["type"] in ("Transient", "Delivered", "Bounced"):
            on_the_way[row["message"], row["recipient"]] = row["type"] == "Transient"
    for (message, _), delayed in on_the_way.items():
        if delayed:
            found[message].add("is:delayed")
    for row in db.rows("SELECT message, type FROM bounces WHERE message BETWEEN ? AND ?", first, last):
        found[row["message"]].add(f"is:{row['type'].lower()}")
        if row["type"] == "SpamComplaint":
            found[row["message"]].add("is:complained")
    for table, flag in (("queue", "is:queued"), ("skipped", "is:suppressed")):
        for row in db.rows(f"SELECT message FROM {table} WHERE message BETWEEN ? AND ?", first, last):  # noqa: S608
            found[row["message"]].add(flag)
    return found


def _file_flags(db: Transaction, first: int, last: int) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in db.rows("SELECT message, content_id FROM attachments WHERE message BETWEEN ? AND ?", first, last):
        found[row["message"]].add("has:inline" if row["content_id"] else "has:attachment")
    return found


def behind(db: Transaction) -> list[tuple[int, int, int]]:
    """Return the streams with messages that are not indexed: key, how far they are indexed, how many there are."""
    rows = db.rows("SELECT key, indexed, taken FROM streams WHERE indexed < taken")
    return [(row["key"], row["indexed"], row["taken"]) for row in rows]


def index_next(db: Transaction) -> bool:
    """Index some messages of one stream; return whether there are more."""
    streams = behind(db)
    if not streams:
        return False
    stream, indexed, taken = streams[0]
    start = ids_of(stream)[0] + indexed
    upto = min(taken, indexed + BATCH)
    first, last = start + 1, ids_of(stream)[0] + upto
    rows = db.rows(f"{_CONTENT} WHERE m.id BETWEEN ? AND ? {_ORDER}", first, last)
    states, files = _state_flags(db, first, last), _file_flags(db, first, last)
    entries = [_indexed(row) for row in rows]
    db.run_all(_INSERT, [found for found, _ in entries])
    flags = [
        (flag, row["id"])
        for row, (_, fixed) in zip(rows, entries, strict=True)
        for flag in (*fixed, *states.get(row["id"], ()), *files.get(row["id"], ()))
    ]
    db.run_all("INSERT OR IGNORE INTO flags VALUES (?, ?)", flags)
    db.run("UPDATE streams SET indexed = ? WHERE key = ?", upto, stream)
    return upto < taken or len(streams) > 1


def tidy(db: Transaction, index: str = "words") -> bool:
    """Merge some parts of an index of texts, which makes it faster; return whether there are more to merge."""
    before = db.number("SELECT total_changes()")
    db.run(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', 500)")  # noqa: S608
    return db.number("SELECT total_changes()") - before > 1  # FTS5's own sign that it has merged


def refresh(db: Transaction, messages: Iterable[int]) -> None:
    """Index what has happened to messages since they were indexed; those that are not indexed yet will be, anyway."""
    states = (*STATES.values(), UNDELIVERED)
    for message in messages:
        if not _is_indexed(db, message):
            continue
        db.run_all("DELETE FROM flags WHERE flag = ? AND message = ?", [(flag, message) for flag in states])
        flags = _state_flags(db, message, message).get(message, ())
        db.run_all("INSERT OR IGNORE INTO flags VALUES (?, ?)", [(flag, message) for flag in flags])


def _is_indexed(db: Transaction, message: int) -> bool:
    stream = stream_of(message)
    return db.number("SELECT indexed FROM streams WHERE key = ?", stream) >= message - ids_of(stream)[0]


def forget(db: Transaction, messages: Iterable[int]) -> None:
    """Take messages out of the index, before they are erased."""
    for first, last in _runs(messages):
        rows = db.rows(
            f"{_CONTENT} WHERE m.id BETWEEN ? AND ? AND m.id <= (s.key << 40) + s.indexed {_ORDER}", first, last
        )
        if not rows:
            continue
        states, files = _found_flags(db, first, last), _file_flags(db, first, last)
        db.run_all(_DELETE, [_words(row, [*tokens(row["html_body"] or "")]) for row in rows])
        flags = [
            (flag, row["id"])
            for row in rows
            for flag in {*_heading_flags(row), *CONTENT_FLAGS, UNDELIVERED, *states[row["id"]], *files[row["id"]]}
        ]
        db.run_all("DELETE FROM flags WHERE flag = ? AND message = ?", flags)


def _runs(messages: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of ids that follow each other."""
    run: tuple[int, int] | None = None
    for message in sorted(messages):
        if run is not None and message == run[1] + 1:
            run = run[0], message
            continue
        if run is not None:
            yield run
        run = message, message
    if run is not None:
        yield run


def forget_all(db: Transaction) -> None:
    """Empty the index, when all messages are erased."""
    db.run("INSERT INTO words (words) VALUES ('delete-all')")
    db.run("DELETE FROM flags")
