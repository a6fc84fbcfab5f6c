"""
The rules for templates (contract sections 2.7 and 12).

The longest name and alias are not published: those two limits are the sandbox's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import count

from .fields import BYTES, UTF16, Field, Table, line, text
from .rejection import Rejection
from .rules import BODY_BYTES, SUBJECT_UNITS
from .tables.templates import Template
from .template_content import LAYOUT, STANDARD, Content, check_content

NAME_LENGTH = 255
TEMPLATES = 100

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9.\-_]*")
_NO_ALIAS = re.compile("[^a-z0-9]+")

TEMPLATE = Table(
    Field("TemplateType", "type", line, 1122, known=(STANDARD, LAYOUT)),
    Field("Name", "name", line, 1122, required=1120, limit=NAME_LENGTH, too_long=1121),
    Field(
        "Alias",
        "alias",
        line,
        1122,
        clears=True,
        limit=NAME_LENGTH,
        too_long=1121,
        pattern=_ALIAS,
        text="The alias '{value}' must begin with a letter, and have only letters, digits, '.', '-' and '_'.",
    ),
    Field("Subject", "subject", line, 1122, clears=True, limit=SUBJECT_UNITS, too_long=1121, unit=UTF16),
    Field("HtmlBody", "html_body", text, 1122, clears=True, limit=BODY_BYTES, too_long=1121, unit=BYTES),
    Field("TextBody", "text_body", text, 1122, clears=True, limit=BODY_BYTES, too_long=1121, unit=BYTES),
    Field("LayoutTemplate", "layout", line, 1122, clears=True),
)


def alias_of(name: str, is_used: Callable[[str], bool]) -> str:
    """Return an alias that is made from the name of a template, and that no other template has."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    alias = _NO_ALIAS.sub("-", plain).strip("-")[: NAME_LENGTH - 20]
    if not alias[:1].isalpha():
        alias = f"template-{alias}".strip("-")
    numbered = (alias if number == 0 else f"{alias}-{number}" for number in count())
    return next(candidate for candidate in numbered if not is_used(candidate))


def check_template(template: Template) -> None:
    """
    Check the fields of a template together.

    Raises:
        Rejection: 1120, 1122, 1123 or 1131: the template breaks a rule.
    """
    if template.type == LAYOUT:
        if template.subject.strip():
            raise Rejection(1123, "A layout has no 'Subject'.")
    elif not template.subject.strip():
        raise Rejection(1120, "'Subject' is missing or empty.")
    if not template.html_body and not template.text_body:
        raise Rejection(1120, "A template needs an 'HtmlBody', a 'TextBody', or both.")
    content = Content(subject=template.subject, html_body=template.html_body, text_body=template.text_body)
    check_content(content, template.type)
