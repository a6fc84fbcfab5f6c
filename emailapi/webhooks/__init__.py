"""
Receiving webhooks: the events that the service reports, and what makes an endpoint of them.

    from emailapi.webhooks import BounceEvent, SQLiteSeenStore, Verifier, wsgi_app

    def handle(event):
        if isinstance(event, BounceEvent) and event.inactive:
            users.deactivate(event.recipient)

    application = wsgi_app(Verifier(basic=("user", "password")), handle, seen=SQLiteSeenStore("seen.db"))

Names are loaded at their first use, and nothing here loads an HTTP client, a framework or Redis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import accessors, homes_of

if TYPE_CHECKING:
    from ..errors import InvalidWebhook
    from .asgi import asgi_app
    from .base import BaseEvent
    from .events import (
        BounceEvent,
        ClickEvent,
        DeliveryEvent,
        OpenEvent,
        SpamComplaintEvent,
        SubscriptionChangeEvent,
        UnknownEvent,
    )
    from .inbound import InboundEvent
    from .parsing import Event, parse
    from .receiving import StopRetries, WebhookRequest, WebhookResponse, receive
    from .seen import MemorySeenStore, SeenStore
    from .seen_redis import RedisSeenStore
    from .seen_sqlite import SQLiteSeenStore
    from .verifier import Verifier
    from .wsgi import wsgi_app

__all__ = [
    "BaseEvent",
    "BounceEvent",
    "ClickEvent",
    "DeliveryEvent",
    "Event",
    "InboundEvent",
    "InvalidWebhook",
    "MemorySeenStore",
    "OpenEvent",
    "RedisSeenStore",
    "SQLiteSeenStore",
    "SeenStore",
    "SpamComplaintEvent",
    "StopRetries",
    "SubscriptionChangeEvent",
    "UnknownEvent",
    "Verifier",
    "WebhookRequest",
    "WebhookResponse",
    "asgi_app",
    "parse",
    "receive",
    "wsgi_app",
]

_HOMES = homes_of(
    {
        "..errors": "InvalidWebhook",
        ".asgi": "asgi_app",
        ".base": "BaseEvent",
        ".events": (
            "BounceEvent ClickEvent DeliveryEvent OpenEvent SpamComplaintEvent SubscriptionChangeEvent UnknownEvent"
        ),
        ".inbound": "InboundEvent",
        ".parsing": "Event parse",
        ".receiving": "StopRetries WebhookRequest WebhookResponse receive",
        ".seen": "MemorySeenStore SeenStore",
        ".seen_redis": "RedisSeenStore",
        ".seen_sqlite": "SQLiteSeenStore",
        ".verifier": "Verifier",
        ".wsgi": "wsgi_app",
    }
)


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:
    __getattr__, __dir__ = accessors(__name__, _HOMES)
