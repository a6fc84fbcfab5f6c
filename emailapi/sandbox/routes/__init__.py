"""The API's routes: a module for each namespace of the client, with the same name."""

from . import (
    bounces,
    data_removals,
    domains,
    inbound_rules,
    later,
    messages,
    opens,
    outbound,
    server,
    servers,
    signatures,
    stats,
    streams,
    suppressions,
    templates,
    webhooks,
)

ROUTES = (
    *outbound.routes,
    *messages.routes,
    *opens.routes,
    *bounces.routes,
    *streams.routes,
    *suppressions.routes,
    *stats.routes,
    *templates.routes,
    *webhooks.routes,
    *inbound_rules.routes,
    *server.routes,
    *servers.routes,
    *domains.routes,
    *signatures.routes,
    *data_removals.routes,
    *later.routes,
)
