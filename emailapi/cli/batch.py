"""`emailapi batch`: send an email for each row of a file."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import uuid
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from .declaring import add_connection, describe, open_client, positive, seconds, standard_input
from .email_options import add_content, content_of, request_of
from .failures import InputError
from .journal import Journal, digests
from .output import counted, dump, is_json
from .process import Interruptions, say
from .row_sending import RowsSending
from .rows import Merger, RowsFile

if TYPE_CHECKING:
    from ..client import Client

_EXAMPLES = """
emailapi batch people.csv --template welcome --resume run.jsonl
emailapi batch people.csv --to '{{name}} <{{email}}>' --subject 'Hi {{name}}' --text-file news.txt
emailapi batch people.csv --template welcome --stream broadcast --dry-run
"""
# How many wrong rows are told.
_TOLD = 20


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    text = (
        "Send an email for each row of a CSV or JSON lines file. The columns are the values for the template; without a"
        " template, {{column}} in subject, bodies, addresses, tag, headers and metadata is replaced by the value. All"
        " rows are checked before the first email is sent. With --resume, a batch that was stopped in any way goes on"
        " where it stopped when the same command is run again: no email is sent twice, and none is left out."
    )
    describe(parser, text, _EXAMPLES)
    add = parser.add_argument
    add("file", metavar="FILE", help="the rows; - reads standard input")
    add("--to", metavar="TEXT", help="recipient, as '{{name}} <{{email}}>' (default: the column to or email)")
    add_content(parser)
    add("--idempotency-key", metavar="TEXT", help="key of each email, as 'news-7-{{id}}'; made up without it")
    add("--encoding", default="utf-8", metavar="NAME", help="encoding of the file (default utf-8)")
    add("--resume", metavar="JOURNAL", help="keep a journal in this file, and go on where it ends")
    delay = "after a crash, look for emails that may have been sent at the earliest S seconds later (default 10)"
    add("--lookup-delay", type=seconds, default=10.0, metavar="S", help=delay)
    add("--workers", type=positive, default=4, metavar="N", help="requests at a time (default 4)")
    add("--chunk-size", type=positive, default=500, metavar="N", help="emails in a request (default 500)")
    add("--dry-run", action="store_true", help="check all rows, and print the first request instead")
    add_connection(parser, run)


def run(options: argparse.Namespace) -> int:
    """Check all rows, and send those that the journal does not have."""
    from ..client import Client
    from ..settings import resolve_base_url

    if options.file == "-" and "-" in (options.text, options.html):
        raise InputError("only one option can read standard input")
    with ExitStack() as entered:
        rows = RowsFile(options.file, entered.enter_context(_open(options.file)), options.encoding)
        fields = _fields(options)
        merger = Merger(fields, options.to)
        with Client.in_memory() as checking:
            first, count = _check(rows, merger, checking)
        if options.dry_run:
            _show_first(options, first, count)
            return 0
        client = entered.enter_context(open_client(options))
        journal = None
        run_id = uuid.uuid4().hex[:16]
        if options.resume is not None:
            batch = {
                "input": rows.digest(),
                "rows": count,
                "email": digests({"to": options.to, **fields, "sender": _sender(fields)}),
                "service": resolve_base_url(None, False),
            }
            journal = entered.enter_context(Journal(options.resume, batch, run_id))
        signals = entered.enter_context(Interruptions())
        return RowsSending(options, client, rows, merger, journal, count, run_id).run(signals)


def _open(path: str) -> BinaryIO:
    """Open a file that can be read more than once: standard input or a pipe is copied first."""
    try:
        source = standard_input() if path == "-" else open(path, "rb")  # noqa: SIM115 - the caller closes it
        if path != "-" and source.seekable():
            return source
        copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
        with nullcontext() if path == "-" else source:
            shutil.copyfileobj(source, copy)
        copy.seek(0)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    return copy


def _sender(fields: dict[str, Any]) -> object:
    from ..settings import from_environment

    return fields.get("sender") or from_environment("sender")[0]


def _fields(options: argparse.Namespace) -> dict[str, Any]:
    fields = content_of(options)
    if options.idempotency_key is not None:
        fields["idempotency_key"] = options.idempotency_key
    return fields


def _check(rows: RowsFile, merger: Merger, client: Client) -> tuple[dict[str, Any], int]:
    """
    Check all rows.

    Returns:
        The request of the first row, and the number of rows.

    Raises:
        InputError: Some are not valid; the message has the first of them, each with its line.
    """
    from ..errors import InvalidEmail

    problems: dict[str, tuple[int, int]] = {}  # the first line and the number of rows, by what is wrong
    row, first = None, {}
    for row in rows.rows():
        try:
            request = request_of(client, merger.email(row, "key"))
            if row.number == 1:
                first = request
        except InvalidEmail as error:
            line, count = problems.get(error.message, (row.line, 0))
            if count or len(problems) < _TOLD:
                problems[error.message] = (line, count + 1)
    if row is None:
        raise InputError(f"{rows.name} has no rows: nothing was sent")
    if problems:
        told = [f"line {line}: {why}{_others(count - 1)}" for why, (line, count) in problems.items()]
        raise InputError(f"{rows.name} is not valid, nothing was sent; {'; '.join(told)}")
    return first, row.number


def _others(count: int) -> str:
    return f" (and {counted(count, 'more row')})" if count else ""


def _show_first(options: argparse.Namespace, first: dict[str, Any], count: int) -> None:
    import json

    if is_json(options):
        say(dump({"rows": count, "first": first}))
    else:
        say(f"{counted(count, 'valid row')}; the first request:\n{json.dumps(first, indent=2, ensure_ascii=False)}")
