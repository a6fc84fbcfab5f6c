"""
Routes that the sandbox does not support yet: they are rejected with a text that says so.

The table has a row for each route. A route that becomes supported moves to the module of its namespace.
"""

from __future__ import annotations

from typing import NoReturn

from ...models.bulk import BULK
from ...models.inbound import INBOUND
from ...models.webhooks import WEBHOOKS
from ..calls import Call
from ..rejection import Rejection
from ..routing import Handler, Route

_LATER = (
    ("POST", BULK.path, "send in bulk"),
    ("GET", BULK.path, "send in bulk"),
    ("GET", f"{BULK.path}/<bulk_id>", "send in bulk"),
    ("POST", f"{WEBHOOKS.path}/<webhook_id>/verify", "call webhooks"),
    ("GET", INBOUND.path, "receive messages"),
    ("GET", f"{INBOUND.path}/<message_id>/details", "receive messages"),
    ("PUT", f"{INBOUND.path}/<message_id>/bypass", "receive messages"),
    ("PUT", f"{INBOUND.path}/<message_id>/retry", "receive messages"),
)


def _rejection(what: str) -> Handler:
    def reject(_call: Call, **_arguments: str) -> NoReturn:
        raise Rejection(615, f"The sandbox does not {what} yet.")

    return reject


routes = tuple(
    Route(method=method, path=path, function=_rejection(what), writes=False) for method, path, what in _LATER
)
