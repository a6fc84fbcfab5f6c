"""Records from JSON, leniently, and to JSON, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

import attrs
import pytest
from hypothesis import given, strategies as st

from emailapi.errors import InvalidResponse
from emailapi.wire import NOT_ON_WIRE, Wire, read, read_rows, write


class Color(StrEnum):
    """An enumeration of the service's, which may learn new members."""

    RED = "Red"
    NO_COLOR = "NoColor"


@attrs.frozen(kw_only=True)
class Part:
    """A record in a record."""

    name: str = ""
    size: int = 0


@attrs.frozen(kw_only=True)
class Thing:
    """A record with a field of each kind."""

    id: Annotated[int | None, Wire("ID")] = None
    long_name: str = ""
    nick_name: str | None = None
    count: int = 0
    rate: float = 0.0
    is_open: bool = False
    color: Color | str = ""
    shade: Color | str | None = None
    made_at: datetime | None = None
    made_on: date | None = None
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    sizes: dict[str, int] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    doubled: Annotated[int, Wire(read=lambda value: value * 2, write=lambda value: value // 2)] = 0
    secret: Annotated[str, NOT_ON_WIRE] = "ours"


FULL = {
    "ID": 4323372036854775807,
    "LongName": "Ünïcode \u2028",
    "NickName": "N",
    "Count": 3,
    "Rate": 1.5,
    "IsOpen": True,
    "Color": "Red",
    "Shade": "NoColor",
    "MadeAt": "2014-02-17T07:25:01.4178645Z",
    "MadeOn": "2014-02-17",
    "Part": {"Name": "p", "Size": 1},
    "Parts": [{"Name": "a"}, {"Name": "b", "Size": 2}],
    "Names": ["x", "y"],
    "Sizes": {"a": 1},
    "Extra": {"any": [1, {"thing": None}]},
    "Doubled": 4,
}


def test_every_field_is_read():
    assert read(FULL, Thing) == Thing(
        id=4323372036854775807,
        long_name="Ünïcode \u2028",
        nick_name="N",
        count=3,
        rate=1.5,
        is_open=True,
        color=Color.RED,
        shade=Color.NO_COLOR,
        made_at=datetime(2014, 2, 17, 7, 25, 1, 417864, UTC),
        made_on=date(2014, 2, 17),
        part=Part(name="p", size=1),
        parts=(Part(name="a"), Part(name="b", size=2)),
        names=("x", "y"),
        sizes={"a": 1},
        extra={"any": [1, {"thing": None}]},
        doubled=8,
    )


def test_an_empty_object_is_read_as_a_record_of_defaults():
    assert read({}, Thing) == Thing()


@pytest.mark.parametrize("name", [name for name in FULL if name != "Doubled"])
def test_null_is_read_as_the_default(name):
    found = read({**FULL, name: None}, Thing)
    attribute = next(key for key, value in vars_of(found).items() if value != vars_of(read(FULL, Thing))[key])
    assert not getattr(found, attribute)


@pytest.mark.parametrize("name", ["LongName", "Count", "Rate", "IsOpen", "Color", "MadeAt", "MadeOn", "Parts", "Names"])
def test_an_empty_string_is_read_as_the_default(name):
    """The service writes "" for nothing, too, whatever the field's kind."""
    assert read({name: ""}, Thing) == Thing()


def vars_of(record):
    return {field.name: getattr(record, field.name) for field in attrs.fields(type(record))}


@pytest.mark.parametrize(
    "given_value, attribute, expected",
    [
        ({"Count": "12"}, "count", 12),
        ({"Count": 12.0}, "count", 12),
        ({"Count": " 12 "}, "count", 12),
        ({"Count": True}, "count", 1),
        ({"Count": "4323372036854775807"}, "count", 4323372036854775807),
        ({"ID": "7"}, "id", 7),
        ({"Rate": "1.626"}, "rate", 1.626),
        ({"Rate": 2}, "rate", 2.0),
        ({"IsOpen": "true"}, "is_open", True),
        ({"IsOpen": "False"}, "is_open", False),
        ({"IsOpen": 1}, "is_open", True),
        ({"IsOpen": 0}, "is_open", False),
        ({"LongName": 12}, "long_name", "12"),
        ({"LongName": 1.5}, "long_name", "1.5"),
        ({"Color": "red"}, "color", Color.RED),
        ({"Color": "NOCOLOR"}, "color", Color.NO_COLOR),
        ({"Color": "Blue"}, "color", "Blue"),
        ({"Color": "reD "}, "color", "reD "),
        ({"Color": 5}, "color", "5"),
        ({"Color": None}, "color", ""),
        ({"Shade": None}, "shade", None),
        ({"Shade": "Blue"}, "shade", "Blue"),
        ({"MadeAt": "soon"}, "made_at", None),
        ({"MadeAt": 5}, "made_at", None),
        ({"MadeOn": []}, "made_on", None),
        ({"Parts": [{"Name": None, "More": 1}]}, "parts", (Part(),)),
        ({"Names": [1, None]}, "names", ("1", "")),
        ({"Sizes": {"a": "1", "b": None}}, "sizes", {"a": 1, "b": 0}),
        ({"Unknown": {"deep": []}}, "long_name", ""),
        ({"long_name": "ours", "longname": "x"}, "long_name", ""),
        ({"Secret": "theirs", "secret": "x", "": "y"}, "secret", "ours"),
    ],
)
def test_reading_is_lenient(given_value, attribute, expected):
    """Numbers as texts, unknown names and values, other letters' case, odd dates: all are read as well as can be."""
    found = getattr(read(given_value, Thing), attribute)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "value, sentence",
    [
        ([], "Thing: expected an object, got list"),
        (None, "Thing: expected an object, got null"),
        ("text", "Thing: expected an object, got str"),
        ({"LongName": []}, "Thing.long_name: expected text, got list"),
        ({"LongName": {}}, "Thing.long_name: expected text, got dict"),
        ({"Count": "many"}, "Thing.count: invalid literal for int() with base 10: 'many'"),
        ({"Count": 1.5}, "Thing.count: expected a whole number, got 1.5"),
        ({"Count": float("nan")}, "Thing.count: expected a whole number, got nan"),
        ({"Count": ["x" * 100]}, f"Thing.count: expected a whole number, got ['{'x' * 38}"),
        ({"Rate": []}, "Thing.rate: expected a number, got list"),
        ({"Rate": 10**400}, "Thing.rate: int too large to convert to float"),
        ({"IsOpen": "maybe"}, "Thing.is_open: expected true or false, got 'maybe'"),
        ({"IsOpen": 2}, "Thing.is_open: expected true or false, got 2"),
        ({"Color": []}, "Thing.color: expected text, got list"),
        ({"Part": 5}, "Thing.part: expected an object, got int"),
        ({"Part": {"Size": {}}}, "Thing.part.size: expected a whole number, got {}"),
        ({"Parts": {}}, "Thing.parts: expected a list, got dict"),
        ({"Parts": [{}, {"Size": "x"}]}, "Thing.parts[1].size: invalid literal for int() with base 10: 'x'"),
        ({"Parts": [5]}, "Thing.parts[0]: expected an object, got int"),
        ({"Names": "abc"}, "Thing.names: expected a list, got str"),
        ({"Names": [[]]}, "Thing.names[0]: expected text, got list"),
        ({"Sizes": []}, "Thing.sizes: expected an object, got list"),
        ({"Sizes": {"a": []}}, "Thing.sizes: expected a whole number, got []"),
        ({"Doubled": None}, "Thing.doubled: unsupported operand type(s) for *: 'NoneType' and 'int'"),
    ],
)
def test_a_wrong_shape_is_named(value, sentence):
    with pytest.raises(InvalidResponse) as caught:
        read(value, Thing)
    assert caught.value.message == sentence
    assert caught.value.__cause__ is None


def test_an_unreadable_row_is_omitted_and_named():
    found, unreadable = read_rows([{"Count": 1}, 5, {"Count": []}, {"Count": "2"}, None], Thing)
    assert [thing.count for thing in found] == [1, 2]
    assert unreadable == [
        "row 1: Thing: expected an object, got int",
        "row 2: Thing.count: expected a whole number, got []",
        "row 4: Thing: expected an object, got null",
    ]


def test_readable_rows_are_all_returned():
    """A listing of good rows has nothing unreadable, and an empty one is empty."""
    assert read_rows([{"Count": 1}], Thing) == ([Thing(count=1)], [])
    assert read_rows([], Thing) == ([], [])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FULL, "x"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(set(FULL) - {"Doubled"})), json_values) | json_values)
def test_any_json_is_read_or_rejected_by_name(value):
    """Whatever the service sends is a record, or an InvalidResponse that names it."""
    found, unreadable = read_rows([value], Thing)
    assert len(found) + len(unreadable) == 1
    if found:
        assert isinstance(read(value, Thing), Thing)
    else:
        with pytest.raises(InvalidResponse, match="^Thing"):
            read(value, Thing)


def test_writing_omits_defaults():
    assert write(Thing()) == {}


def test_every_field_is_written():
    thing = attrs.evolve(read({**FULL, "MadeAt": None, "MadeOn": None}, Thing), secret="mine", doubled=8)
    assert write(thing) == {name: value for name, value in FULL.items() if name not in ("MadeAt", "MadeOn")}


@given(st.builds(Thing, long_name=st.text(), count=st.integers(), is_open=st.booleans(), names=st.tuples(st.text())))
def test_a_written_record_is_read_back_unchanged(thing):
    assert read(write(thing), Thing) == thing


@attrs.frozen(kw_only=True)
class Job:
    """A record whose id the service spells in two ways, and that has another in it."""

    id: Annotated[str, Wire("Id", also="ID")] = ""
    part: Part = attrs.field(factory=Part)


@pytest.mark.parametrize(
    "value, expected",
    [
        ({"Id": "a"}, Job(id="a")),
        ({"ID": "a"}, Job(id="a")),
        ({"Id": "a", "ID": "b"}, Job(id="a")),
        ({"Part": None}, Job()),
        ({"Part": {"Name": "p"}}, Job(part=Part(name="p"))),
    ],
)
def test_two_spellings_and_null_records_are_read(value, expected):
    before = dict(value)
    assert read(value, Job) == expected
    assert value == before, "what was read is not changed"
