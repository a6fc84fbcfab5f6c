"""The servers of the account."""

from __future__ import annotations

from ...models.servers import SERVERS, Server, ServerFilters
from ..calls import Call, Paging, read_id
from ..fields import whole_body
from ..instants import micros
from ..rejection import Rejection
from ..responses import done, read_filters, written
from ..routing import Found, Routes
from ..server_rules import FLAGS, HOOKS, SERVER, check_free, edit as set_server
from ..store import Row, Transaction
from ..tables import account, servers

routes = Routes()

_PATH = f"{SERVERS.path}/<server_id>"
_AS_STORED = (
    "id",
    "name",
    "color",
    "delivery_type",
    "track_links",
    "inbound_hash",
    "inbound_domain",
    "inbound_spam_threshold",
    *HOOKS.columns,
)


def shown(db: Transaction, row: Row) -> dict[str, object]:
    """Return a server as it is in responses."""
    return written(
        Server,
        **{name: row[name] for name in _AS_STORED},
        **{name: bool(row[name]) for name in FLAGS.columns},
        api_tokens=servers.tokens(db, row["id"]),
        server_link=f"https://sandbox.invalid/servers/{row['id']}",
        inbound_address=servers.inbound_address(row),
    )


def _find(call: Call, server_id: str) -> Row:
    row = servers.by_id(call.db, read_id(server_id))
    if row is None:
        raise Rejection(422, f"There is no server '{server_id[:80]}' in this account.")
    return row


@routes.listing(SERVERS, account=True)
def list_servers(call: Call, paging: Paging) -> Found:
    """Find servers by a part of their names, newest first."""
    part = read_filters(ServerFilters, call.query).get("name", "")
    total, rows = servers.page(call.db, part, paging.count, paging.offset)
    return total, [shown(call.db, row) for row in rows]


@routes.get(_PATH, account=True)
def get(call: Call, server_id: str) -> object:
    """Show one server, its tokens with it."""
    return shown(call.db, _find(call, server_id))


@routes.post(SERVERS.path, account=True)
def create(call: Call) -> object:
    """Make a server, with a token and the streams that every server begins with."""
    settings = SERVER.read(whole_body(call.body, "a server", 609))
    check_free(call.db, settings)
    name, delivery_type = settings.pop("name"), settings.pop("delivery_type", "Live")
    server = servers.create(call.db, name, micros(call.now), delivery_type, **settings)
    return shown(call.db, _find(call, str(server)))


@routes.put(_PATH, account=True)
def edit(call: Call, server_id: str) -> object:
    """Change what the body names."""
    set_server(call.db, _find(call, server_id), call.body)
    return shown(call.db, _find(call, server_id))


@routes.delete(_PATH, account=True)
def delete(call: Call, server_id: str) -> object:
    """Remove a server with all it has, in an account that may; the sandbox's first one stays, as its token does."""
    if not account.may_delete_servers(call.db):
        raise Rejection(604, "This account may not delete servers by the API: see Sandbox.allow(delete_servers=True).")
    row = _find(call, server_id)
    if row["id"] == servers.FIRST:
        raise Rejection(605, f"The server '{row['name']}' is the sandbox's own, and stays.")
    servers.delete(call.db, row["id"])
    return done(f"Server {row['name']} removed.")
