"""Bringing a sandbox back to how it began."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .._hints import unknown_name_message
from ..errors import InvalidArgument
from .store import Store, Transaction
from .tables import clock_moves, erasing, servers, streams, webhook_requests

# Faults and requests are not in the database: the sandbox itself keeps or clears them.
OTHERS = ("faults", "requests")
# So many messages are erased before anything else is.
MANY = 5_000


def _clear(*tables: str) -> Callable[[Transaction], None]:
    def clear(db: Transaction) -> None:
        for table in tables:
            db.run(f"DELETE FROM {table}")  # noqa: S608

    return clear


def _clear_servers(db: Transaction) -> None:
    """Delete all servers but the first, whose settings become those of a new one."""
    for row in db.rows("SELECT id FROM servers WHERE id <> ?", servers.FIRST):
        servers.delete(db, row["id"])
    defaults = [
        f"{column['name']} = {column['dflt_value']}"
        for column in db.rows("PRAGMA table_info(servers)")
        if column["dflt_value"] is not None
    ]
    db.run(f"UPDATE servers SET {', '.join(defaults)}")  # noqa: S608


def _clear_streams(db: Transaction, now: int) -> None:
    """Delete all streams, and give each server those that it began with."""
    erasing.erase_all(db)
    db.run("DELETE FROM streams")
    for row in db.rows("SELECT id FROM servers"):
        streams.add_defaults(db, row["id"], now)


def _clear_messages(db: Transaction) -> None:
    erasing.erase_all(db)
    clock_moves.clear(db)
    # Also those that are not about a message: nothing of an earlier test is posted in the next one.
    webhook_requests.clear(db)


def _clear_templates(db: Transaction) -> None:
    db.run("UPDATE templates SET layout = NULL")
    db.run("DELETE FROM templates")


# In this order: what hangs on other rows comes first.
_PARTS: dict[str, Callable[[Transaction], None]] = {
    "messages": _clear_messages,
    "suppressions": _clear("suppressions"),
    "statistics": _clear("tallies"),
    "templates": _clear_templates,
    "webhooks": _clear("webhooks"),
    "inbound_rules": _clear("inbound_rules"),
    "data_removals": _clear("data_removals"),
    "servers": _clear_servers,
    "domains": _clear("signatures", "domains", "dns"),
}


def check_kept(keep: Iterable[str]) -> frozenset[str]:
    """
    Return what is to be kept.

    Raises:
        InvalidArgument: `keep` names something that a sandbox does not have.
    """
    if not isinstance(keep, Iterable):
        raise InvalidArgument(f"keep must be names of parts, got {type(keep).__name__}", argument="keep")
    names = frozenset([keep] if isinstance(keep, str) else map(str, keep))
    known = dict.fromkeys((*_PARTS, "streams", *OTHERS))
    for name in sorted(names):
        if name not in known:
            raise InvalidArgument(unknown_name_message(name, known, "part"), argument="keep")
    return names


def empty(store: Store, keep: frozenset[str]) -> None:
    """Erase many messages before a reset, at once: the reset would go through all that hangs on each of them."""
    if "messages" in keep:
        return
    with store.transaction(writing=False) as db:
        many = db.number("SELECT count(*) FROM (SELECT 1 FROM messages LIMIT ?)", MANY) == MANY
    if many:
        with store.transaction(enforcing=False) as db:
            erasing.erase_at_once(db)


def reset(db: Transaction, now: int, keep: frozenset[str]) -> None:
    """Delete everything but tokens, the time, and what is kept; `now` is when the default streams are made."""
    for name, clear in _PARTS.items():
        if name not in keep:
            clear(db)
    # Messages, suppressions, statistics and webhooks belong to streams.
    if not keep & {"streams", "messages", "suppressions", "statistics", "webhooks"}:
        _clear_streams(db, now)
