"""Options that several commands share, and the values that they accept."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import ConfigurationError
from .failures import InputError

if TYPE_CHECKING:
    from ..client import Client
    from ..models.listing import Page

Run = Callable[[argparse.Namespace], "int | None"]


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help whose description is wrapped; examples keep their lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        fill = super()._fill_text if "\n" in text else argparse.HelpFormatter(self._prog)._fill_text
        return fill(text, width, indent)


def describe(parser: argparse.ArgumentParser, description: str, examples: str = "") -> None:
    """Give a command its description and its examples, one a line."""
    parser.description = description
    if examples:
        parser.formatter_class = _Help
        parser.epilog = "examples:\n" + "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="write JSON, on a terminal, too")


def add_connection(parser: argparse.ArgumentParser, run: Run) -> None:
    """Add the options of a command that uses the API, and the function that runs it."""
    parser.add_argument(
        "--token-file", metavar="FILE", help="read the server token from this file, not from EMAILAPI_SERVER_TOKEN"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def add_actions(parser: argparse.ArgumentParser) -> Callable[..., argparse.ArgumentParser]:
    """Let a command have actions, as `list` and `get`; return a function that adds one."""
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)

    def add(name: str, run: Run, summary: str, examples: str = "") -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=summary, allow_abbrev=False)
        describe(action, summary[0].upper() + summary[1:] + ".", examples)
        add_connection(action, run)
        return action

    return add


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add `--limit` and `--all`, for lists."""
    parser.add_argument("--limit", type=positive, default=20, metavar="N", help="the most rows (default 20)")
    parser.add_argument("--all", action="store_true", help="all rows")


def add_dates(parser: argparse.ArgumentParser) -> None:
    """Add `--from-date` and `--to-date`."""
    for name, place in (("--from-date", "from"), ("--to-date", "to")):
        text = f"{place} this day (US Eastern, as the service counts) or time, as 2026-11-01 or 2026-11-01T10:00+01:00"
        parser.add_argument(name, type=moment, metavar="DATE", help=text)


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add `--yes`, for what destroys."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def confirm(options: argparse.Namespace, question: str) -> None:
    """
    Ask a person before something is destroyed, unless `--yes` is given.

    Raises:
        InputError: There is no terminal to ask on, or the person did not say yes.
    """
    if options.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(f"{question} Nothing was done: confirm with --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise InputError("nothing was done")


def positive(text: str) -> int:
    """Convert a positive whole number."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return number


def port(text: str) -> int:
    """Convert the number of a port, 0 for a free one."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"must be a port from 0 to 65535, got {text}")
    return number


def http_url(text: str) -> str:
    """Check a URL that a command sends requests to."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not text.isascii() or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"must be a URL as http://localhost:5000/hooks, got {text!r}")
    return text


def seconds(text: str) -> float:
    """Convert a number of seconds, 0 or more."""
    number = float(text)
    if not 0 <= number < 1e9:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, got {text}")
    return number


def moment(text: str) -> date:
    """Convert a date, or a time; a time without a zone is in the zone of this machine."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a date as 2026-11-01, or a time, got {text!r}") from None
    return found if found.tzinfo else found.astimezone()


def pair(text: str) -> tuple[str, str]:
    """Convert NAME=VALUE."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, got {text!r}")
    return name.strip(), value


def json_value(text: str) -> object:
    """Return a number or a Boolean as such, and another text as a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (bool, int, float)) else text


def parse_json(text: str, where: str, *, one_line: bool = False) -> Any:
    """
    Return the value of a JSON text.

    Args:
        text: The text.
        where: The place of the text, for the error.
        one_line: Whether the text is a line of a file, so that only the column is told.

    Raises:
        InputError: The text is not valid JSON; the message has line and column.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = "" if one_line else f"line {error.lineno}, "
        why = f"{line}column {error.colno} is not valid JSON: {error.msg}"
    except RecursionError:
        why = "JSON is nested too deeply"
    except ValueError:  # Python reads no number of thousands of digits
        why = "JSON has a number that is too long"
    raise InputError(f"{where}: {why}")


def json_object(text: str) -> Mapping[str, Any]:
    """Convert a JSON object: the text itself, the file of `@FILE`, or standard input for `-`."""
    if text == "-" or text.startswith("@"):
        text, source = read_text("-" if text == "-" else text[1:]), text
    else:
        source = "the model"
    value = parse_json(text, source)
    if not isinstance(value, dict):
        raise InputError(f"{source} must be a JSON object, got {type(value).__name__}")
    return value


def standard_input() -> BinaryIO:
    """
    Return standard input, as bytes.

    Raises:
        InputError: Standard input is closed.
    """
    if sys.stdin is None:
        raise InputError("standard input is closed: `-` cannot be read")
    return sys.stdin.buffer


def read_text(path: str) -> str:
    """
    Read a text file, or standard input for `-`, as UTF-8.

    Raises:
        InputError: The file cannot be read, or is not UTF-8; the message names the line.
    """
    try:
        if path == "-":
            source = standard_input()
            if sys.stdin.isatty():
                print("Type the text, and end it with Ctrl-D.", file=sys.stderr)
            content = source.read()
        else:
            with open(path, "rb") as file:
                content = file.read()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path} is not UTF-8: line {line} has the byte 0x{content[error.start]:02x}") from None


def open_client(options: argparse.Namespace, **settings: Any) -> Client:
    """
    Create a client with the token of `--token-file` or of the environment.

    Raises:
        ConfigurationError: There is no token, or the file cannot be read.
    """
    from ..client import Client

    return Client(token_of(options.token_file), **settings)


def token_of(path: str | None) -> str | None:
    """
    Return the token in a file; None without a file, for the environment's.

    Raises:
        ConfigurationError: There is no token, or the file cannot be read.
    """
    from .._secrets import Secret
    from ..settings import VARIABLES, from_environment

    if path is None:
        if not from_environment("server token")[0]:
            raise ConfigurationError(f"no token: set {VARIABLES['server token'][0]}, or give --token-file")
        return None
    try:
        with open(path, encoding="utf-8") as file:
            token = Secret(file.read().strip())
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not a text"
        raise ConfigurationError(f"token file {path} cannot be read: {why}") from None
    if not token:
        raise ConfigurationError(f"token file {path} is empty")
    return token


def taken(options: argparse.Namespace, page: Page[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows that `--limit` and `--all` allow, reading page after page."""
    return (record.to_dict() for record in islice(page.iter_all(), None if options.all else options.limit))


def page_size(options: argparse.Namespace) -> int:
    """Return the number of rows to ask for at once."""
    return 500 if options.all else min(int(options.limit), 500)


def given(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Return the options of these names that were given, to be arguments of a call."""
    found = {name: getattr(options, name) for name in names}
    return {name: value for name, value in found.items() if value is not None and value != []}
