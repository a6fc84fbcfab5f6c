"""
The fields of JSON bodies: tables with a row for each field, and the reader of all tables.

    SERVER = Table(
        Field("Name", "name", line, 608, required=608),
        Field("TrackOpens", "track_opens", flag),
    )
    SERVER.read({"name": "Shop"})  # {"name": "Shop"}

The service compares the names of fields without regard to case, and `null` is the same as an absent field; so is an
empty text, unless it clears a setting (contract section 12.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import attrs

from .rejection import Rejection

# Such a character would begin a header of the sender's choice, or end a line for some servers.
_BREAKS_HEADER = re.compile("[\r\n\0]")
_JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}
_QUOTED = 80


class Unit(NamedTuple):
    """The unit of a limit."""

    name: str
    count: Callable[[str], int]


def _utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


CHARACTERS = Unit("characters", len)
# The service counts an emoji as two characters.
UTF16 = Unit("characters", _utf16_units)
BYTES = Unit("bytes", lambda text: len(text) if text.isascii() else len(text.encode()))


class WrittenFloat(float):
    """A number with a fraction or an exponent, with the text that the client wrote."""

    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        """Read the text of a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


@attrs.frozen
class Field:
    """
    A row of a table: a field, the values that are valid, and the codes of the errors.

    Attributes:
        name: The service's name.
        column: The name of the value in the result of the reader: that of the column that stores it.
        kind: Reads and checks a value, and returns what is kept.
        code: The code for a value that is not valid. A value of another JSON type is code 403.
        required: The code for a value that is missing or blank; 0 for an optional field.
        clears: Whether an empty text is a value, which clears a setting.
        limit: The longest text, or the largest number; 0 for no limit.
        too_long: The code for a longer text; 0 for `code`.
        unit: The unit of the limit.
        pattern: The pattern of a valid text.
        known: All valid texts.
        table: The fields of the objects of which the value consists.
        text: The error for a value that does not match, with `{value}` in it.
        within: The place of the object that has the field, before the name in errors; the table sets it.
    """

    name: str
    column: str
    kind: Callable[[Any, Field], Any]
    code: int = 300
    required: int = attrs.field(default=0, kw_only=True)
    clears: bool = attrs.field(default=False, kw_only=True)
    limit: int = attrs.field(default=0, kw_only=True)
    too_long: int = attrs.field(default=0, kw_only=True)
    unit: Unit = attrs.field(default=CHARACTERS, kw_only=True)
    pattern: re.Pattern[str] | None = attrs.field(default=None, kw_only=True)
    known: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    table: Table | None = attrs.field(default=None, kw_only=True)
    text: str = attrs.field(default="", kw_only=True)
    within: str = attrs.field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """The name in errors: `Attachments[].Name`."""
        return self.within + self.name

    def invalid(self, value: str) -> Rejection:
        """Return the error for a text that is not valid."""
        text = self.text
        if not text:
            known = (
                f"must be one of {', '.join(self.known)}, not '{{value}}'."
                if self.known
                else "is not valid: '{value}'."
            )
            text = f"'{self.label}' {known}"
        return Rejection(self.code, text.format(value=value[:_QUOTED]))

    def missing(self) -> Rejection:
        """Return the error for a required field that is missing or blank."""
        return Rejection(self.required, f"'{self.label}' is missing or empty.")

    def rows_of(self) -> Table:
        """Return the fields of the objects of which the value consists."""
        assert self.table is not None  # noqa: S101 - written in the table beside the kind
        return self.table


class Table:
    """
    The fields of a body, or of an object in it.

    Attributes:
        fields: The rows of the table.
    """

    def __init__(self, *fields: Field, within: str = "") -> None:
        """Take the fields, which are checked in this order; `within` is the place of their object in the body."""
        self.fields = tuple([attrs.evolve(field, within=within) for field in fields])
        self._named = tuple([(field.name, field) for field in self.fields])
        self._exact = frozenset(field.name for field in fields)
        self._names = {field.name.lower(): field.name for field in fields}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the fields."""
        return tuple([field.column for field in self.fields])

    def known(self, item: Mapping[str, object]) -> Mapping[str, object]:
        """Return the fields of an object that the table has, under the names in the table."""
        if item.keys() <= self._exact:
            return item
        named = ((self._names.get(name.lower()), value) for name, value in item.items())
        return {name: value for name, value in named if name is not None}

    def unknown(self, item: Mapping[str, object]) -> list[str]:
        """Return the names that the table does not have."""
        return [name for name in item if name.lower() not in self._names]

    def read(self, item: object, what: str = "body", *, partial: bool = False) -> dict[str, Any]:
        """
        Return the values of the fields that an object has, by column.

        Args:
            item: The JSON value.
            what: Its name in errors.
            partial: Whether required fields may be missing, as in a change of what exists. They must not be blank.

        Raises:
            Rejection: With the code of the field that is missing or not valid; 403 for a value of another type.
        """
        if not isinstance(item, dict):
            raise wrong_type(what, "an object", item)
        given = self.known(item)
        found: dict[str, Any] = {}
        for name, field in self._named:
            value = given.get(name)
            if value is None or (value == "" and not field.clears):
                if field.required and not (partial and value is None):
                    raise field.missing()
            else:
                found[field.column] = field.kind(value, field)
        return found

    def read_settings(self, item: object, what: str, code: int) -> dict[str, Any]:
        """
        Return the values of the fields that a change has, by column.

        Raises:
            Rejection: `code` for a body that is null or empty; or as `read`.
        """
        return self.read(whole_body(item, what, code), partial=True)


def whole_body(body: object, what: str, code: int) -> dict[str, object]:
    """
    Return a body, which must be an object with fields.

    Raises:
        Rejection: `code` for null and an empty object; 403 for another type.
    """
    if body is None or body == {}:
        raise Rejection(code, f"The body has no fields of {what}.")
    if not isinstance(body, dict):
        raise wrong_type("body", "an object", body)
    return body


def wrong_type(name: str, expected: str, value: object) -> Rejection:
    """Return the error for a value of another JSON type."""
    found = next((text for kind, text in _JSON_NAMES.items() if isinstance(value, kind)), "null")
    return Rejection(403, f"'{name}' must be {expected}, not {found}.")


def encodable(text: str, name: str, code: int = 300) -> str:
    """
    Return a text that UTF-8 can encode.

    Raises:
        Rejection: `code`: JSON can express half a character (`"\\ud800"`), which no message can contain.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Rejection(code, f"'{name}' has half a character in it (a lone surrogate).") from None
    return text


def text(value: object, field: Field) -> str:
    """Read a text of any characters."""
    if not isinstance(value, str):
        raise wrong_type(field.label, "a string", value)
    if not value.isascii():
        encodable(value, field.label, field.code)
    # A character has at most four bytes: most texts need no counting.
    if field.limit and len(value) * 4 > field.limit and (length := field.unit.count(value)) > field.limit:
        raise Rejection(
            field.too_long or field.code,
            f"'{field.label}' has {length} {field.unit.name}; the limit is {field.limit}.",
        )
    return value


def line(value: object, field: Field) -> str:
    """Read a text that becomes a header, or a part of one."""
    read = text(value, field)
    if field.required and not read.strip():
        raise field.missing()
    if _BREAKS_HEADER.search(read):
        raise Rejection(field.code, f"'{field.label}' must not contain line breaks or NUL characters.")
    if field.pattern is not None and read and not field.pattern.fullmatch(read):
        raise field.invalid(read)
    if field.known and read not in field.known:
        raise field.invalid(read)
    return read


def scalar_text(value: object) -> object:
    """Return a number or a boolean as the text that the client wrote; any other value as it is."""
    if isinstance(value, WrittenFloat):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def scalar(value: object, field: Field) -> str:
    """Read a text as `line`, a number, or a boolean, of which the text is kept."""
    return line(scalar_text(value), field)


def flag(value: object, field: Field) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise wrong_type(field.label, "a boolean", value)
    return value


def whole_number(value: object, field: Field) -> int:
    """Read a whole number from 0 to the limit."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field.label, "a whole number", value)
    if not 0 <= value <= field.limit:
        raise Rejection(field.code, f"'{field.label}' must be 0 to {field.limit}, not {str(value)[:_QUOTED]}.")
    return value


def part(value: object, field: Field) -> dict[str, Any]:
    """Read an object with fields of its own."""
    return field.rows_of().read(value, field.label, partial=True)


def rows(value: object, field: Field) -> list[dict[str, Any]]:
    """Read an array of objects."""
    if not isinstance(value, list):
        raise wrong_type(field.label, "an array", value)
    table = field.rows_of()
    return [table.read(item, f"{field.label}[]") for item in value]
