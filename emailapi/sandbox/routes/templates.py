"""Templates: kept, not yet rendered."""

from __future__ import annotations

import attrs

from ...models.templates import (
    PUSHED,
    TEMPLATES,
    PushAction,
    PushedTemplate,
    Template,
    TemplateDetails,
    TemplateFilters,
)
from ..calls import Call, Paging, read_choice, read_id
from ..fields import flag_of, object_of, text_of
from ..rejection import Rejection
from ..responses import done, read_filters, written
from ..routing import Found, Routes
from ..store import Row
from ..tables import servers, templates
from ..template_rules import LAYOUT, STANDARD, TEMPLATES as LIMIT, changed, type_of

routes = Routes()

_PATH = f"{TEMPLATES.path}/<id_or_alias>"
_ALL = "All"


def _summary(row: Row) -> dict[str, object]:
    return {
        "active": bool(row["active"]),
        "template_id": row["id"],
        "name": row["name"],
        "alias": row["alias"],
        "template_type": row["type"],
        "layout_template": row["layout_alias"],
    }


def _find(call: Call, id_or_alias: str) -> Row:
    """Return a template, be it deleted; an alias begins with a letter, so that no number is one."""
    number, server = read_id(id_or_alias), call.owner.id
    row = templates.by_id(call.db, server, number) if number else templates.by_alias(call.db, server, id_or_alias)
    if row is None:
        raise Rejection(1101, f"There is no template '{id_or_alias[:80]}' on this server.")
    return row


def _find_active(call: Call, id_or_alias: str) -> Row:
    row = _find(call, id_or_alias)
    if not row["active"]:
        raise Rejection(1101, f"The template '{id_or_alias[:80]}' was deleted.")
    return row


def _layout(call: Call, item: dict[str, object], type: str, kept: int | None) -> int | None:
    """Return the id of the layout that a template is to have; null and an empty alias mean none."""
    if "LayoutTemplate" not in item:
        return kept
    alias = text_of(item, "LayoutTemplate", 1122)
    if not alias:
        return None
    if type == LAYOUT:
        raise Rejection(1123, "A layout has no 'LayoutTemplate'.")
    row = templates.by_alias(call.db, call.owner.id, alias)
    if row is None or not row["active"] or row["type"] != LAYOUT:
        raise Rejection(1101, f"There is no layout '{alias[:80]}' on this server.")
    return int(row["id"])


def _check_alias(call: Call, alias: str | None, template_id: int | None) -> None:
    """Refuse an alias that another template has."""
    row = templates.by_alias(call.db, call.owner.id, alias) if alias else None
    if row is not None and row["active"] and row["id"] != template_id:
        raise Rejection(1122, f"The alias '{alias}' is in use by the template {row['id']}.")


def _check_unused(call: Call, row: Row, what: str) -> None:
    """Refuse to do what the templates that name a layout would not stand."""
    users = templates.used_by(call.db, row["id"])
    if users:
        raise Rejection(1130, f"The layout {row['id']} is used by {', '.join(map(str, users))}: {what}.")


@routes.listing(TEMPLATES)
def list_templates(call: Call, paging: Paging) -> Found:
    """Find templates, newest first; deleted ones are not listed."""
    filters = read_filters(TemplateFilters, call.query)
    kind = read_choice(filters.get("template_type"), (_ALL, STANDARD, LAYOUT), "TemplateType", TEMPLATES.error_code)
    total, rows = templates.page(
        call.db,
        call.owner.id,
        type=None if kind == _ALL else kind,
        layout=filters.get("layout_template"),
        count=paging.count,
        offset=paging.offset,
    )
    return total, [written(Template, **_summary(row)) for row in rows]


@routes.get(_PATH)
def get(call: Call, id_or_alias: str) -> object:
    """Show one template with its content."""
    row = _find(call, id_or_alias)
    return written(
        TemplateDetails,
        **_summary(row),
        subject=row["subject"],
        html_body=row["html_body"],
        text_body=row["text_body"],
        associated_server_id=row["server"],
    )


@routes.post(TEMPLATES.path)
def create(call: Call) -> object:
    """Make a template."""
    item = object_of(call.body, "a template", 1109)
    kind = type_of(item)
    blank = templates.Template(type=kind, name="", alias=None, subject="", html_body="", text_body="", layout=None)
    template = changed(blank, item, _layout(call, item, kind, None))
    _check_alias(call, template.alias, None)
    if templates.count(call.db, call.owner.id) >= LIMIT:
        raise Rejection(1105, f"This server has {LIMIT} templates, and may not have more.")
    template_id = templates.add(call.db, call.owner.id, template)
    return written(Template, **_summary(_find(call, str(template_id))))


@routes.put(_PATH)
def edit(call: Call, id_or_alias: str) -> object:
    """Change a template; what the body leaves out stays."""
    row = _find_active(call, id_or_alias)
    item = object_of(call.body, "a template", 1109)
    if item.get("TemplateType") is not None and type_of(item) != row["type"]:
        raise Rejection(1123, f"The type of a template never changes: this one is a '{row['type']}'.")
    template = changed(templates.content_of(row), item, _layout(call, item, row["type"], row["layout"]))
    _check_alias(call, template.alias, row["id"])
    if template.alias is None:
        _check_unused(call, row, "it cannot lose its alias")
    templates.change(call.db, row["id"], template)
    return written(Template, **_summary(_find(call, str(row["id"]))))


@routes.delete(_PATH)
def delete(call: Call, id_or_alias: str) -> object:
    """Take a template out of use; it can still be read."""
    row = _find_active(call, id_or_alias)
    _check_unused(call, row, "it cannot be removed")
    templates.delete(call.db, row["id"])
    return done(f"Template {row['id']} removed.")


def _server(call: Call, item: dict[str, object], name: str) -> int:
    """Return a server's id, which clients write as a number or as a text."""
    server = read_id(str(item.get(name)))
    if not servers.exists(call.db, server):
        raise Rejection(601, f"'{name}' must be the id of a server of this account.")
    return server


def _twins(call: Call, source: list[Row], destination: int) -> dict[int, Row | None]:
    """
    Return, by the id of each template to be pushed, the one of the same alias at the destination.

    Raises:
        Rejection: 1125: one of the two is a layout. 1105: there is no room for the new ones.
    """
    there = {row["alias"].lower(): row for row in templates.with_alias(call.db, destination)}
    twins = {row["id"]: there.get(row["alias"].lower()) for row in source}
    for row in source:
        twin = twins[row["id"]]
        if twin is not None and twin["type"] != row["type"]:
            raise Rejection(1125, f"'{row['alias']}' is a {row['type']} here and a {twin['type']} at the destination.")
    new = sum(twin is None for twin in twins.values())
    if new and templates.count(call.db, destination) + new > LIMIT:
        raise Rejection(1105, f"The destination has no room for {new} more templates; the limit is {LIMIT}.")
    return twins


def _copy(call: Call, source: list[Row], twins: dict[int, Row | None], destination: int) -> dict[int, int]:
    """Make the destination's templates what the source's are, and return the id there by the id here."""
    ids: dict[int, int] = {}
    for row in source:
        twin = twins[row["id"]]
        template = attrs.evolve(templates.content_of(row), layout=ids.get(row["layout"]))
        if twin is None:
            ids[row["id"]] = templates.add(call.db, destination, template)
        else:
            ids[row["id"]] = twin["id"]
            templates.change(call.db, twin["id"], template)
    return ids


@routes.put(PUSHED.path, account=True)
def push(call: Call) -> object:
    """Copy every template that has an alias to another server, or tell what that would do."""
    item = object_of(call.body, "a template", 1109)
    source, destination = _server(call, item, "SourceServerID"), _server(call, item, "DestinationServerID")
    perform = flag_of(item, "PerformChanges")
    if perform is None or source == destination:
        what = "'PerformChanges' is missing" if perform is None else "The source is the destination"
        raise Rejection(403, f"{what}.")
    found = templates.with_alias(call.db, source)
    if not found:
        raise Rejection(1124, f"The server {source} has no template with an alias.")
    twins = _twins(call, found, destination)
    ids = {row: twin["id"] for row, twin in twins.items() if twin is not None}
    if perform:
        ids = _copy(call, found, twins, destination)
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
