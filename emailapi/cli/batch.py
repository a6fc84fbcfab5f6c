"""`emailapi batch`: send an email for each row of a file."""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from time import sleep, time
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from .declaring import add_connection, describe, open_client, positive, seconds
from .email_options import add_content, content_of, request_of
from .failures import InputError, as_json, combined, exit_code
from .journal import Journal
from .output import dump, is_json, progress_bar, show_line
from .process import say
from .rows import Merger, Row, RowsFile

if TYPE_CHECKING:
    from ..client import Client
    from ..models.email import AddressedEmail
    from ..models.outbound import BatchItem
    from ..transports.send_many import Sending

_EXAMPLES = """
emailapi batch people.csv --template welcome --resume run.jsonl
emailapi batch people.csv --to '{{name}} <{{email}}>' --subject 'Hi {{name}}' --text-file news.txt
emailapi batch people.csv --template welcome --stream broadcast --dry-run
"""
# How many wrong rows are told.
_TOLD = 20
# Errors after which all other emails would fail, too: the token, and the connection.
_STOPPING = {3, 4}


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

    if options.file == "-" and "-" in (options.text, options.html):
        raise InputError("only one option can read standard input")
    with ExitStack() as entered:
        rows = RowsFile(options.file, entered.enter_context(_open(options.file)), options.encoding)
        merger = Merger(_fields(options), options.to)
        with Client.in_memory() as checking:
            first, count = _check(rows, merger, checking)
        if options.dry_run:
            _show_first(options, first, count)
            return 0
        client = entered.enter_context(open_client(options))
        journal = None
        run_id = uuid.uuid4().hex[:16]
        if options.resume is not None:
            journal = entered.enter_context(Journal(options.resume, rows.digest(), count, run_id))
        return _Batch(options, client, rows, merger, journal, count, run_id).run()


def _open(path: str) -> BinaryIO:
    """Open a file that can be read more than once: standard input is copied first."""
    if path != "-":
        try:
            return open(path, "rb")
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    for piece in iter(lambda: sys.stdin.buffer.read(1 << 20), b""):
        copy.write(piece)
    copy.seek(0)
    return copy


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
    return f" (and {count} more row{'s' * (count > 1)})" if count else ""


def _show_first(options: argparse.Namespace, first: dict[str, Any], count: int) -> None:
    import json

    if is_json(options):
        say(dump({"rows": count, "first": first}))
    else:
        say(f"{count} rows are valid; the first request:\n{json.dumps(first, indent=2, ensure_ascii=False)}")


class _Batch:
    """The sending of the rows of a file."""

    def __init__(
        self,
        options: argparse.Namespace,
        client: Client,
        rows: RowsFile,
        merger: Merger,
        journal: Journal | None,
        count: int,
        run_id: str,
    ) -> None:
        self._options, self._client, self._rows, self._merger = options, client, rows, merger
        self._journal, self._count = journal, count
        self._run_id = run_id if journal is None else journal.run
        self._skipped = 0 if journal is None else journal.accepted
        self._under_way: deque[tuple[Row, str]] = deque()
        self._codes: Counter[int] = Counter()
        self._outcomes = Counter(dict.fromkeys(("accepted", "not_sent", "unknown"), 0))

    def run(self) -> int:
        """Send, and print the results; return the exit code."""
        first = 0 if self._journal is None else self._journal.doubtful
        if first and self._journal is not None:
            sleep(
                min(max(self._journal.written_at + self._options.lookup_delay - time(), 0), self._options.lookup_delay)
            )
        interrupted = stopped = False
        with self._start(first) as sending, self._bar() as advance:
            try:
                for item in sending:
                    advance(1)
                    if self._take_result(item) in _STOPPING:
                        stopped = True
                        break
            except KeyboardInterrupt:
                interrupted = True
            sending.close()
            for item in sending:
                self._take_result(item, ending=True)
        self._summarize(interrupted or stopped)
        return 130 if interrupted else combined(self._codes)

    def _start(self, first: int) -> Sending:
        from ..resources.outbound import Outbound

        client = self._client
        outbound = client.outbound
        if self._options.template is not None:
            outbound = Outbound(client._session, client._options, outbound._templates)
        return outbound.send_many(
            self._emails(),  # type: ignore[arg-type] # emails from templates, too
            workers=self._options.workers,
            chunk_size=self._options.chunk_size,
            check_first_limit=first or None,
        )

    def _bar(self) -> Any:
        if is_json(self._options) or not sys.stderr.isatty():
            return nullcontext(lambda _: None)
        return progress_bar(self._count - self._skipped)

    def _emails(self) -> Iterator[AddressedEmail]:
        for row in self._rows.rows():
            if self._journal is not None:
                if not self._journal.remains(row.number):
                    continue
                self._journal.take(row.number)
            email = self._merger.email(row, f"{self._run_id}-{row.number}")
            self._under_way.append((row, ", ".join(address.email for address in email.to)))
            yield email

    def _take_result(self, item: BatchItem, *, ending: bool = False) -> int:
        """Note and print the result of an email, and return its exit code; `ending` is true after a stop."""
        from ..models.outbound import SendResult

        row, to = self._under_way.popleft()
        sent = isinstance(item, SendResult)
        outcome, code = item.outcome.value, 0 if isinstance(item, SendResult) else exit_code(item)
        if self._journal is not None:
            self._journal.note(row.number, outcome, item.message_id if isinstance(item, SendResult) else None)
        self._outcomes[outcome] += 1
        self._codes[code] += 1
        record: dict[str, Any] = {"line": row.line, "to": to, "outcome": outcome}
        if isinstance(item, SendResult):
            record["message_id"] = item.message_id
        else:
            record["error"] = as_json(item)
        # Emails that were not sent because the command was stopped are not reported one by one.
        if (not sent and not (ending and outcome == "not_sent")) or is_json(self._options):
            show_line(self._options, record, f"line {row.line}, {to}: {item}")
        return code

    def _summarize(self, ended_early: bool) -> None:
        done = self._skipped + self._outcomes.total()
        summary = {"rows": self._count, "skipped": self._skipped, **self._outcomes, "remaining": self._count - done}
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in summary.items() if number)
        show_line(self._options, summary, counts)
        again = self._outcomes["not_sent"] + self._outcomes["unknown"] + summary["remaining"]
        if again and (ended_early or self._journal is not None):
            advice = (
                f"run the same command again: it goes on with the other {again}"
                if self._journal is not None
                else "--resume JOURNAL would let the same command go on with the others"
            )
            print(f"emailapi: {advice}", file=sys.stderr)
