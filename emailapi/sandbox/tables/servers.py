"""Servers, their tokens and their streams."""

from __future__ import annotations

import uuid

import attrs

from ..store import Transaction

_DEFAULT_STREAMS = (
    ("outbound", "Default Transactional Stream", "Transactional", "None"),
    ("inbound", "Default Inbound Stream", "Inbound", "None"),
    ("broadcast", "Default Broadcast Stream", "Broadcasts", "Postmark"),
)


@attrs.frozen
class Server:
    """
    One server, as a request of its token sees it.

    Attributes:
        id: Its number in the account.
        name: Unique in the account.
        delivery_type: `Live` or `Sandbox`.
        track_opens: Whether its mails' opens are seen, whatever a mail says.
        track_links: Which links are tracked where a mail does not say.
    """

    id: int
    name: str
    delivery_type: str
    track_opens: bool
    track_links: str

    @property
    def sandboxed(self) -> bool:
        """Whether its messages are marked as never delivered."""
        return self.delivery_type == "Sandbox"


@attrs.frozen
class Stream:
    """
    One stream of a server.

    Attributes:
        key: Unique over all servers.
        id: What a mail names it by.
        type: `Transactional`, `Inbound` or `Broadcasts`.
    """

    key: int
    id: str
    type: str


def found_account(db: Transaction) -> None:
    """Give a new database its account."""
    db.run("INSERT INTO account VALUES (1, ?)", str(uuid.uuid4()))


def account_token(db: Transaction) -> str:
    """Return the token of the account."""
    row = db.row("SELECT token FROM account")
    assert row is not None  # noqa: S101 - `found_account` stands in the same transaction as the table
    return str(row["token"])


def create(db: Transaction, name: str, now: int, delivery_type: str = "Live") -> int:
    """Make a server with a token and the three streams that every server begins with; return its id."""
    server = db.run("INSERT INTO servers (name, delivery_type, created_at) VALUES (?, ?, ?)", name, delivery_type, now)
    db.run("INSERT INTO tokens VALUES (?, ?)", str(uuid.uuid4()), server)
    db.run_all(
        "INSERT INTO streams (server, id, name, type, unsubscribe_handling, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        [(server, *stream, now) for stream in _DEFAULT_STREAMS],
    )
    return server


def tokens(db: Transaction, server: int) -> list[str]:
    """Return the tokens of a server."""
    return [row["token"] for row in db.rows("SELECT token FROM tokens WHERE server = ?", server)]


def by_token(db: Transaction, token: str) -> Server | None:
    """Return the server that a token opens, in any case of letters."""
    row = db.row(
        "SELECT s.id, s.name, s.delivery_type, s.track_opens, s.track_links"
        " FROM tokens t JOIN servers s ON s.id = t.server WHERE t.token = ?",
        token.lower(),
    )
    if row is None:
        return None
    return Server(row["id"], row["name"], row["delivery_type"], bool(row["track_opens"]), row["track_links"])


def stream(db: Transaction, server: Server, stream_id: str) -> Stream | None:
    """Return a server's stream by its id."""
    row = db.row("SELECT key, id, type FROM streams WHERE server = ? AND id = ?", server.id, stream_id)
    return None if row is None else Stream(row["key"], row["id"], row["type"])


def exists(db: Transaction, server: int) -> bool:
    """Return whether the account has a server of this id."""
    return db.row("SELECT 1 FROM servers WHERE id = ?", server) is not None
