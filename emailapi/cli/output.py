"""The output of commands: tables on a terminal, JSON elsewhere, and errors in the same form."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from itertools import chain
from typing import Any

from ..errors import EmailAPIError
from .failures import advice, as_json, exit_code
from .process import say

Row = Mapping[str, Any]


def is_json(options: argparse.Namespace) -> bool:
    """Return whether a command writes JSON: with `--json`, or if the output has no terminal that shows tables."""
    if not hasattr(options, "json"):
        return False  # a command for people only
    return bool(options.json) or not is_terminal() or find_spec("rich") is None


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def dump(value: object) -> str:
    """Return JSON in one line; characters that standard output does not have are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def show_rows(options: argparse.Namespace, rows: Iterable[Row], columns: Sequence[str], empty: str) -> None:
    """
    Print rows: as a table with some columns, or as a JSON array with one row on each line.

    Rows are taken one by one. If the reader of a pipe is gone, no more of them are.

    Args:
        options: The options of the command.
        rows: The rows.
        columns: The columns of the table.
        empty: The line that a terminal shows if there are no rows.
    """
    if not is_json(options):
        taken = [*rows]
        if taken:
            _print_table(taken, columns)
        else:
            say(empty)
        return
    before = "["
    for row in rows:
        if not say(f"{before}\n{dump(row)}", end=""):
            return
        before = ","
    say("[]" if before == "[" else "\n]")


def show_record(options: argparse.Namespace, record: Row, names: Sequence[str] = ()) -> None:
    """Print one record: as a table of two columns with these fields (or all), or as a JSON object."""
    if is_json(options):
        say(dump(record))
    else:
        fields = [(name, record.get(name)) for name in names or record]
        _print_fields([(name, value) for name, value in fields if value not in (None, "", [], {})])


def show_line(options: argparse.Namespace, record: Row, text: str) -> bool:
    """Print one event of a command that goes on: a line of JSON, or a text; return whether it was written."""
    return say(dump(record) if is_json(options) else printable(text))


def printable(text: str) -> str:
    """Return a text without characters that control a terminal."""
    return "".join([character if character.isprintable() else " " for character in text])


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun; the plural ends in s unless it is given."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def cell(value: object) -> str:
    """Return a value as a text of one line for a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if value.keys() == {"email", "name"}:
            return printable(f"{value['name']} <{value['email']}>" if value["name"] else value["email"])
        return ", ".join([f"{name}={cell(item)}" for name, item in value.items() if item not in (None, "")])
    if isinstance(value, (list, tuple)):
        return ("; " if any(isinstance(item, Mapping) for item in value) else ", ").join(map(cell, value))
    text = str(value)
    if len(text) > 18 and text[4:5] == text[7:8] == "-" and text[10:11] == "T":
        return _local_time(text)
    return printable(text)


def _local_time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return printable(text)


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False, emoji=False, no_color="NO_COLOR" in os.environ or None)


def _print(table: Any) -> None:
    console = _console()
    with console.capture() as captured:
        console.print(table)
    say(captured.get(), end="")


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        # An id that is broken over two lines cannot be copied.
        table.add_column(name.upper().replace("_", " "), no_wrap=name in {"id", "message_id"}, overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell(row.get(name))) for name in columns])
    _print(table)


def _print_fields(fields: Iterable[tuple[str, object]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in chain(fields):
        table.add_row(Text(name.replace("_", " ")), Text(cell(value)))
    _print(table)


def report(error: Exception, options: argparse.Namespace) -> int:
    """
    Print an error to stderr, as a sentence or as JSON, and return the exit code.

    Errors that are not of this package are faults of this package: they are raised again.
    """
    if not isinstance(error, EmailAPIError):
        raise error
    text = dump({"error": as_json(error)}) if is_json(options) else printable(f"emailapi: {error}{advice(error)}")
    print(text, file=sys.stderr)
    return exit_code(error)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; gives a function that moves it on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)
