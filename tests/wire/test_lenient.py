"""Records read field by field: what cannot be read is left at its default, and named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import attrs
import pytest

from emailapi.wire import NOT_ON_WIRE, Wire, read_leniently


class Color(StrEnum):
    """An enumeration that may learn new members."""

    RED = "Red"


@attrs.frozen(kw_only=True)
class Part:
    """A record in a record."""

    name: str = ""
    size: int = 0


@attrs.frozen(kw_only=True)
class Thing:
    """A record with a field of each kind."""

    id: Annotated[int | None, Wire("ID", also="Id")] = None
    name: str | None = None
    rate: float = 0.0
    is_open: bool | None = None
    color: Color | str | None = None
    made_at: datetime | None = None
    made_on: date | None = None
    part: Part = attrs.field(factory=Part)
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    sizes: dict[str, int] = attrs.field(factory=dict)
    halved: Annotated[int | None, Wire(read=lambda value: value // 2)] = None
    secret: Annotated[str, NOT_ON_WIRE] = "ours"


WHOLE = {
    "ID": 7,
    "Name": "N",
    "Rate": 1.5,
    "IsOpen": True,
    "Color": "Red",
    "MadeAt": "2026-01-01T00:00:00Z",
    "MadeOn": "2026-01-01",
    "Part": {"Name": "a", "Size": 1},
    "Parts": [{"Name": "b", "Size": 2}],
    "Names": ["x"],
    "Sizes": {"a": 1},
    "Halved": 8,
    "Secret": "theirs",
    "Unknown": object(),
}
EXPECTED = Thing(
    id=7,
    name="N",
    rate=1.5,
    is_open=True,
    color=Color.RED,
    made_at=datetime(2026, 1, 1, tzinfo=UTC),
    made_on=date(2026, 1, 1),
    part=Part(name="a", size=1),
    parts=(Part(name="b", size=2),),
    names=("x",),
    sizes={"a": 1},
    halved=4,
)


def test_a_whole_object_has_no_problems():
    assert read_leniently(WHOLE, Thing) == (EXPECTED, [])


@pytest.mark.parametrize("value", [{}, dict.fromkeys(WHOLE)])
def test_missing_and_null_are_defaults(value):
    assert read_leniently(value, Thing) == (Thing(), [])


@pytest.mark.parametrize(
    "key, value, line",
    [
        ("ID", "x", "ID: invalid literal for int() with base 10: 'x'"),
        ("Name", ["x"], "Name: expected text, got list"),
        ("Rate", {}, "Rate: expected a number, got dict"),
        ("IsOpen", "maybe", "IsOpen: expected true or false, got 'maybe'"),
        ("Color", 3j, "Color: expected text, got complex"),
        ("MadeAt", "soon", "MadeAt: 'soon' cannot be read"),
        ("MadeOn", "2026-13-01", "MadeOn: '2026-13-01' cannot be read"),
        ("Part", "x", "Part: expected an object, got str"),
        ("Part", {"Size": "x"}, "Part.Size: invalid literal for int() with base 10: 'x'"),
        ("Parts", {}, "Parts: expected a list, got dict"),
        ("Parts", [{}, {"Size": []}], "Parts[1].Size: expected a whole number, got []"),
        ("Parts", [7, {}], "Parts[0]: expected an object, got int"),
        ("Names", "x", "Names: expected a list, got str"),
        ("Sizes", [1], "Sizes: expected an object, got list"),
        ("Halved", "8", "Halved: unsupported operand type(s) for //: 'str' and 'int'"),
    ],
)
def test_the_other_fields_are_read(key, value, line):
    found, problems = read_leniently({**WHOLE, key: value}, Thing)
    assert problems == [line]
    changed = {
        field.name for field in attrs.fields(Thing) if getattr(found, field.name) != getattr(EXPECTED, field.name)
    }
    assert len(changed) == 1


@pytest.mark.parametrize("key", sorted(set(WHOLE) - {"Halved", "Secret", "Unknown"}))
def test_an_empty_string_is_not_a_problem(key):
    assert read_leniently({key: ""}, Thing)[1] == []


def test_the_other_spelling_is_read_if_the_first_is_missing():
    assert read_leniently({"Id": 1}, Thing)[0].id == 1
    assert read_leniently({"Id": 1, "ID": 2}, Thing)[0].id == 2
    assert read_leniently({"Id": "x"}, Thing)[1][0].startswith("Id: ")


def test_a_problem_is_short():
    (line,) = read_leniently({"ID": "x" * 9000}, Thing)[1]
    assert len(line) < 120
