"""Values that the model of a template may have, and the path by which an error names the others."""

from __future__ import annotations

import decimal
import json
import uuid
from collections import OrderedDict, deque
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from types import MappingProxyType

import pytest
from markupsafe import Markup

from emailapi import BulkEmail, BulkMessage, Client, Email, InvalidEmail, MessageState, TemplateEmail


class Number(IntEnum):
    """An enumeration of numbers."""

    ONE = 1


class Kind(Enum):
    """An enumeration whose members are of no other type."""

    PAIR = ("a", 2)


class Half(float):
    """A subclass of float, as numpy's float64 is one."""


def itself():
    found = {}
    found["a"] = [found]
    return found


def nested(depth):
    found = {}
    for _ in range(depth):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "given, kept",
    [
        ({"a": [1, 2.5, True, None, "ü", {"b": ()}]}, {"a": [1, 2.5, True, None, "ü", {"b": []}]}),
        ({"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}, {"at": "2026-01-02T03:04:05+00:00"}),
        ({"on": date(2026, 1, 2)}, {"on": "2026-01-02"}),
        ({"a": Markup("<b>"), Markup("b"): 1}, {"a": "<b>", "b": 1}),
        ({"a": MessageState.SENT, "b": Number.ONE, "c": Kind.PAIR}, {"a": "sent", "b": 1, "c": ["a", 2]}),
        ({"a": Half(0.5)}, {"a": 0.5}),
        (OrderedDict(a=MappingProxyType({"b": 1})), {"a": {"b": 1}}),
        ({}, {}),
        (nested(99), nested(99)),
    ],
)
def test_json_values_are_kept_and_dates_and_members_are_converted(given, kept):
    model = TemplateEmail(template_id=1, template_model=given).template_model
    assert json.dumps(model) == json.dumps(kept)


WRONG = [
    ({"name": b"Jane"}, "template_model.name cannot be written as JSON: got bytes, decode it"),
    ({"name": bytearray(b"Jane")}, "template_model.name cannot be written as JSON: got bytearray"),
    ({"items": [1, 2, {"x": b""}]}, "template_model.items[2].x "),
    ({"a": ({"b": {1}},)}, "template_model.a[0].b cannot be written as JSON: got set, convert it with list(...)"),
    ({"a": deque([1])}, "template_model.a cannot be written as JSON: got deque, convert it with list(...)"),
    ({"a": (one for one in "ab")}, "template_model.a cannot be written as JSON: got generator"),
    ({"price": decimal.Decimal("1.10")}, "template_model.price cannot be written as JSON: got Decimal"),
    ({"a": 1j}, "template_model.a cannot be written as JSON: got complex"),
    ({"a": uuid.UUID(int=7)}, "template_model.a cannot be written as JSON: got UUID, convert it with str(...)"),
    ({"a": object()}, "template_model.a cannot be written as JSON: got object"),
    ({"a": Email(subject="hush")}, "template_model.a cannot be written as JSON: got Email"),
    ({"a": [float("nan")]}, "template_model.a[0] must be a finite number, got nan"),
    ({"a": float("-inf")}, "template_model.a must be a finite number, got -inf"),
    ({"a": Half("inf")}, "template_model.a must be a finite number, got inf"),
    ({"a": 10**400}, "template_model.a must be a number in the range of a double"),
    ({"a": -(10**5000)}, "template_model.a must be a number in the range of a double"),
    ({1: "x"}, "template_model[1] must have text as its key, got int"),
    ({"a": {None: "x"}}, "template_model.a[None] must have text as its key, got NoneType"),
    ({"a": {b"k": "x"}}, "template_model.a[b'k'] must have text as its key, got bytes"),
    ({"first name": {"x-y": {1}}}, "template_model['first name']['x-y'] cannot be written"),
    ({"a": "\ud800"}, "template_model.a must not contain a lone surrogate (at character 0)"),
    ({"\ud800": 1}, "template_model['\\ud800'] must not contain a lone surrogate"),
    (nested(100), "template_model.a.a.a.a.a.a.a.a... is nested more than 100 levels deep"),
    (itself(), "is nested more than 100 levels deep, or contains itself"),
    ({"a": nested(100_000)}, "is nested more than 100 levels deep"),
]


@pytest.mark.parametrize("model, says", WRONG, ids=range(len(WRONG)))
def test_a_value_that_json_does_not_have_is_named_by_its_path(model, says):
    """Neither its value nor its Python name reaches a recipient by accident."""
    with pytest.raises(InvalidEmail) as caught:
        TemplateEmail(template_id=1, template_model=model)
    assert says in caught.value.message
    assert caught.value.field == "template_model"
    assert "hush" not in caught.value.message
    assert caught.value.message.isascii()


@pytest.mark.parametrize("model, says", WRONG[:3], ids=range(3))
def test_the_error_of_a_bulk_message_has_its_index(model, says):
    with pytest.raises(InvalidEmail) as caught:
        BulkEmail(messages=[{"to": "a@example.com"}, {"to": "b@example.com", "template_model": model}])
    assert f"messages[1]: {says}" in caught.value.message
    assert caught.value.field == "messages"
    with pytest.raises(InvalidEmail) as caught:
        BulkMessage(template_model=model)
    assert caught.value.field == "template_model"


def test_a_model_is_a_copy():
    given = {"items": [{"a": 1}]}
    email = TemplateEmail(template_id=1, template_model=given)
    given["items"][0]["a"] = b"x"
    assert email.template_model == {"items": [{"a": 1}]}


@pytest.mark.parametrize("value", [b"x", 1, 1.5, None, [], {}, decimal.Decimal(1), datetime(2026, 1, 1, tzinfo=UTC)])
def test_metadata_values_must_be_strings(value):
    """Metadata is text on both sides: nothing is converted."""
    for kind in (Email, BulkMessage):
        with pytest.raises(InvalidEmail, match=f"metadata: 'user' must be text, got {type(value).__name__}") as caught:
            kind(metadata={"user": value})
        assert caught.value.field == "metadata"


@pytest.mark.parametrize("value", ["\ud800", b"x"], ids=["surrogate", "bytes"])
def test_metadata_changed_after_validation_is_checked_again(value):
    email = Email(sender="a@example.com", to="b@example.com", text_body="x", metadata={"user": "1"})
    email.metadata["user"] = value
    with Client("1f2e3d4c-0000") as client, pytest.raises(InvalidEmail, match="^metadata") as caught:
        client.outbound.send(email)
    assert caught.value.field == "metadata"


def test_a_bulk_message_does_not_require_a_model():
    assert BulkMessage(template_model=None) == BulkMessage()
