"""The templates of a server, and each as it is rendered with a model."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from ..rejection import Rejection
from ..store import Row
from ..tables import account, templates
from ..template_content import STANDARD
from .copying import pretty
from .frame import PREFIX, SCHEMES
from .frame_views import template_capability
from .message_tabs import SCHEME_NAMES, WIDTHS
from .pages import PageCall, Pages, Values
from .source_lines import source_lines
from .template_preview import content_of_row, preview

pages = Pages()

_MOST = 200


@pages.show("/templates", "templates.html")
def show_templates(call: PageCall) -> Values:
    """Show the templates, newest first."""
    with call.store.transaction(writing=False) as db:
        total, rows = templates.page(db, call.server["id"], type=None, layout=None, count=_MOST, offset=0)
    return {"templates": rows, "total": total}


def _find(call: PageCall, number: int) -> Row:
    with call.store.transaction(writing=False) as db:
        row = templates.by_id(db, call.server["id"], number) if number < 1 << 62 else None
    if row is None or not row["active"]:
        raise Rejection(1101, f"There is no template {number} on this server.", status=404)
    return row


@pages.show("/templates/<int:number>", "template.html")
def show_template(call: PageCall, number: int) -> Values:
    """Show a template, and what it becomes with the model of the query, else with the suggested one."""
    row = _find(call, number)
    with call.store.transaction(writing=False) as db:
        content = content_of_row(db, row)
        capability = template_capability(row["id"], account.secret(db))
    given = call.query.get("model", "")
    shown = preview(content, row["type"], given)
    scheme = call.query.get("scheme", "")
    scheme = scheme if scheme in SCHEMES else "light"
    width = call.query.get("width", "")
    asked = urlencode({"scheme": scheme, "model": json.dumps(shown.model, separators=(",", ":"))})
    return {
        "template": row,
        "shown": shown,
        "model": given if shown.invalid else pretty(shown.model),
        "frame": f"{PREFIX}/{capability}/template?{asked}" if shown.html else "",
        "sources": [
            (name, source_lines(row[column]))
            for name, column in (("Subject", "subject"), ("HTML", "html_body"), ("Text", "text_body"))
            if row[column]
        ],
        "scheme": scheme,
        "schemes": SCHEME_NAMES,
        "width": width if width in dict(WIDTHS) else "w600",
        "widths": WIDTHS,
        "call": _call(row, shown.model, f"http://{call.host}") if row["type"] == STANDARD else (),
    }


def _call(row: Row, model: object, url: str) -> list[tuple[str, str]]:
    named = f"template_alias={row['alias']!r}" if row["alias"] else f"template_id={row['id']}"
    python = "\n".join(
        [
            "from emailapi import Client, TemplateEmail",
            "",
            f"client = Client(base_url={url!r})  # the token is in EMAILAPI_SERVER_TOKEN",
            "email = TemplateEmail(",
            "    sender='you@example.com',",
            "    to='dana@example.com',",
            f"    {named},",
            f"    template_model={model!r},",
            ")",
            "print(client.outbound.send(email).message_id)",
        ]
    )
    body = {"From": "you@example.com", "To": "dana@example.com", "TemplateModel": model}
    body |= {"TemplateAlias": row["alias"]} if row["alias"] else {"TemplateId": row["id"]}
    return [("Python", python), ("JSON", pretty(body))]
