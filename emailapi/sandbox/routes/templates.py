"""Templates: changed, validated, and pushed to other servers."""

from __future__ import annotations

from typing import Any

import attrs

from ...models.templates import PUSHED, TEMPLATES, Template, TemplateDetails, TemplateFilters
from ..calls import Call, Paging, read_choice, read_id
from ..fields import whole_body
from ..rejection import Rejection
from ..responses import done, read_filters, written
from ..routing import Found, Routes
from ..store import Row
from ..tables import templates
from ..template_content import LAYOUT, STANDARD, not_found
from ..template_pushing import push_templates
from ..template_rules import TEMPLATE, TEMPLATES as LIMIT, alias_of, check_template
from ..template_validation import VALIDATION, validate

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
    """Return a template, also a deleted one; an alias begins with a letter, so that no number is an alias."""
    number, server = read_id(id_or_alias), call.owner.id
    row = templates.by_id(call.db, server, number) if number else templates.by_alias(call.db, server, id_or_alias)
    if row is None:
        raise not_found(id_or_alias.isdigit(), f"There is no template '{id_or_alias[:80]}' on this server.")
    return row


def _find_active(call: Call, id_or_alias: str) -> Row:
    row = _find(call, id_or_alias)
    if not row["active"]:
        raise not_found(id_or_alias.isdigit(), f"The template '{id_or_alias[:80]}' was deleted.")
    return row


def _changed(call: Call, template: templates.Template, settings: dict[str, Any], template_id: int = 0) -> Row:
    """Store a template with the settings of a body, as a new one if it has no id, and return it."""
    layout = settings.pop("layout", None)
    if layout is not None:
        settings["layout"] = _layout(call, template.type, layout)
    template = attrs.evolve(template, **settings)
    check_template(template)
    _check_alias(call, template.alias, template_id)
    if template_id:
        template = attrs.evolve(template, alias=template.alias or None)
        templates.change(call.db, template_id, template)
    else:
        if templates.count(call.db, call.owner.id) >= LIMIT:
            raise Rejection(1105, f"This server has {LIMIT} templates, which is the limit.")
        alias = template.alias or alias_of(template.name, lambda alias: _with_alias(call, alias) is not None)
        template_id = templates.add(call.db, call.owner.id, attrs.evolve(template, alias=alias))
    return _find(call, str(template_id))


def _layout(call: Call, type: str, alias: str) -> int | None:
    """Return the id of the layout with an alias; an empty alias means none."""
    if not alias:
        return None
    if type == LAYOUT:
        raise Rejection(1123, "A layout has no 'LayoutTemplate'.")
    row = _with_alias(call, alias)
    if row is None or row["type"] != LAYOUT:
        raise Rejection(1101, f"There is no layout '{alias[:80]}' on this server.")
    return int(row["id"])


def _with_alias(call: Call, alias: str) -> Row | None:
    """Return the template in use that has an alias."""
    row = templates.by_alias(call.db, call.owner.id, alias)
    return row if row is not None and row["active"] else None


def _check_alias(call: Call, alias: str | None, template_id: int) -> None:
    """Reject an alias that another template has."""
    row = _with_alias(call, alias) if alias else None
    if row is not None and row["id"] != template_id:
        raise Rejection(1122, f"The alias '{alias}' is in use by the template {row['id']}.")


def _check_unused(call: Call, row: Row, what: str) -> None:
    """Reject a change of a layout that would break the templates that use it."""
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
        html_body=row["html_body"] or None,
        text_body=row["text_body"] or None,
        associated_server_id=row["server"],
    )


@routes.post(TEMPLATES.path)
def create(call: Call) -> object:
    """Create a template; without an alias, it gets one that is made from its name."""
    settings = {"type": STANDARD, **TEMPLATE.read(whole_body(call.body, "a template", 1109))}
    blank = templates.Template(
        type=settings["type"], name="", alias=None, subject="", html_body="", text_body="", layout=None
    )
    return written(Template, **_summary(_changed(call, blank, settings)))


@routes.put(_PATH)
def edit(call: Call, id_or_alias: str) -> object:
    """Change a template; settings that are not in the body stay."""
    row = _find_active(call, id_or_alias)
    settings = TEMPLATE.read_settings(call.body, "a template", 1109)
    if settings.get("type", row["type"]) != row["type"]:
        raise Rejection(1123, f"The type of a template never changes: this one is a '{row['type']}'.")
    if settings.get("alias") == "":
        _check_unused(call, row, "it cannot lose its alias")
    return written(Template, **_summary(_changed(call, templates.content_of(row), settings, row["id"])))


@routes.delete(_PATH)
def delete(call: Call, id_or_alias: str) -> object:
    """Take a template out of use; it can still be read."""
    row = _find_active(call, id_or_alias)
    _check_unused(call, row, "it cannot be removed")
    templates.delete(call.db, row["id"])
    return done(f"Template {row['id']} removed.")


@routes.post(f"{TEMPLATES.path}/validate")
def validate_template(call: Call) -> object:
    """Validate a template that is not stored, and render it."""
    settings = VALIDATION.read(whole_body(call.body, "a template", 1109))
    layout = _layout(call, settings.get("type", STANDARD), settings.get("layout", ""))
    return validate(settings, None if layout is None else templates.by_id(call.db, call.owner.id, layout))


@routes.put(PUSHED.path, account=True)
def push(call: Call) -> object:
    """Copy every template that has an alias to another server, or tell what that would do."""
    return push_templates(call.db, call.body)
