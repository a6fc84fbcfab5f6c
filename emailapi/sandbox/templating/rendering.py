"""Rendering of parsed templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .nodes import Literal, Output
from .parsing import SLOT, Parsed
from .places import RenderingFailed
from .scopes import Scope
from .shapes import Shape

# The service's limit of a body.
LENGTH = 5_000_000
# An email has some thousand parts; this many take about half a second.
STEPS = 500_000


def render(template: Parsed, model: Mapping[str, object], *, html: bool, content: Parsed | None = None) -> str:
    """
    Render a template.

    Args:
        template: The template, without errors.
        model: The values: JSON.
        html: Whether values are escaped: they are in HTML, and neither in texts nor in subjects.
        content: The template for the content placeholder, if the template is a layout. Without it, the placeholder
            stays.

    Raises:
        RenderingFailed: A loop is over something else than an array, or the text is too long.
    """
    inner = (Literal(SLOT),) if content is None else content.nodes
    output = Output(escapes=html, content=inner, length=LENGTH, steps=STEPS)
    output.render(template.nodes, Scope(model))
    if len(output.text.encode(errors="replace")) > LENGTH:
        raise RenderingFailed(f"The rendered text is longer than {LENGTH} bytes.")
    return output.text


def suggested_model(templates: Iterable[Parsed]) -> dict[str, object]:
    """Return a model with all names that templates use, such as `{"name": "name_Value"}`."""
    shape = Shape()
    for template in templates:
        for node in template.nodes:
            node.describe(shape)
    return shape.members()


def merged(suggested: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """Return a suggested model with the values that are given; objects are merged name by name."""
    result = dict(suggested)
    for name, value in given.items():
        below = result.get(name)
        result[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result
