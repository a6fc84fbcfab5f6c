"""Validation of templates that are not stored: their errors, a suggested model, and what they render with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models.templates import ContentValidation, TemplateFault, TemplateValidation
from .fields import BYTES, UTF16, Field, Table, flag, line, text
from .rejection import Rejection
from .responses import written
from .rules import BODY_BYTES, SUBJECT_UNITS
from .store import Row
from .template_content import HTML, LAYOUT, STANDARD, SUBJECT, TEXT, Part, read_model, within
from .templating.inlining import inline_css
from .templating.places import RenderingFailed
from .templating.rendering import merged, suggested_model

VALIDATION = Table(
    Field("TemplateType", "type", line, 1122, known=(STANDARD, LAYOUT)),
    Field(SUBJECT, "subject", text, 1122, limit=SUBJECT_UNITS, too_long=1121, unit=UTF16),
    Field(HTML, "html_body", text, 1122, limit=BODY_BYTES, too_long=1121, unit=BYTES),
    Field(TEXT, "text_body", text, 1122, limit=BODY_BYTES, too_long=1121, unit=BYTES),
    Field("TestRenderModel", "model", read_model, 1122),
    Field("InlineCssForHtmlTestRender", "inline", flag),
    Field("LayoutTemplate", "layout", line, 1122),
)
_COLUMNS = {SUBJECT: "subject", HTML: "html_body", TEXT: "text_body"}


def validate(settings: Mapping[str, Any], layout: Row | None) -> dict[str, object]:
    """
    Return the validation of a template, as the service responds.

    Args:
        settings: The template, as `VALIDATION` has read it.
        layout: The layout around it.

    Raises:
        Rejection: 1120: there is nothing to validate. 1123: a layout has a subject.
    """
    type = settings.get("type", STANDARD)
    texts = {column: settings[column] for column in _COLUMNS.values() if column in settings}
    if not texts:
        raise Rejection(1120, f"One of {', '.join(_COLUMNS)} is required.")
    if type == LAYOUT and "subject" in texts:
        raise Rejection(1123, "A layout has no 'Subject'.")
    parts = {part.name: part for part in within(layout, **texts).parts}
    around = [part.layout for part in parts.values() if part.layout is not None]
    suggested = suggested_model([*(part.template for part in parts.values()), *around])
    model = merged(suggested, settings.get("model", {}))
    inline = settings.get("inline", True)
    found = {column: _validated(parts[name], type, model, inline) for name, column in _COLUMNS.items() if name in parts}
    return written(
        TemplateValidation,
        all_content_is_valid=not any(errors for errors, _ in found.values()),
        suggested_template_model=model,
        **{column: _written(*found[column]) if column in found else None for column in _COLUMNS.values()},
    )


def _validated(
    part: Part, type: str, model: Mapping[str, object], inline: bool
) -> tuple[list[TemplateFault], str | None]:
    """Return the errors of a part, or the rendered part."""
    errors = part.errors(type)
    if errors:
        return errors, None
    try:
        text = part.render(model)
    except RenderingFailed as failed:
        return [part.failure(failed)], None
    return [], inline_css(text) if inline and part.name == HTML else text


def _written(errors: list[TemplateFault], rendered: str | None) -> dict[str, object]:
    return written(
        ContentValidation,
        content_is_valid=not errors,
        validation_errors=[
            written(TemplateFault, message=error.message, line=error.line, character_position=error.character_position)
            for error in errors
        ],
        rendered_content=rendered,
    )
