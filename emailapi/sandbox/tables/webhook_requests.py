"""Requests to webhooks, and the result of each attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ..store import Row, Transaction, Value

# So many tries are kept.
ATTEMPTS = 5_000

# Of what a target is told, what is about one message or one recipient is told one after the other.
_IN_ORDER = (
    "f.server = r.server AND f.webhook IS r.webhook AND f.hook = r.hook"
    " AND (f.message = r.message OR f.recipient = r.recipient)"
)
_FREE = (
    "r.due_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM webhook_requests f"  # noqa: S608
    f" WHERE f.id IN (SELECT value FROM json_each(:busy)) AND {_IN_ORDER})"
)
_ATTEMPT = (
    "SELECT a.*, r.server, r.webhook, r.hook, r.kind, r.message, r.recipient, r.trace, r.body"
    " FROM webhook_attempts a JOIN webhook_requests r ON r.id = a.request"
)
_FILTERS = {
    "id": "a.id = :id",
    "server": "r.server = :server",
    "status": "a.status = :status",
    "webhook": "r.webhook = :webhook",
    "trigger": "r.kind = :trigger COLLATE NOCASE",
    "message": "r.message = :message",
    "accepted": "a.accepted = :accepted",
}


@attrs.frozen(kw_only=True)
class NewRequest:
    """
    A request to be stored; the attributes are the table's.

    Attributes:
        webhook: The webhook's id; None for a URL of the server's settings, whose column is `hook`.
        kind: The trigger, or `Inbound`.
        message: The message's id in the service; None for an event without a message.
        trace: The id of the request, which all tries have.
        happened_at: The instant of the event.
        due_at: The instant of the first try.
    """

    server: int
    webhook: int | None = None
    hook: str = ""
    kind: str
    message: str | None
    recipient: str
    trace: str
    body: bytes = attrs.field(repr=False)
    happened_at: int
    due_at: int | None
    accepted: bool = False


_COLUMNS = [field.name for field in attrs.fields(NewRequest)]
_ADD = f"INSERT INTO webhook_requests ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608


def add_all(db: Transaction, requests: Iterable[NewRequest]) -> None:
    """Store requests that are due at once."""
    rows = [attrs.astuple(request) for request in requests]
    if rows:
        db.run_all(_ADD, rows)
        db.urgent = True


def add(db: Transaction, request: NewRequest) -> int:
    """Store a request, and return its id."""
    return db.insert("webhook_requests", **attrs.asdict(request))


def next_due(db: Transaction, busy: str) -> int | None:
    """Return the instant of the next try, or None; `busy` are the ids, as JSON, of requests that are under way."""
    row = db.named(f"SELECT r.due_at FROM webhook_requests r WHERE {_FREE} ORDER BY r.due_at LIMIT 1", busy=busy)  # noqa: S608
    return row[0]["due_at"] if row else None


def first_due(db: Transaction, now: int, busy: str) -> Row | None:
    """Return the request whose try is due first, and that may be sent beside those under way, or None."""
    rows = db.named(
        f"SELECT r.* FROM webhook_requests r WHERE {_FREE} AND r.due_at <= :now ORDER BY r.due_at, r.id LIMIT 1",  # noqa: S608
        busy=busy,
        now=now,
    )
    return rows[0] if rows else None


def by_id(db: Transaction, request: int) -> Row | None:
    """Return a request, or None."""
    return db.row("SELECT * FROM webhook_requests WHERE id = ?", request)


def change(db: Transaction, request: int, **facts: Value) -> None:
    """Store how far a request has got."""
    db.update("webhook_requests", request, **facts)


def add_attempt(db: Transaction, **facts: Value) -> int:
    """Store the result of an attempt, and return its id; the oldest ones beyond the limit are erased."""
    number = db.insert("webhook_attempts", **facts)
    for row in db.rows("SELECT id, request FROM webhook_attempts WHERE id <= ?", number - ATTEMPTS):
        db.run("DELETE FROM webhook_attempts WHERE id = ?", row["id"])
        db.run(
            "DELETE FROM webhook_requests WHERE id = ? AND due_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM webhook_attempts WHERE request = ?)",
            row["request"],
            row["request"],
        )
    return number


def attempts(db: Transaction, filters: Mapping[str, Value], limit: int) -> list[Row]:
    """Return the tries that match all filters, newest first, with their requests."""
    where = f" WHERE {' AND '.join(_FILTERS[name] for name in filters)}" if filters else ""
    return db.named(f"{_ATTEMPT}{where} ORDER BY a.id DESC LIMIT :limit", **filters, limit=limit)


def waiting(db: Transaction, first: int) -> set[int]:
    """Return the ids of the last attempts, from an id on, of requests that wait for a further attempt."""
    rows = db.rows(
        "SELECT max(a.id) AS id FROM webhook_attempts a JOIN webhook_requests r ON r.id = a.request"
        " WHERE a.id >= ? AND r.due_at IS NOT NULL GROUP BY a.request",
        first,
    )
    return {row["id"] for row in rows}


def of_message(db: Transaction, message: str, limit: int) -> list[Row]:
    """Return the requests about a message by its id in the service, newest first, with the URLs of their webhooks."""
    return db.rows(
        "SELECT r.*, coalesce(w.url, '') AS url FROM webhook_requests r LEFT JOIN webhooks w ON w.id = r.webhook"
        " WHERE r.message = ? ORDER BY r.id DESC LIMIT ?",
        message,
        limit,
    )


def failed_of(db: Transaction, webhook: int, server: int | None) -> list[int]:
    """Return the ids of the requests that a webhook, of this server or any, has had and not accepted, oldest first."""
    rows = db.rows(
        "SELECT id FROM webhook_requests r WHERE webhook = ? AND (? IS NULL OR server = ?) AND accepted = 0"
        " AND EXISTS (SELECT 1 FROM webhook_attempts WHERE request = r.id) ORDER BY id",
        webhook,
        server,
        server,
    )
    return [row["id"] for row in rows]


def forget(db: Transaction, address: str) -> None:
    """Remove all requests about a lower-case address, with all attempts."""
    db.run("DELETE FROM webhook_requests WHERE recipient = ?", address)


def clear(db: Transaction, server: int | None = None) -> None:
    """Remove all requests, or those of one server, with all attempts."""
    db.run("DELETE FROM webhook_requests WHERE ? IS NULL OR server = ?", server, server)


def inbound_result(db: Transaction, message: str, status: str) -> None:
    """Store the status of an email that came in after an attempt: `Processed`, `Scheduled` or `Failed`."""
    db.run("UPDATE messages SET status = ? WHERE uuid = ?", status, message)


def results_since(db: Transaction, webhook: int, instant: int) -> Row:
    """Return how many requests of a webhook, since an instant, it has accepted, not accepted, and waits for."""
    row = db.row(
        "SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(NOT accepted AND due_at IS NULL), 0) AS failed,"
        " coalesce(sum(due_at IS NOT NULL), 0) AS waiting FROM webhook_requests r WHERE webhook = ?"
        " AND (due_at IS NOT NULL OR EXISTS"
        " (SELECT 1 FROM webhook_attempts WHERE request = r.id AND started_at >= ?))",
        webhook,
        instant,
    )
    assert row is not None  # noqa: S101 - sums are always one row
    return row
