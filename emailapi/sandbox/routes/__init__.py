"""The API's routes: a module for each namespace of the client, with the same name."""

from . import inbound_rules, later, messages, outbound, stats, templates, webhooks

ROUTES = (
    *outbound.routes,
    *messages.routes,
    *stats.routes,
    *templates.routes,
    *webhooks.routes,
    *inbound_rules.routes,
    *later.routes,
)
