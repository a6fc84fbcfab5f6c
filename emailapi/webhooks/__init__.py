"""
Receiving webhooks: the events that the service reports.

    event = parse(body)

Names are loaded at their first use, and nothing here loads an HTTP client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import InvalidWebhook
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

__all__ = [
    "BaseEvent",
    "BounceEvent",
    "ClickEvent",
    "DeliveryEvent",
    "Event",
    "InboundEvent",
    "InvalidWebhook",
    "OpenEvent",
    "SpamComplaintEvent",
    "SubscriptionChangeEvent",
    "UnknownEvent",
    "parse",
]

_MODULES = {
    "..errors": "InvalidWebhook",
    ".base": "BaseEvent",
    ".events": (
        "BounceEvent ClickEvent DeliveryEvent OpenEvent SpamComplaintEvent SubscriptionChangeEvent UnknownEvent"
    ),
    ".inbound": "InboundEvent",
    ".parsing": "Event parse",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name from its module (PEP 562), and keep it."""
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name], __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return __all__
