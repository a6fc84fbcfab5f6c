"""The API's routes: a module for each namespace of the client, with the same name."""

from . import messages, outbound, stats

ROUTES = (*outbound.routes, *messages.routes, *stats.routes)
