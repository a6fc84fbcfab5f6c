"""
What a template must be like to be kept: the service's rules (contract section 2.7), as `rules` has those of mails.

How long a name and an alias may be is not published: those two limits are ours.
"""

from __future__ import annotations

import re

import attrs

from .fields import body_of, text_of
from .rejection import Rejection
from .rules import BODY_BYTES, MEGABYTE, SUBJECT_UNITS, utf16_units
from .tables.templates import Template
from .tags import SLOT, count_slots

NAME_LENGTH = 255
TEMPLATES = 100

STANDARD = "Standard"
LAYOUT = "Layout"

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9.\-_]*")


def type_of(item: dict[str, object]) -> str:
    """
    Return what a new template is for.

    Raises:
        Rejection: 1122 for a type that there is not.
    """
    value = text_of(item, "TemplateType", 1122) or STANDARD
    if value not in (STANDARD, LAYOUT):
        raise Rejection(1122, f"'TemplateType' must be '{STANDARD}' or '{LAYOUT}', not '{value[:80]}'.")
    return value


def changed(template: Template, item: dict[str, object], layout: int | None) -> Template:
    """
    Return a template with what a body says of it; what is left out, or null, stays.

    Raises:
        Rejection: 1120 to 1123, 1131: it would break a rule; 403 for another JSON type.
    """
    given = {
        "name": text_of(item, "Name", 1122),
        "alias": text_of(item, "Alias", 1122),
        "subject": text_of(item, "Subject", 1122),
        "html_body": body_of(item, "HtmlBody", 1122),
        "text_body": body_of(item, "TextBody", 1122),
    }
    texts = {name: text for name, text in given.items() if text is not None}
    found = attrs.evolve(template, layout=layout, **texts)
    found = attrs.evolve(found, alias=found.alias or None)
    _check_names(found)
    _check_subject(found)
    _check_bodies(found)
    return found


def _at_most(length: int, limit: int, field: str) -> None:
    if length > limit:
        raise Rejection(1121, f"'{field}' has {length} characters; the limit is {limit}.")


def _check_names(template: Template) -> None:
    if not template.name.strip():
        raise Rejection(1120, "A template needs a 'Name'.")
    _at_most(len(template.name), NAME_LENGTH, "Name")
    if template.alias is None:
        return
    _at_most(len(template.alias), NAME_LENGTH, "Alias")
    if not _ALIAS.fullmatch(template.alias):
        raise Rejection(
            1122,
            f"The alias '{template.alias[:80]}' must be a letter, and then letters, digits, '.', '-' and '_' only.",
        )


def _check_subject(template: Template) -> None:
    if template.type == LAYOUT:
        if template.subject.strip():
            raise Rejection(1123, "A layout has no 'Subject'.")
        return
    if not template.subject.strip():
        raise Rejection(1120, "A template needs a 'Subject'.")
    _at_most(utf16_units(template.subject), SUBJECT_UNITS, "Subject")
    _check_slots(template, "Subject", template.subject)


def _check_bodies(template: Template) -> None:
    bodies = {"HtmlBody": template.html_body, "TextBody": template.text_body}
    if not any(bodies.values()):
        raise Rejection(1120, "A template needs an 'HtmlBody', a 'TextBody', or both.")
    for field, body in bodies.items():
        if len(body) * 4 > BODY_BYTES and len(body.encode()) > BODY_BYTES:
            raise Rejection(1121, f"'{field}' is larger than {BODY_BYTES // MEGABYTE} MB.")
        if body:
            _check_slots(template, field, body)


def _check_slots(template: Template, field: str, text: str) -> None:
    slots = count_slots(text, field)
    if template.type == LAYOUT and slots != 1:
        raise Rejection(1131, f"'{field}' of a layout must have {SLOT} exactly once, and has it {slots} times.")
    if template.type == STANDARD and slots:
        raise Rejection(1122, f"'{field}' has {SLOT}, which only layouts may have.")
