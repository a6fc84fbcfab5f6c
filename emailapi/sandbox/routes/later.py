"""
What the sandbox cannot do yet: it says so, to whoever may call it, instead of answering something that is not true.

One line a call; a call that comes to life moves to the module of its namespace.
"""

from __future__ import annotations

from typing import NoReturn

from ...models.bulk import BULK
from ...models.inbound import INBOUND
from ...models.templates import TEMPLATES
from ...models.webhooks import WEBHOOKS
from ..calls import Call
from ..refusal import Refusal
from ..routing import Answer, Route

_LATER = (
    ("POST", "/email/withTemplate", "render templates"),
    ("POST", "/email/batchWithTemplates", "render templates"),
    ("POST", f"{TEMPLATES.path}/validate", "render templates"),
    ("POST", BULK.path, "send in bulk"),
    ("GET", BULK.path, "send in bulk"),
    ("GET", f"{BULK.path}/<bulk_id>", "send in bulk"),
    ("POST", f"{WEBHOOKS.path}/<webhook_id>/verify", "call webhooks"),
    ("GET", INBOUND.path, "receive mail"),
    ("GET", f"{INBOUND.path}/<message_id>/details", "receive mail"),
    ("PUT", f"{INBOUND.path}/<message_id>/bypass", "receive mail"),
    ("PUT", f"{INBOUND.path}/<message_id>/retry", "receive mail"),
)


def _refusal(what: str) -> Answer:
    def refuse(_call: Call, **_arguments: str) -> NoReturn:
        raise Refusal(615, f"The sandbox does not {what} yet.")

    return refuse


routes = tuple(Route(method=method, path=path, function=_refusal(what), writes=False) for method, path, what in _LATER)
