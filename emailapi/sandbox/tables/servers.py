"""Servers and their tokens."""

from __future__ import annotations

import uuid

import attrs

from ..migrations import digest_of
from ..store import Row, Transaction, Value
from . import erasing, streams

# The server that every sandbox begins with; `schema.sql` has the id before it.
FIRST = 4_000_001
# Where the inbound addresses of servers are that have no domain for them.
INBOUND_HOST = "inbound.postmarkapp.com"


@attrs.frozen
class Server:
    """
    A server, as requests with its token need it.

    Attributes:
        id: Its number in the account.
        name: Unique in the account.
        delivery_type: `Live` or `Sandbox`.
        track_opens: Whether opens of all its emails are tracked, whatever an email says.
        track_links: Which links are tracked if an email does not say.
        smtp_api_activated: Whether it accepts emails by SMTP.
    """

    id: int
    name: str
    delivery_type: str
    track_opens: bool
    track_links: str
    smtp_api_activated: bool

    @property
    def sandboxed(self) -> bool:
        """Whether its messages are marked as never delivered."""
        return self.delivery_type == "Sandbox"


def create(db: Transaction, name: str, now: int, delivery_type: str = "Live", **settings: Value) -> int:
    """Make a server with a token and the three streams that every server begins with; return its id."""
    server = db.insert(
        "servers",
        name=name,
        delivery_type=delivery_type,
        created_at=now,
        inbound_hash=uuid.uuid4().hex,
        **settings,
    )
    token = str(uuid.uuid4())
    db.insert("tokens", digest=digest_of(token), token=token, server=server)
    streams.add_defaults(db, server, now)
    return server


def tokens(db: Transaction, server: int) -> list[str]:
    """Return the tokens of a server."""
    return [row["token"] for row in db.rows("SELECT token FROM tokens WHERE server = ?", server)]


def by_token(db: Transaction, token: str) -> Server | None:
    """Return the server of a token, ignoring case."""
    row = db.row("SELECT s.* FROM tokens t JOIN servers s ON s.id = t.server WHERE t.digest = ?", digest_of(token))
    return None if row is None else sending(row)


def sending(row: Row) -> Server:
    """Return a server, as requests with its token need it."""
    return Server(
        row["id"],
        row["name"],
        row["delivery_type"],
        bool(row["track_opens"]),
        row["track_links"],
        bool(row["smtp_api_activated"]),
    )


def inbound_address(row: Row, mailbox_hash: str = "") -> str:
    """Return the address that a server receives email at."""
    local = f"{row['inbound_hash']}+{mailbox_hash}" if mailbox_hash else row["inbound_hash"]
    return f"{local}@{INBOUND_HOST}"


def inbound_domains(db: Transaction) -> frozenset[str]:
    """Return the domains of all inbound addresses."""
    rows = db.rows("SELECT inbound_domain FROM servers WHERE inbound_domain <> ''")
    return frozenset((INBOUND_HOST, *(row["inbound_domain"] for row in rows)))


def receiving(db: Transaction, address: str) -> Row | None:
    """Return the server that receives the email of an address, or None."""
    local, _, domain = address.lower().rpartition("@")
    if domain == INBOUND_HOST:
        return db.row("SELECT * FROM servers WHERE inbound_hash = ?", local.partition("+")[0])
    return db.row("SELECT * FROM servers WHERE inbound_domain = ? AND inbound_domain <> ''", domain)


def exists(db: Transaction, server: int) -> bool:
    """Return whether the account has a server of this id."""
    return db.row("SELECT 1 FROM servers WHERE id = ?", server) is not None


def by_id(db: Transaction, server: int) -> Row | None:
    """Return a server with all settings, or None."""
    return db.row("SELECT * FROM servers WHERE id = ?", server)


def page(db: Transaction, part: str, count: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many servers have `part` in their names, and a page of them, newest first."""
    total = db.number("SELECT count(*) FROM servers WHERE holds(name, ?)", part)
    rows = db.rows("SELECT * FROM servers WHERE holds(name, ?) ORDER BY id DESC LIMIT ? OFFSET ?", part, count, offset)
    return total, rows


def with_name(db: Transaction, name: str) -> int | None:
    """Return the id of the server of this name, in any case of letters, or None."""
    row = db.row("SELECT id FROM servers WHERE name = ?", name)
    return None if row is None else row["id"]


def with_inbound_domain(db: Transaction, domain: str) -> int | None:
    """Return the id of the server that receives the email of this domain, or None."""
    row = db.row("SELECT id FROM servers WHERE inbound_domain = ? AND inbound_domain <> ''", domain)
    return None if row is None else row["id"]


def change(db: Transaction, server: int, **settings: Value) -> None:
    """Store what a server is set to."""
    db.update("servers", server, **settings)


def delete(db: Transaction, server: int) -> None:
    """Remove a server with all it has."""
    for row in db.rows("SELECT key FROM streams WHERE server = ?", server):
        erasing.erase_stream(db, row["key"])
    db.run("DELETE FROM servers WHERE id = ?", server)
