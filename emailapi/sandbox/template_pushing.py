"""Pushing the templates of one server to another, as `PUT /templates/push` does."""

from __future__ import annotations

from typing import Any

import attrs

from ..models.templates import PUSHED, PushAction, PushedTemplate
from .calls import read_id
from .fields import Field, Table, flag, whole_body
from .rejection import Rejection
from .responses import written
from .store import Row, Transaction
from .tables import servers, templates
from .template_rules import TEMPLATES


def _server_id(value: object, _field: Field) -> int:
    """Read the id of a server, which clients write as a number or as a text."""
    return read_id(str(value))


_PUSH = Table(
    Field("SourceServerID", "source", _server_id),
    Field("DestinationServerID", "destination", _server_id),
    Field("PerformChanges", "perform", flag),
)


def _servers(db: Transaction, push: dict[str, Any]) -> tuple[int, int]:
    """
    Return the servers of a push.

    Raises:
        Rejection: 601 for a server that does not exist; 403 for one server as both.
    """
    source, destination = push.get("source", 0), push.get("destination", 0)
    missing = [
        name for name, server in (("source", source), ("destination", destination)) if not servers.exists(db, server)
    ]
    if missing:
        what = f"The {' and '.join(missing)} server{' was' if len(missing) == 1 else 's were'} not found."
        names = {"source": "SourceServerID", "destination": "DestinationServerID"}
        raise Rejection(601, f"{names[missing[0]]} must be the id of a server of this account.", text=what)
    if source == destination:
        raise Rejection(403, "The source is the destination.")
    return source, destination


def _twins(db: Transaction, source: list[Row], destination: int) -> dict[int, Row | None]:
    """
    Return, by the id of each template to be pushed, the one of the same alias at the destination.

    Raises:
        Rejection: 1125: one of the two is a layout. 1105: there is no room for the new ones.
    """
    there = {row["alias"].lower(): row for row in templates.with_alias(db, destination)}
    twins = {row["id"]: there.get(row["alias"].lower()) for row in source}
    for row in source:
        twin = twins[row["id"]]
        if twin is not None and twin["type"] != row["type"]:
            raise Rejection(1125, f"'{row['alias']}' is a {row['type']} here and a {twin['type']} at the destination.")
    new = sum(twin is None for twin in twins.values())
    if new and templates.count(db, destination) + new > TEMPLATES:
        raise Rejection(1105, f"The destination has no room for {new} more templates; the limit is {TEMPLATES}.")
    return twins


def _copy(db: Transaction, source: list[Row], twins: dict[int, Row | None], destination: int) -> dict[int, int]:
    """Make the destination's templates what the source's are, and return the id there by the id here."""
    ids: dict[int, int] = {}
    for row in source:
        twin = twins[row["id"]]
        template = attrs.evolve(templates.content_of(row), layout=ids.get(row["layout"]))
        if twin is None:
            ids[row["id"]] = templates.add(db, destination, template)
        else:
            ids[row["id"]] = twin["id"]
            templates.change(db, twin["id"], template)
    return ids


def push_templates(db: Transaction, body: object) -> dict[str, object]:
    """
    Copy every template that has an alias to another server, or tell what that would do.

    Raises:
        Rejection: With the code of a field that is not valid, or as the functions above.
    """
    push = _PUSH.read(whole_body(body, "a push", 1109))
    source, destination = _servers(db, push)
    perform = push.get("perform")
    if perform is None:
        raise Rejection(403, "'PerformChanges' is missing.")
    found = templates.with_alias(db, source)
    if not found:
        raise Rejection(1124, f"The server {source} has no template with an alias.")
    twins = _twins(db, found, destination)
    ids = {row: twin["id"] for row, twin in twins.items() if twin is not None}
    if perform:
        ids = _copy(db, found, twins, destination)
    pushed = [
        written(
            PushedTemplate,
            action=(PushAction.EDIT if twins[row["id"]] is not None else PushAction.CREATE).value,
            **({"template_id": ids[row["id"]]} if row["id"] in ids else {}),
            alias=row["alias"],
            name=row["name"],
            template_type=row["type"],
        )
        for row in found
    ]
    return {"TotalCount": len(pushed), PUSHED.key: pushed}
