"""
Routes that the sandbox does not support yet: they are rejected with a text that says so.

The table has a row for each route. A route that becomes supported moves to the module of its namespace.
"""

from __future__ import annotations

from typing import NoReturn

from ...models.bulk import BULK
from ...models.templates import TEMPLATES
from ..calls import Call
from ..rejection import Rejection
from ..routing import Handler, Route

_LATER = (
    ("POST", "/email/withTemplate", "render templates"),
    ("POST", "/email/batchWithTemplates", "render templates"),
    ("POST", f"{TEMPLATES.path}/validate", "render templates"),
    ("POST", BULK.path, "send in bulk"),
    ("GET", BULK.path, "send in bulk"),
    ("GET", f"{BULK.path}/<bulk_id>", "send in bulk"),
)


def _rejection(what: str) -> Handler:
    def reject(_call: Call, **_arguments: str) -> NoReturn:
        raise Rejection(615, f"The sandbox does not {what} yet.")

    return reject


routes = tuple(
    Route(method=method, path=path, function=_rejection(what), writes=False) for method, path, what in _LATER
)
