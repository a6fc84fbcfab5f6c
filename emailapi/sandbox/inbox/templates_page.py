"""Templates: their sources, their errors, and what they render with a model."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from ...errors import InvalidArgument
from ..rejection import Rejection
from ..routes import templates as rules
from ..store import Row
from ..tables import templates
from .frontend import html_response
from .layout import layout_of
from .pages import PageCall, Pages, Values

pages = Pages()

_SHOWN = 500
_PARTS = (("Subject", "subject"), ("HtmlBody", "html_body"), ("TextBody", "text_body"))


@pages.show("/templates", "templates.html")
def show_templates(call: PageCall) -> Values:
    """Show the templates of the server."""
    with call.store.transaction(writing=False) as db:
        total, rows = templates.page(db, call.server["id"], type=None, layout=None, count=_SHOWN, offset=0)
    return {"rows": rows, "hidden": total - len(rows)}


@pages.show("/templates/<int:template>", "template.html")
def show_template(call: PageCall, template: int) -> Values:
    """Show a template, rendered with the model that the service suggests."""
    return _values(call, template, None)


@pages.act("/templates/<int:template>")
def render(call: PageCall, template: int) -> Response:
    """Show a template, rendered with the model of the form."""
    text = call.form.get("model", "")
    try:
        model = json.loads(text)
        problem = "" if isinstance(model, dict) else "The model must be a JSON object."
    except (ValueError, RecursionError) as error:
        model, problem = None, f"The model is not valid JSON: {error}."
    values = _values(call, template, None if problem else model)
    if problem:
        values = {**values, "model": text, "problem": problem}
    return html_response("template.html", {**layout_of(call, "/templates"), **values})


def _found(call: PageCall, template: int) -> Row:
    with call.store.transaction(writing=False) as db:
        row = templates.by_id(db, call.server["id"], template)
    if row is None or not row["active"]:
        raise Rejection(1101, f"There is no template {template} on this server.", status=404)
    return row


def _values(call: PageCall, template: int, model: dict[str, Any] | None) -> dict[str, object]:
    row = _found(call, template)
    body: dict[str, object] = {"TemplateType": row["type"], "LayoutTemplate": row["layout_alias"] or ""}
    body.update({name: row[column] for name, column in _PARTS if row[column]})
    if model is not None:
        body["TestRenderModel"] = model
    try:
        result: Any = call.ask_api(rules.validate_template, body)
        problem = ""
    except InvalidArgument as error:
        result, problem = {}, f"{error}."
    suggested = result.get("SuggestedTemplateModel") or {}
    return {
        "template": row,
        "parts": [(name, row[column], result.get(name) or {}) for name, column in _PARTS if row[column]],
        "model": json.dumps(suggested if model is None else model, indent=2, ensure_ascii=False),
        "problem": problem,
    }
