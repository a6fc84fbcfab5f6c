"""
The API's routes: a module for each namespace of the client, with the same name.

A module is imported at the first request to a path that begins with its word: a test uses some namespaces, and to
import all of them takes as long as to start a sandbox.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..forks import imports
from ..routing import Route

# By the first word of a path: the modules that have the routes below it.
MODULES = {
    "email": ("outbound", "bulk"),
    "messages": ("messages", "opens", "inbound"),
    "bounces": ("bounces",),
    "deliverystats": ("bounces",),
    "message-streams": ("streams", "suppressions"),
    "stats": ("stats",),
    "templates": ("templates",),
    "webhooks": ("webhooks",),
    "triggers": ("inbound_rules",),
    "server": ("server",),
    "servers": ("servers",),
    "domains": ("domains",),
    "senders": ("signatures",),
    "data-removals": ("data_removals",),
}


@cache
def routes_below(word: str) -> tuple[Route, ...]:
    """Return the routes whose paths begin with a word of `MODULES`."""
    with imports:
        modules = [import_module(f".{name}", __name__) for name in MODULES[word]]
    found = [route for module in modules for route in module.routes]
    return tuple([route for route in found if route.path.split("/")[1] == word])
