"""Templates as files: a folder for each alias, with `meta.json`, `content.html` and `content.txt`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .declaring import parse_json, read_text
from .failures import InputError

if TYPE_CHECKING:
    from ..client import Client
    from ..models.templates import TemplateDetails

_META, _HTML, _TEXT, _LAYOUTS = "meta.json", "content.html", "content.txt", "_layouts"
_FIELDS = ("name", "alias", "template_type", "subject", "layout_template")
# The file of each part that can have errors.
PARTS = {"subject": _META, "html_body": _HTML, "text_body": _TEXT}


class TemplateFiles(NamedTuple):
    """
    A template as files.

    Attributes:
        folder: The folder.
        fields: The fields of the template.
    """

    folder: Path
    fields: Mapping[str, Any]

    @property
    def alias(self) -> str:
        """The alias."""
        return str(self.fields["alias"])


def fields_of(template: TemplateDetails) -> dict[str, Any]:
    """Return the fields of a template that files have; an empty one is left out."""
    values = {name: getattr(template, name) for name in (*_FIELDS, "html_body", "text_body")}
    return {name: str(value) for name, value in values.items() if value}


def write_files(folder: Path, template: TemplateDetails) -> Path:
    """
    Write a template into a folder of its own, and return this folder.

    Raises:
        InputError: The alias is not a valid name of a folder, or a file cannot be written.
    """
    fields = fields_of(template)
    if Path(template.alias).name != template.alias or template.alias in {"", ".", ".."}:
        raise InputError(f"the alias {template.alias!r} is not a valid name of a folder")
    place = folder / _LAYOUTS / template.alias if fields.get("template_type") == "Layout" else folder / template.alias
    meta = {name: fields[name] for name in _FIELDS if name in fields}
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / _META).write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for name, file in (("html_body", _HTML), ("text_body", _TEXT)):
            if name in fields:
                (place / file).write_bytes(fields[name].encode())
            else:
                (place / file).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{place} cannot be written: {error.strerror}") from None
    return place


def read_folder(folder: str) -> list[TemplateFiles]:
    """
    Read all templates of a folder, layouts first.

    Raises:
        InputError: There are none, or a file is not valid.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{folder} is not a folder")
    paths = sorted(root.glob(f"{_LAYOUTS}/*/{_META}")) + sorted(root.glob(f"*/{_META}"))
    if not paths:
        raise InputError(f"{folder} has no templates: each is a folder with {_META}")
    found = [TemplateFiles(path.parent, dict(_read(path))) for path in paths]
    aliases = [template.alias for template in found]
    doubled = next((alias for alias in aliases if aliases.count(alias) > 1), None)
    if doubled is not None:
        raise InputError(f"{folder} has two templates with the alias {doubled!r}")
    return found


def _read(path: Path) -> Iterator[tuple[str, Any]]:
    meta = parse_json(read_text(str(path)), str(path))
    if not isinstance(meta, dict) or not isinstance(meta.get("name"), str):
        raise InputError(f"{path} must be a JSON object with a name")
    unknown = [name for name in meta if name not in _FIELDS]
    if unknown:
        raise InputError(f"{path}: unknown field {unknown[0]!r}; known are {', '.join(_FIELDS)}")
    yield from {"alias": path.parent.name, **meta}.items()
    for name, file in (("html_body", _HTML), ("text_body", _TEXT)):
        if (path.parent / file).exists():
            yield name, read_text(str(path.parent / file))


def problems_of(client: Client, template: TemplateFiles, known: Mapping[str, TemplateFiles]) -> list[str]:
    """Return what the service finds wrong with a template, each with file, line and column."""
    return [
        f"{template.folder / PARTS[part]}, line {line}, column {column}: {message}"
        for part, line, column, message in faults_of(client, to_validate(template.fields, known))
    ]


def to_validate(fields: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `validate`; a layout that is only in files is not on the server yet."""
    found = {name: value for name, value in fields.items() if name not in {"name", "alias"}}
    if found.get("layout_template") in known:
        del found["layout_template"]
    return found


def faults_of(client: Client, fields: Mapping[str, Any]) -> Iterator[tuple[str, int, int, str]]:
    """Yield part, line, column and text of each error in a template."""
    checked = client.templates.validate(**fields)
    for part in PARTS:
        content = getattr(checked, part)
        for fault in content.validation_errors if content is not None else ():
            yield part, fault.line or 1, fault.character_position or 1, fault.message
