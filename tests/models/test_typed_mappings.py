"""The types of mappings and of filters have the names and values that the package accepts when it runs."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, Required, get_args, get_origin, get_type_hints, is_typeddict

import attrs
import pytest

from emailapi import Attachment, BulkEmail, BulkMessage, Email, TemplateEmail, models
from emailapi.models import email_fields
from emailapi.models.fields import from_mapping

MAPPINGS = {
    "AttachmentFields": Attachment,
    "BulkEmailFields": BulkEmail,
    "BulkMessageFields": BulkMessage,
    "EmailFields": Email,
    "TemplateEmailFields": TemplateEmail,
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_has_the_fields_of_its_record(name):
    kind, record = getattr(email_fields, name), MAPPINGS[name]
    assert set(get_type_hints(kind)) == {field.name for field in attrs.fields(record) if field.init}
    required = {field.name for field in attrs.fields(record) if field.default is attrs.NOTHING}
    hints = get_type_hints(kind, include_extras=True)
    assert {key for key, hint in hints.items() if get_origin(hint) is Required} == required


def test_a_typed_mapping_is_an_email():
    given: email_fields.EmailFields = {"to": "a@example.com", "attachments": [{"name": "a", "content": b"x"}]}
    assert from_mapping(given, Email).attachments == (Attachment(name="a", content=b"x"),)


def options():
    """Yield place and alternatives of each key of a `TypedDict` that is a member of an enumeration or its value."""
    for found in iter_modules(models.__path__):
        for name, kind in vars(import_module(f"emailapi.models.{found.name}")).items():
            if is_typeddict(kind):
                for key, hint in get_type_hints(kind).items():
                    parts = get_args(hint)
                    if any(isinstance(part, type) and issubclass(part, Enum) for part in parts):
                        yield f"{name}.{key}", parts


@pytest.mark.parametrize("place, parts", [pytest.param(*row, id=row[0]) for row in sorted(dict(options()).items())])
def test_the_literals_of_an_enumeration_are_its_values(place, parts):
    assert str not in parts
    kind = next(part for part in parts if isinstance(part, type) and issubclass(part, Enum))
    (literal,) = (part for part in parts if get_origin(part) is Literal)
    assert get_args(literal) == tuple(member.value for member in kind)
