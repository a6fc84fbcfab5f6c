"""Parsing and rendering in one step."""

from __future__ import annotations

from typing import Any

import pytest

from emailapi.sandbox.templating.parsing import parse
from emailapi.sandbox.templating.rendering import render, suggested_model


@pytest.fixture
def rendered() -> Any:
    """Renders a template without errors as HTML."""

    def rendered(source: str, model: dict[str, Any] | None = None, *, html: bool = True) -> str:
        template = parse(source)
        assert template.errors == ()
        return render(template, model or {}, html=html)

    return rendered


@pytest.fixture
def errors() -> Any:
    """Returns the errors of a template: line, character, message."""

    def errors(source: str) -> list[tuple[int | None, int | None, str]]:
        return [(error.line, error.character_position, error.message) for error in parse(source).errors]

    return errors


@pytest.fixture
def suggested() -> Any:
    """Returns the model that a template without errors suggests."""

    def suggested(*sources: str) -> dict[str, object]:
        templates = [parse(source) for source in sources]
        assert not any(template.errors for template in templates)
        return suggested_model(templates)

    return suggested
