"""A template as it is rendered with a model, and its mistakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ...models.templates import TemplateFault
from ..fields import Field
from ..rejection import Rejection
from ..store import Row, Transaction
from ..tables import templates
from ..template_content import HTML, SUBJECT, TEXT, Content, read_model
from ..templating.inlining import inline_css
from ..templating.linting import lint, missing_names, unused_keys
from ..templating.places import RenderingFailed
from ..templating.rendering import suggested_model

_MODEL = Field("TemplateModel", "model", read_model, 1122)
_NAMES = {SUBJECT: "Subject", HTML: "HTML", TEXT: "Text"}


@attrs.frozen
class Problem:
    """
    A problem.

    Attributes:
        part: The name of the part.
        fault: The message and its place.
        fails: Whether the part cannot be rendered.
    """

    part: str
    fault: TemplateFault
    fails: bool


@attrs.frozen
class Preview:
    """
    A template with a model.

    Attributes:
        model: The model.
        invalid: Why the model that was given cannot be used; empty if it can.
        subject: The rendered subject, and the two bodies; empty where there is none, or it cannot be rendered.
        problems: Problems, in the order of the parts.
        missing: Names that the model lacks, each once.
        unused: Keys of the model that the template does not use.
    """

    model: Mapping[str, Any]
    invalid: str
    subject: str
    html: str
    text: str
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


@attrs.frozen
class Chosen:
    """
    The model that a template is shown with.

    Attributes:
        of: `given` by the address of the page, `saved` for the template, `suggested`, or the id of a message.
        given: The model as JSON; empty for the suggested one.
        message: The id of the message that it is of; empty for none.
    """

    of: str
    given: str = attrs.field(repr=False)
    message: str = ""


def choose(db: Transaction, row: Row, of: str, given: str) -> Chosen:
    """
    Return the model that a template is shown with: the one asked for, else the saved one, else the suggested one.

    Args:
        db: The transaction.
        row: The template.
        of: The model that is asked for, as `Chosen.of`; `last` is the last message of the template.
        given: A model, which goes before `of`.
    """
    if given:
        return Chosen("given", given)
    use = None
    if of == "last":
        use = templates.last_use(db, row["id"])
    elif of not in ("", "saved", "suggested"):
        use = templates.use_by(db, row["id"], of)
    if use is not None:
        return Chosen(use["uuid"], use["model"], use["uuid"])
    if row["model"] and of != "suggested":
        return Chosen("saved", row["model"])
    return Chosen("suggested", "")


def read_given(text: str) -> Mapping[str, Any]:
    """
    Return the model that a text is.

    Raises:
        Rejection: The text is not a JSON object, or the service does not accept the object as a model.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise Rejection(1122, "The model is nested too deeply.") from None
    except ValueError as error:
        raise Rejection(1122, f"The model is not valid JSON: {error}.") from None
    return read_model(value, _MODEL)


def preview(content: Content, type: str, given: str) -> Preview:
    """
    Render a template.

    Args:
        content: Its texts.
        type: Its type.
        given: The model as JSON; the suggested model is used if it is empty, or no model.
    """
    parts = content.parts
    parsed = [each for part in parts for each in (part.template, part.layout) if each is not None]
    model: Mapping[str, Any] = suggested_model(parsed)
    invalid = ""
    if given:
        try:
            model = read_given(given)
        except Rejection as rejection:
            invalid = rejection.reason or rejection.message
    rendered: dict[str, str] = {}
    problems: list[Problem] = []
    for part in parts:
        name = _NAMES[part.name]
        problems += [Problem(name, fault, fails=True) for fault in part.errors(type)]
        if not part.template.errors:
            problems += [Problem(name, fault, fails=False) for fault in lint(part.template, model)]
        try:
            rendered[part.name] = part.render(model)
        except RenderingFailed as failed:
            if not part.template.errors:
                problems.append(Problem(name, part.failure(failed), fails=True))
    html = rendered.get(HTML, "")
    return Preview(
        model=model,
        invalid=invalid,
        subject=rendered.get(SUBJECT, ""),
        html=inline_css(html) if html else "",
        text=rendered.get(TEXT, ""),
        problems=tuple(problems),
        missing=tuple(missing_names(parsed, model)),
        unused=tuple(unused_keys(parsed, model)),
    )
