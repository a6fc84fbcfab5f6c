"""The templates of a server, and each as it is rendered with a model."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from flask import Response

from ..rejection import Rejection
from ..routes import outbound, templates as rules
from ..store import Row
from ..tables import account, templates
from ..template_content import STANDARD
from .copying import pretty
from .frame import PREFIX, SCHEMES
from .frame_views import template_capability
from .message_tabs import SCHEME_NAMES, WIDTHS
from .message_template import content_of_row
from .pages import PageCall, Pages, Values
from .source_lines import source_lines
from .template_calls import calls
from .template_preview import Chosen, Preview, choose, preview

pages = Pages()

_MOST = 200
_WIDTHS = tuple(key for key, _ in WIDTHS)
_SAMPLE_LAYOUT = {
    "Name": "Sample layout",
    "Alias": "sample-layout",
    "TemplateType": "Layout",
    "HtmlBody": '<!doctype html><html lang="en"><body style="font-family:sans-serif"><main>{{{@content}}}</main>'
    "<p>{{company.name}}, {{company.address}}</p></body></html>",
    "TextBody": "{{{@content}}}\n\n{{company.name}}, {{company.address}}\n",
}
_SAMPLE = {
    "Name": "Sample welcome",
    "Alias": "sample-welcome",
    "LayoutTemplate": "sample-layout",
    "Subject": "Welcome, {{name}}",
    "HtmlBody": '<h1>Welcome, {{name}}</h1><p><a href="{{action_url}}">Begin</a></p>'
    "<ol>{{#each steps}}<li>{{title}}</li>{{/each}}</ol>",
    "TextBody": "Welcome, {{name}}.\n\nBegin: {{action_url}}\n{{#each steps}}- {{title}}\n{{/each}}",
}


@pages.show("/templates", "templates.html")
def show_templates(call: PageCall) -> Values:
    """Show the templates, newest first."""
    with call.store.transaction(writing=False) as db:
        total, rows = templates.page(db, call.server["id"], type=None, layout=None, count=_MOST, offset=0)
    return {"templates": rows, "total": total}


@pages.act("/templates/sample")
def make_sample(call: PageCall) -> Response:
    """Make a template in a layout."""
    for body in (_SAMPLE_LAYOUT, _SAMPLE):
        call.ask_api(rules.create, body)
    return call.back("/templates", "A template and its layout were made.")


def _find(call: PageCall, number: int) -> Row:
    with call.store.transaction(writing=False) as db:
        row = templates.by_id(db, call.server["id"], number) if number < 1 << 62 else None
    if row is None or not row["active"]:
        raise Rejection(1101, f"There is no template {number} on this server.", status=404)
    return row


@pages.show("/templates/<int:number>", "template.html")
def show_template(call: PageCall, number: int) -> Values:
    """Show a template, and what it becomes with a model."""
    row = _find(call, number)
    with call.store.transaction(writing=False) as db:
        chosen = choose(db, row, call.query.get("of", ""), call.query.get("model", ""))
    return _values(call, row, chosen)


@pages.act("/templates/<int:number>/model", "template.html")
def keep_model(call: PageCall, number: int) -> Values | Response:
    """Keep the model that was written for a template; one that is not valid is shown again."""
    row, given = _find(call, number), call.form.get("model", "")
    values = _values(call, row, Chosen("saved", given))
    if values["invalid"]:
        return values
    with call.store.transaction() as db:
        templates.keep_model(db, number, given)
    scheme, width = call.form.get("scheme", ""), call.form.get("width", "")
    return call.back(f"/templates/{number}", scheme=scheme, width=width)


@pages.act("/templates/<int:number>/send")
def send(call: PageCall, number: int) -> Response:
    """Send an email by a template, with the model that is shown."""
    row = _find(call, number)
    with call.store.transaction(writing=False) as db:
        content = content_of_row(db, row)
        chosen = choose(db, row, call.form.get("of", ""), call.form.get("model", ""))
    body = {
        "From": call.form.get("from", ""),
        "To": call.form.get("to", ""),
        "TemplateId": number,
        "TemplateModel": preview(content, row["type"], chosen.given).model,
    }
    sent = call.ask_api(outbound.send_template, body)
    assert isinstance(sent, dict)  # noqa: S101 - the response to one email
    return call.back(f"/m/{sent['MessageID']}", "The email was sent.")


def _values(call: PageCall, row: Row, chosen: Chosen) -> dict[str, object]:
    with call.store.transaction(writing=False) as db:
        content = content_of_row(db, row)
        capability = template_capability(row["id"], account.secret(db))
        last = templates.last_use(db, row["id"])
    shown = preview(content, row["type"], chosen.given)
    scheme, width = ((call.query.get(name) or call.form.get(name, "")) for name in ("scheme", "width"))
    scheme = scheme if scheme in SCHEMES else "light"
    return {
        "template": row,
        "shown": shown,
        "invalid": shown.invalid,
        "of": chosen.of,
        "from_message": chosen.message,
        "last": None if last is None else last["uuid"],
        "model": chosen.given if shown.invalid else pretty(shown.model),
        "frame": _frame(capability, scheme, chosen, shown),
        "sources": [
            (name, source_lines(row[column]).lines)
            for name, column in (("Subject", "subject"), ("HTML", "html_body"), ("Text", "text_body"))
            if row[column]
        ],
        "scheme": scheme,
        "schemes": SCHEME_NAMES,
        "width": width if width in _WIDTHS else "w600",
        "widths": WIDTHS,
        "call": calls(row, shown.model, f"http://{call.host}") if row["type"] == STANDARD else (),
    }


def _frame(capability: str, scheme: str, chosen: Chosen, shown: Preview) -> str:
    """Return the address of the frame, which takes the model from where the page has it."""
    if not shown.html:
        return ""
    asked = {"scheme": scheme, "of": "suggested" if shown.invalid else chosen.of}
    if chosen.of == "given" and not shown.invalid:
        asked["model"] = json.dumps(shown.model, separators=(",", ":"))
    return f"{PREFIX}/{capability}/template?{urlencode(asked)}"
