"""The server that the token belongs to."""

from __future__ import annotations

from ..calls import Call
from ..rejection import Rejection
from ..routing import Routes
from ..server_rules import edit as set_server
from ..store import Row
from ..tables import servers
from .servers import shown

routes = Routes()


def _own(call: Call) -> Row:
    row = servers.by_id(call.db, call.owner.id)
    if row is None:  # deleted since its token was looked at
        raise Rejection(10)
    return row


@routes.get("/server")
def get(call: Call) -> object:
    """Show its settings."""
    return shown(call.db, _own(call))


@routes.put("/server")
def edit(call: Call) -> object:
    """Change what the body names."""
    set_server(call.db, _own(call), call.body)
    return shown(call.db, _own(call))
