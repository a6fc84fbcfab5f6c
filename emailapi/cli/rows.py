"""The rows of a CSV or JSON lines file, and the emails that are made of them."""

from __future__ import annotations

import codecs
import csv
import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import AddressedEmail
from .declaring import parse_json
from .email_options import build
from .failures import InputError

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_NAMED = re.compile(r"\s*(.*?)\s*<([^<>]*)>\s*", re.DOTALL)
# The largest value of a column; Python's own limit is 128 KiB.
_COLUMN_LIMIT = 10_000_000
_PIECE = 1 << 16
_JSON_ARRAY = re.compile(r"\[\s*[{\[\]]")


class Row(NamedTuple):
    """
    A row of the file.

    Attributes:
        number: Its number, from 1.
        line: The line of the file on which it begins.
        values: Its values by column.
    """

    number: int
    line: int
    values: Mapping[str, Any]


class RowsFile:
    """A CSV file with a header, or a file with a JSON object on each line. It is read as often as it is needed."""

    def __init__(self, name: str, file: BinaryIO, encoding: str) -> None:
        """
        Keep the open file, and find out its format: the first character of JSON lines is a brace.

        Raises:
            InputError: There is no such encoding, or the file is a JSON array.
        """
        try:
            "a".encode(encoding)  # not all codecs are of texts
            self._decoder = codecs.getincrementaldecoder(encoding)
        except (LookupError, ValueError):
            raise InputError(f"--encoding must be the name of an encoding, as cp1252, got {encoding!r}") from None
        self.name, self._file, self._encoding = name, file, encoding
        start = self._read(4096).decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
        if _JSON_ARRAY.match(start):
            raise InputError(f"{name} is a JSON array: write an object on each line, as `jq -c '.[]'` does")
        self._is_json = start.startswith("{")

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror}") from None

    def digest(self) -> str:
        """Return the SHA-256 of the file."""
        self._file.seek(0)
        digest = hashlib.sha256()
        while piece := self._read(1 << 20):
            digest.update(piece)
        return digest.hexdigest()

    def rows(self) -> Iterator[Row]:
        """
        Yield the rows.

        Raises:
            InputError: The file cannot be read further; the message names the line.
        """
        self._file.seek(0)
        return self._json_rows() if self._is_json else self._csv_rows()

    def _lines(self) -> Iterator[str]:
        """Yield the lines, each with the characters that end it: LF, CR LF, or CR."""
        decoder = io.IncrementalNewlineDecoder(self._decoder(), translate=False)
        number, rest, piece = 0, "", b" "
        while piece:
            piece = self._read(_PIECE)
            try:
                text = rest + decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                whole = piece[: max(error.start - len(error.object) + len(piece), 0)]
                raise self._not_decodable(number, rest + decoder.decode(whole), error) from None
            lines = [*io.StringIO(text.removeprefix("\ufeff") if number == 0 else text, newline="")]
            rest = lines.pop() if piece and lines and lines[-1][-1] not in "\r\n" else ""
            number += len(lines)
            yield from lines

    def _not_decodable(self, number: int, before: str, error: UnicodeDecodeError) -> InputError:
        """Return the error for a byte that cannot be decoded, after so many lines and a text."""
        *ended, last = re.split("\r\n|\r|\n", before)
        line, column, byte = number + len(ended) + 1, len(last) + 1, error.object[error.start]
        other = "utf-16" if line == column == 1 and byte >= 0xFE else "cp1252"
        why = f"column {column} has the byte 0x{byte:02x}, which is not {self._encoding}"
        return self.problem(line, f"{why}: give --encoding, as {other}")

    def problem(self, line: int, why: str) -> InputError:
        """Return the error for a line."""
        return InputError(f"{self.name}, line {line}: {why}")

    def _json_rows(self) -> Iterator[Row]:
        number = 0
        for line, text in enumerate(self._lines(), 1):
            if not text.strip():
                continue
            value = parse_json(text, f"{self.name}, line {line}", one_line=True)
            if not isinstance(value, dict):
                raise self.problem(line, f"must be a JSON object, got {type(value).__name__}")
            number += 1
            yield Row(number, line, value)

    def _csv_rows(self) -> Iterator[Row]:
        csv.field_size_limit(_COLUMN_LIMIT)
        lines = self._lines()
        first = next(lines, "")
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(_again(first, lines), delimiter=delimiter, strict=True)
        header: list[str] | None = None
        number, line = 0, 1
        try:
            for values in reader:
                if header is None:
                    header = self._checked_header(values)
                elif values:
                    if len(values) != len(header):
                        raise self.problem(line, f"has {len(values)} values, but the header has {len(header)} columns")
                    number += 1
                    yield Row(number, line, dict(zip(header, values, strict=True)))
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.problem(line, f"is not valid CSV: {error}") from None

    def _checked_header(self, values: Sequence[str]) -> list[str]:
        header = [value.strip() for value in values]
        doubled = [name for at, name in enumerate(header) if name in header[:at]]
        if doubled or not all(header):
            why = f"the column {doubled[0]!r} occurs twice" if doubled else "a column has no name"
            raise self.problem(1, f"{why}: the first line must name the columns")
        return header


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


Merge = Callable[[Mapping[str, Any]], Any]


class Merger:
    """Makes an email of each row: `{{column}}` in a text is replaced by the value of the row."""

    def __init__(self, fields: Mapping[str, Any], recipient: str | None) -> None:
        """
        Prepare the fields of all emails.

        Args:
            fields: The fields of the email, in whose texts columns are replaced.
            recipient: The recipient, such as `{{name}} <{{email}}>`; None for the column `to` or `email`.
        """
        self._fields = {name: _prepared(value, escaped=name == "html_body") for name, value in fields.items()}
        self._recipient = None if recipient is None else _address(recipient)
        self._templated = "template_id" in fields or "template_alias" in fields

    def email(self, row: Row, key: str | None) -> AddressedEmail:
        """
        Return the email of a row.

        Raises:
            InvalidEmail: A column is missing, or a value is not valid.
        """
        values = row.values
        fields = {name: merge(values) for name, merge in self._fields.items()}
        fields["to"] = self._recipient(values) if self._recipient else _usual_recipient(values)
        if key is not None and "idempotency_key" not in fields:
            fields["idempotency_key"] = key
        if self._templated:
            fields["template_model"] = values
        return build(fields)


def _prepared(value: Any, *, escaped: bool) -> Merge:
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return lambda values: _PLACEHOLDER.sub(lambda found: _value(values, found[1], escaped), value)
    if isinstance(value, Mapping):
        parts = {name: _prepared(item, escaped=escaped) for name, item in value.items()}
        return lambda values: {name: merge(values) for name, merge in parts.items()}
    if isinstance(value, list):
        items = [_prepared(item, escaped=escaped) for item in value]
        return lambda values: [merge(values) for merge in items]
    return lambda _: value


def _value(values: Mapping[str, Any], name: str, escaped: bool) -> str:
    if name not in values:
        known = ", ".join(map(str, values))
        raise InvalidEmail(f"there is no column {name!r}; the columns are {known}", field=name)
    value = values[name]
    if isinstance(value, (dict, list)):
        raise InvalidEmail(f"the column {name!r} must be a text or a number, got {type(value).__name__}", field=name)
    text = "" if value is None else str(value)
    return html.escape(text) if escaped else text


def _address(pattern: str) -> Merge:
    """Prepare a recipient. A name in front of `<...>` may have any characters: it is not parsed."""
    named = _NAMED.fullmatch(pattern)
    if named is None:
        return _prepared(pattern, escaped=False)
    name, email = (_prepared(part.strip('"'), escaped=False) for part in named.groups())
    return lambda values: Address(email(values).strip(), name(values).strip())


def _usual_recipient(values: Mapping[str, Any]) -> Any:
    for name in ("to", "email"):
        if name in values:
            return values[name]
    raise InvalidEmail("there is no column 'to' or 'email': name the recipient by --to '{{column}}'", field="to")
