"""
The content of a template: a subject and bodies, and the bodies of the layout around them.

    row, content = find_template(call.db, server_id, TemplateReference(alias="welcome"))
    content.render({"name": "Jane"}).subject
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ..models.templates import TemplateFault
from .fields import UTF16, Field, encodable, wrong_type
from .rejection import Rejection
from .rules import SUBJECT_UNITS
from .store import Row, Transaction
from .tables import templates
from .templating.inlining import inline_css
from .templating.parsing import DEPTH, SLOT, Parsed, parse
from .templating.places import RenderingFailed, shown
from .templating.rendering import render

STANDARD = "Standard"
LAYOUT = "Layout"
SUBJECT, HTML, TEXT = "Subject", "HtmlBody", "TextBody"

# They would end the header.
_LINE_ENDS = re.compile("[\r\n\0]+")
_ERRORS_SHOWN = 3


@attrs.frozen
class Part:
    """
    A subject or a body.

    Attributes:
        name: The service's name of the field.
        template: The parsed text.
        layout: The body of the layout around it; None without a layout.
    """

    name: str
    template: Parsed
    layout: Parsed | None = None

    def errors(self, type: str) -> list[TemplateFault]:
        """Return the errors of the text, in a template of this type."""
        return [*self.template.errors, *self._slot_errors(type)]

    def _slot_errors(self, type: str) -> Iterable[TemplateFault]:
        slots = self.template.slots
        if type == LAYOUT and len(slots) != 1:
            wrong = f"The layout content placeholder must be present exactly once: {SLOT} occurs {len(slots)} times."
            yield TemplateFault(message=wrong)
        if type == STANDARD and slots:
            yield TemplateFault(message=f"{SLOT} must not be here: only layouts have it.")

    def render(self, model: Mapping[str, object]) -> str:
        """
        Render the part in its layout.

        Raises:
            RenderingFailed: A text has errors, does not fit the model, or is too long when it is rendered.
        """
        html = self.name == HTML
        errors = self.template.errors or (self.layout.errors if self.layout is not None else ())
        if errors:
            raise RenderingFailed(shown(errors[0]))
        if self.layout is not None:
            return render(self.layout, model, html=html, content=self.template)
        text = render(self.template, model, html=html)
        return self._subject(text) if self.name == SUBJECT else text

    def _subject(self, text: str) -> str:
        line = _LINE_ENDS.sub(" ", text)
        if UTF16.count(line) > SUBJECT_UNITS:
            raise RenderingFailed(f"The rendered text is longer than {SUBJECT_UNITS} characters.")
        return line

    def failure(self, failed: RenderingFailed) -> TemplateFault:
        """Return why the part cannot be rendered; the place of a cause in the layout says that it is there."""
        fault = failed.fault
        if self.layout is None or failed.source != self.layout.source:
            return fault
        return attrs.evolve(fault, message=f"In the layout: {fault.message}")


@attrs.frozen
class Rendered:
    """
    An email's content.

    Attributes:
        subject: The subject, and the two bodies; None for a body that the template does not have.
        failure: Why a part could not be rendered; empty if all were. The part is empty, or None, then.
    """

    subject: str = ""
    html_body: str | None = attrs.field(default=None, repr=False)
    text_body: str | None = attrs.field(default=None, repr=False)
    failure: str = ""


@attrs.frozen(kw_only=True)
class Content:
    """
    The texts of a template, or those of an email in the template language; empty for what it does not have.

    Attributes:
        subject: The subject.
        html_body: The HTML body, and `layout_html` that of the layout.
        text_body: The text body, and `layout_text` that of the layout.
    """

    subject: str = ""
    html_body: str = attrs.field(default="", repr=False)
    text_body: str = attrs.field(default="", repr=False)
    layout_html: str = attrs.field(default="", repr=False)
    layout_text: str = attrs.field(default="", repr=False)

    @property
    def parts(self) -> list[Part]:
        """The parts that are not empty."""
        texts = (
            (SUBJECT, self.subject, ""),
            (HTML, self.html_body, self.layout_html),
            (TEXT, self.text_body, self.layout_text),
        )
        return [Part(name, parse(text), parse(layout) if layout else None) for name, text, layout in texts if text]

    def render(self, model: Mapping[str, object], *, inline: bool = True) -> Rendered:
        """
        Render all parts with a model, which `read_model` has checked.

        Args:
            model: The values.
            inline: Whether the CSS of the HTML is moved into its elements.
        """
        texts: dict[str, str] = {}
        failures = []
        for part in self.parts:
            try:
                texts[part.name] = part.render(model)
            except RenderingFailed as failed:
                failures.append(f"'{part.name}' cannot be rendered: {shown(part.failure(failed))}")
        html = texts.get(HTML)
        if html is not None and inline:
            html = inline_css(html)
        return Rendered(texts.get(SUBJECT, ""), html, texts.get(TEXT), " ".join(failures))


@attrs.frozen
class TemplateReference:
    """
    How an email names a template: by its id, else by its alias.

    Attributes:
        id: The id; 0 for none.
        alias: The alias; empty for none.
    """

    id: int = 0
    alias: str = ""


def not_found(by_id: bool, reason: str) -> Rejection:
    """Return the error for a template that does not exist, in the service's words."""
    part = "'TemplateId'" if by_id else "Template's 'Alias'"
    return Rejection(1101, reason, text=f"The {part} associated with this request is not valid or was not found.")


def find_template(db: Transaction, server: int, reference: TemplateReference) -> tuple[Row, Content]:
    """
    Return a template that emails can be sent with, and its content.

    Raises:
        Rejection: 1101: there is none, it was deleted, or it is a layout.
    """
    by_id = bool(reference.id) or not reference.alias
    named = reference.id or f"'{reference.alias[:80]}'"
    if not reference.id and not reference.alias:
        raise not_found(by_id, "'TemplateId' or 'TemplateAlias' is required.")
    row = templates.by_id(db, server, reference.id) if reference.id else templates.by_alias(db, server, reference.alias)
    if row is None:
        raise not_found(by_id, f"There is no template {named} on this server.")
    if not row["active"]:
        raise not_found(by_id, f"The template {named} was deleted.")
    if row["type"] == LAYOUT:
        raise not_found(by_id, f"The template {named} is a layout: no email can be sent with it.")
    layout = templates.by_id(db, server, row["layout"]) if row["layout"] else None
    return row, within(layout, subject=row["subject"], html_body=row["html_body"], text_body=row["text_body"])


def within(layout: Row | None, **texts: str) -> Content:
    """Return texts as a content, in a layout if there is one."""
    if layout is None:
        return Content(**texts)
    return Content(**texts, layout_html=layout["html_body"], layout_text=layout["text_body"])


def check_content(content: Content, type: str = STANDARD) -> None:
    """
    Check that all texts can be parsed.

    Raises:
        Rejection: 1122 for errors; 1131 for a layout without exactly one place for the content.
    """
    for part in content.parts:
        if part.template.errors:
            listed = [shown(error) for error in part.template.errors]
            more = f" There are {len(listed) - _ERRORS_SHOWN} more errors." if len(listed) > _ERRORS_SHOWN else ""
            raise Rejection(1122, f"'{part.name}' cannot be parsed: {' '.join(listed[:_ERRORS_SHOWN])}{more}")
        for error in part.errors(type):
            raise Rejection(1131 if type == LAYOUT else 1122, f"'{part.name}': {error.message}")


def read_model(value: object, field: Field) -> dict[str, Any]:
    """
    Read the model of a template: an object of any JSON values.

    Raises:
        Rejection: 403 for another type; the field's code for a model that is too deep, for half a character, and for a
            number that is too large.
    """
    if not isinstance(value, dict):
        raise wrong_type(field.label, "an object", value)
    level: list[object] = [value]
    for _ in range(DEPTH):
        level = [inner for outer in level for inner in _members(outer, field)]
        if not level:
            return value
    raise Rejection(field.code, f"'{field.label}' is nested more than {DEPTH} levels deep.")


def _members(value: object, field: Field) -> list[object]:
    """Return the objects and arrays in one of them, and check everything else."""
    if isinstance(value, dict):
        for name in value:
            encodable(name, field.label, field.code)
    members: list[object] = (
        [*value.values()] if isinstance(value, dict) else [*value] if isinstance(value, list) else []
    )
    for member in members:
        if isinstance(member, str):
            encodable(member, field.label, field.code)
        elif isinstance(member, float) and member in (float("inf"), float("-inf")):
            raise Rejection(field.code, f"'{field.label}' has a number that is too large.")
    return [member for member in members if isinstance(member, (dict, list))]
