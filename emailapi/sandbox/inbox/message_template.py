"""The template that a message was made by, with the names that its model lacks."""

from __future__ import annotations

import json
from typing import Any

import attrs

from ..captured import CapturedEmail
from ..store import Row, Transaction
from ..tables import templates
from ..template_content import Content, within
from ..templating.linting import missing_names


@attrs.frozen
class MadeBy:
    """
    The template that a message was made by.

    Attributes:
        id: The id of the template.
        alias: Its alias at that time; None for none.
        name: Its name; empty if it was deleted.
        inline: Whether the CSS was moved into the elements.
        model: The model.
        missing: Names in the template, as it is now, that the model lacks.
    """

    id: int
    alias: str | None
    name: str
    inline: bool
    model: dict[str, Any] = attrs.field(repr=False)
    missing: tuple[str, ...]


def content_of_row(db: Transaction, row: Row) -> Content:
    """Return the content of a template, in its layout if it has one."""
    layout = templates.by_id(db, row["server"], row["layout"]) if row["layout"] else None
    return within(layout, subject=row["subject"], html_body=row["html_body"], text_body=row["text_body"])


def made_by(email: CapturedEmail) -> MadeBy | None:
    """Return the template that a message was made by; None for a message without one."""
    with email._place.store().transaction(writing=False) as db:
        use = templates.use_of(db, email._row["id"])
        row = None if use is None else templates.of_any_server(db, use["template"])
        content = None if row is None else content_of_row(db, row)
    if use is None:
        return None
    model: dict[str, Any] = json.loads(use["model"])
    parsed = [] if content is None else [each for part in content.parts for each in (part.template, part.layout)]
    missing = missing_names([each for each in parsed if each is not None], model)
    name = "" if row is None else row["name"]
    return MadeBy(use["template"], use["alias"], name, bool(use["inline"]), model, tuple(missing))
