"""Webhooks: where a stream's events are reported."""

from __future__ import annotations

import json

import attrs

from ..store import Row, Transaction
from .streams import KEPT

# A stream that has been purged has no webhooks any more.
_SELECT = (
    "SELECT w.*, s.id AS stream_id, s.archived_at FROM webhooks w JOIN streams s ON s.key = w.stream"
    " WHERE s.server = :server AND (s.archived_at IS NULL OR s.archived_at > :purged)"
)


@attrs.frozen(kw_only=True)
class Webhook:
    """
    What may be set on a webhook; the attributes are the table's.

    Attributes:
        status: Whether the webhook has responded to a verification.
        username: The user name; empty for a webhook without a login.
        headers: JSON by the service's names, as are the triggers.
    """

    url: str
    status: str
    username: str
    password: str = attrs.field(repr=False)
    headers: str = attrs.field(repr=False)
    triggers: str


def content_of(row: Row) -> Webhook:
    """Return what a row says of a webhook."""
    return Webhook(**{field.name: row[field.name] for field in attrs.fields(Webhook)})


def add(db: Transaction, stream: int, webhook: Webhook) -> int:
    """Store a webhook and return its id."""
    return db.insert("webhooks", stream=stream, **attrs.asdict(webhook))


def change(db: Transaction, webhook_id: int, webhook: Webhook) -> None:
    """Store what a webhook is now."""
    db.update("webhooks", webhook_id, **attrs.asdict(webhook))


def delete(db: Transaction, webhook_id: int) -> None:
    """Remove a webhook."""
    db.run("DELETE FROM webhooks WHERE id = ?", webhook_id)


def by_id(db: Transaction, server: int, webhook_id: int, now: int) -> Row | None:
    """Return a webhook of this server with its stream's id, or None."""
    found = db.named(f"{_SELECT} AND w.id = :id", server=server, id=webhook_id, purged=now - KEPT)
    return found[0] if found else None


def of_server(db: Transaction, server: int, now: int, *, stream: str | None, status: str | None) -> list[Row]:
    """Return the webhooks of a server, or of one stream, or of one status, oldest first."""
    return db.named(
        f"{_SELECT} AND (:stream IS NULL OR s.id = :stream) AND (:status IS NULL OR w.status = :status) ORDER BY w.id",
        server=server,
        stream=stream,
        status=status,
        purged=now - KEPT,
    )


def count(db: Transaction, stream: int) -> int:
    """Return how many webhooks a stream has."""
    return db.number("SELECT count(*) FROM webhooks WHERE stream = ?", stream)


# A URL, the user name and password for it, and further headers.
HookTarget = tuple[str, tuple[str, str] | None, tuple[tuple[str, str], ...]]


def row_of(db: Transaction, webhook_id: int) -> Row | None:
    """Return a webhook of any server, or None."""
    return db.row("SELECT * FROM webhooks WHERE id = ?", webhook_id)


def target_of(hook: Row | Webhook) -> HookTarget:
    """Return what is needed to post to a webhook."""
    found: dict[str, str] = attrs.asdict(hook) if isinstance(hook, Webhook) else dict(hook)
    login = (found["username"], found["password"]) if found["username"] else None
    headers = tuple([(header["Name"], header["Value"]) for header in json.loads(found["headers"])])
    return found["url"], login, headers


def of_stream(db: Transaction, stream: int) -> list[Row]:
    """Return the webhooks of a stream, oldest first."""
    return db.rows("SELECT * FROM webhooks WHERE stream = ? ORDER BY id", stream)


def any_listens(db: Transaction, stream: int) -> bool:
    """Return whether a stream has webhooks, or its server URLs that are told of events."""
    return (
        db.row(
            "SELECT 1 FROM streams s JOIN servers v ON v.id = s.server WHERE s.key = ?"
            " AND (v.delivery_hook_url || v.bounce_hook_url || v.open_hook_url || v.click_hook_url <> ''"
            " OR EXISTS (SELECT 1 FROM webhooks WHERE stream = s.key))",
            stream,
        )
        is not None
    )


def verify(db: Transaction, webhook_id: int) -> None:
    """Store that a webhook has responded to its verification."""
    db.update("webhooks", webhook_id, status="verified")
