"""Attribute names and wire names."""

from __future__ import annotations

import threading
from typing import Annotated, TypedDict

import attrs
import pytest

from emailapi.wire import NOT_ON_WIRE, Wire, wire_names
from emailapi.wire.names import pascal_case


@attrs.frozen(kw_only=True)
class Parent:
    """A record with each kind of name."""

    plain: str = ""
    two_words: str = ""
    message_id: Annotated[str, Wire("MessageID")] = ""
    only_odd: Annotated[str, Wire(write=str.upper)] = ""
    hidden: Annotated[str, NOT_ON_WIRE] = ""
    _private: str = ""


@attrs.frozen(kw_only=True)
class Child(Parent):
    """A record that inherits names and spells one anew."""

    plain: Annotated[str, Wire("PLAIN")] = ""
    more: int = 0


class Filters(TypedDict, total=False):
    """The filters of a call."""

    sender: Annotated[str, Wire("fromemail")]
    tag: str


@pytest.mark.parametrize(
    "attribute, expected",
    [("name", "Name"), ("message_stream", "MessageStream"), ("os", "Os"), ("a_b_c", "ABC"), ("html_body", "HtmlBody")],
)
def test_a_wire_name_is_the_pascal_case_of_the_attribute(attribute, expected):
    assert pascal_case(attribute) == expected


def test_names_of_a_record():
    """Marks win over the rule; private fields and those not on the wire have no wire name."""
    assert wire_names(Parent) == {
        "plain": "Plain",
        "two_words": "TwoWords",
        "message_id": "MessageID",
        "only_odd": "OnlyOdd",
    }


def test_names_are_inherited():
    """A record has its parent's names, and may spell one anew."""
    assert wire_names(Child) == {**wire_names(Parent), "plain": "PLAIN", "more": "More"}


def test_names_of_filters():
    assert wire_names(Filters) == {"sender": "fromemail", "tag": "Tag"}


def test_names_are_read_only():
    """Changing what was returned does not change what is returned next."""
    wire_names(Parent).clear()
    assert wire_names(Parent)["message_id"] == "MessageID"


def test_an_interruption_leaves_no_incomplete_names_of_a_record(monkeypatch):
    """A signal handler may raise while the names are read for the first time."""

    @attrs.frozen
    class Fresh:
        first_name: str = ""
        last_name: str = ""

    class Interrupted(Exception):
        pass

    def interrupt(*_: object, **__: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr("emailapi.wire.names.get_type_hints", interrupt)
        with pytest.raises(Interrupted):
            wire_names(Fresh)
    assert wire_names(Fresh) == {"first_name": "FirstName", "last_name": "LastName"}


def test_another_thread_never_sees_incomplete_names_of_a_record(monkeypatch):
    from emailapi.wire import names

    @attrs.frozen
    class Shared:
        first_name: str = ""

    inside, others = threading.Event(), []
    hints = names.get_type_hints

    def slowly(*given: object, **options: object) -> object:
        if not inside.is_set():
            inside.set()
            other = threading.Thread(target=lambda: others.append(wire_names(Shared)))
            other.start()
            other.join(30)
        return hints(*given, **options)

    monkeypatch.setattr(names, "get_type_hints", slowly)
    assert wire_names(Shared) == {"first_name": "FirstName"}
    assert others == [{"first_name": "FirstName"}]
