"""`emailapi templates`: templates as files, previews, and types."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import NotFound
from .declaring import (
    add_actions,
    add_limit,
    add_yes,
    confirm,
    describe,
    given,
    json_object,
    open_client,
    page_size,
    taken,
)
from .failures import REJECTED, InputError
from .output import counted, is_json, show_record, show_rows
from .process import say
from .template_files import (
    PARTS,
    TemplateFiles,
    fields_of,
    problems_of,
    read_folder,
    to_validate,
    write_files,
)
from .template_types import module_of

if TYPE_CHECKING:
    from ..client import Client
    from ..models.templates import TemplateDetails

_COLUMNS = ("template_id", "alias", "name", "template_type", "layout_template")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List, pull, push, preview and validate templates, and write types of their models.")
    add = add_actions(parser)
    listing = add("list", _list, "list templates", "emailapi templates list --type Layout")
    listing.add_argument(
        "--type", dest="template_type", choices=("Standard", "Layout", "All"), default="All", help="only this type"
    )
    add_limit(listing)
    pulling = add("pull", _pull, "write the templates of the server to files", "emailapi templates pull templates")
    pushing = add(
        "push",
        _push,
        "create and change the templates of the server from files",
        """emailapi templates push templates --dry-run
        emailapi templates push templates --yes""",
    )
    pushing.add_argument("--dry-run", action="store_true", help="show what would be done")
    checking = add("validate", _validate, "check the templates in files", "emailapi templates validate templates")
    previewing = add(
        "preview",
        _preview,
        "render a template with values",
        """emailapi templates preview welcome --model '{"name": "Ada"}'""",
    )
    previewing.add_argument("alias", metavar="ALIAS", help="alias or id of the template")
    previewing.add_argument(
        "--model", default="{}", metavar="JSON", help="values: JSON, @FILE, or - for standard input"
    )
    previewing.add_argument("--part", choices=("subject", "text", "html"), help="print only this part")
    typing = add(
        "types",
        _types,
        "write a Python module with the type of each model",
        "emailapi templates types --output models.py",
    )
    typing.add_argument("--output", metavar="FILE", help="file to write (default: standard output)")
    for action in (pulling, pushing, checking):
        action.add_argument("folder", metavar="FOLDER", help="a folder with a folder for each template")
    for action in (pulling, pushing):
        add_yes(action)


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        page = client.templates.list(count=page_size(options), **given(options, "template_type"))
        show_rows(options, taken(options, page), _COLUMNS, "There are no templates.")


def _details(client: Client, kind: str = "All") -> list[TemplateDetails]:
    """Return all templates that have an alias, with their content."""
    page = client.templates.list(count=500, template_type=kind)  # type: ignore[arg-type]
    return [client.templates.get(template) for template in page.iter_all() if template.alias]


def _pull(options: argparse.Namespace) -> None:
    root = Path(options.folder)
    with open_client(options) as client:
        found = _details(client)
    if root.exists() and any(root.iterdir()):
        confirm(options, f"{options.folder} is not empty: overwrite the templates in it?")
    rows = [{"alias": template.alias, "folder": str(write_files(root, template))} for template in found]
    show_rows(options, rows, ("alias", "folder"), "There are no templates with an alias.")


def _push(options: argparse.Namespace) -> None:
    local = read_folder(options.folder)
    with open_client(options) as client:
        _check(client, local)
        plan = [(template, _action(client, template)) for template in local]
        rows = [{"alias": template.alias, "action": action} for template, action in plan]
        changed = sum(action == "change" for _, action in plan)
        if not options.dry_run:
            if changed:
                confirm(options, f"Change {counted(changed, 'template')} of the server?")
            for template, action in plan:
                _apply(client, template, action)
    show_rows(options, rows, ("alias", "action"), "")


def _check(client: Client, local: list[TemplateFiles]) -> None:
    known = {template.alias: template for template in local}
    problems = [problem for template in local for problem in problems_of(client, template, known)]
    if problems:
        raise InputError("templates are not valid, nothing was changed; " + "; ".join(problems))


def _action(client: Client, template: TemplateFiles) -> str:
    try:
        found = client.templates.get(template.alias)
    except NotFound:
        return "create"
    if not found.active:  # deleted, and still readable
        return "create"
    present = fields_of(found)
    wanted = {"template_type": "Standard", **{name: value for name, value in template.fields.items() if value}}
    return "none" if wanted == present else "change"


def _apply(client: Client, template: TemplateFiles, action: str) -> None:
    fields = dict(template.fields)
    if action == "create":
        client.templates.create(**fields)
    elif action == "change":
        fields.pop("template_type", None)
        client.templates.edit(template.alias, **fields)


def _validate(options: argparse.Namespace) -> int:
    local = read_folder(options.folder)
    known = {template.alias: template for template in local}
    with open_client(options) as client:
        rows: list[Mapping[str, Any]] = [
            {"alias": template.alias, "problems": problems_of(client, template, known)} for template in local
        ]
    show_rows(options, rows, ("alias", "problems"), "")
    return REJECTED if any(row["problems"] for row in rows) else 0


def _preview(options: argparse.Namespace) -> int:
    with open_client(options) as client:
        template = client.templates.get(int(options.alias) if options.alias.isdigit() else options.alias)
        fields = to_validate(fields_of(template), {})
        checked = client.templates.validate(**fields, test_render_model=dict(json_object(options.model)))
    parts = {part: getattr(checked, part) for part in PARTS}
    rendered = {part: content.rendered_content for part, content in parts.items() if content is not None}
    if options.part is not None:
        say(rendered.get(options.part if options.part == "subject" else f"{options.part}_body", ""))
    elif is_json(options):
        show_record(options, {**rendered, "valid": checked.all_content_is_valid})
    else:
        say("\n\n".join(rendered.values()))
    return 0 if checked.all_content_is_valid else REJECTED


def _types(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        models = {
            template.alias: client.templates.validate(**to_validate(fields_of(template), {})).suggested_template_model
            for template in _details(client, "Standard")
        }
    source = module_of(models)
    if options.output is None:
        say(source, end="")
        return
    try:
        Path(options.output).write_text(source, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{options.output} cannot be written: {error.strerror}") from None
    show_record(options, {"file": options.output, "templates": len(models)})
