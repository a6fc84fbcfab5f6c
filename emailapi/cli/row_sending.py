"""The sending of the rows of a file, for `emailapi batch`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from time import sleep, time
from typing import TYPE_CHECKING, Any

from ..errors import EmailAPIError
from .failures import REJECTED, UNREACHABLE, as_json, combined, exit_code
from .journal import Journal
from .output import counted, is_json, progress_bar, show_line
from .process import Interruptions
from .rows import Merger, Row, RowsFile

if TYPE_CHECKING:
    from ..client import Client
    from ..models.email import AddressedEmail
    from ..models.outbound import BatchItem
    from ..transports.send_many import Sending

# Errors after which all other emails would fail, too: the token, and the connection.
_STOPPING = {3, 4}


class RowsSending:
    """The sending of the rows of a file, with the results printed and noted in a journal."""

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
        """
        Prepare the sending.

        Args:
            options: The options of the command.
            client: The client.
            rows: The rows, all of which were checked.
            merger: Makes emails of them.
            journal: The journal, if there is one.
            count: Number of rows.
            run_id: The id of the run, for the idempotency keys; the journal's takes precedence.
        """
        self._options, self._client, self._rows, self._merger = options, client, rows, merger
        self._journal, self._count = journal, count
        self._run_id = run_id if journal is None else journal.run
        self._skipped = 0 if journal is None else journal.accepted
        self._last = 0  # the last row that was taken
        self._items: deque[BatchItem] = deque()  # results, each of the first row under way
        self._under_way: deque[tuple[Row, str]] = deque()
        self._codes: Counter[int] = Counter()
        self._outcomes = Counter(dict.fromkeys(("accepted", "not_sent", "unknown"), 0))

    def run(self, signals: Interruptions) -> int:
        """
        Send, and print the results; return the exit code.

        Raises:
            JournalFailed: The journal cannot be written; the emails under way were waited for.
            KeyboardInterrupt: A signal has ended the command; likewise.
        """
        doubtful = 0
        if self._journal is not None and self._journal.doubtful:
            doubtful = self._journal.doubtful
            signals.raising = True
            self._wait_for_search(doubtful, self._journal.written_at)
            signals.raising = False
        ended: BaseException | None = None
        stopped = False
        with self._start(doubtful) as sending, self._bar() as advance:
            try:
                while not stopped and self._next(sending, signals):
                    stopped = self._take_result() in _STOPPING
                    advance(1)
            except (KeyboardInterrupt, EmailAPIError) as error:  # the second: of the journal, or of a row
                ended = error
                print("emailapi: waiting for the emails under way", file=sys.stderr)
            sending.close()
            self._items.extend(sending)
            while self._items:
                self._take_result(ending=True)
        if self._journal is not None:
            self._journal.release(self._last)
        self._summarize(ended is not None or stopped)
        if ended is not None:
            raise ended
        return self._code()

    def _next(self, sending: Sending, signals: Interruptions) -> bool:
        """Wait for the next result; a signal that comes meanwhile is raised, and loses no result."""
        if not self._items:
            signals.raising = True
            signals.check()
            self._items.extend(islice(sending, 1))
            signals.raising = False
        return bool(self._items)

    def _wait_for_search(self, doubtful: int, written_at: float) -> None:
        """Wait until the service finds emails that were accepted before a crash."""
        delay = self._options.lookup_delay
        left = min(max(written_at + delay - time(), 0), delay)
        if left:
            text = f"emailapi: up to {counted(doubtful, 'email')} may have been sent: looked up in {left:.0f} s"
            print(text, file=sys.stderr)
            sleep(left)

    def _code(self) -> int:
        """Return the exit code. Without a journal, emails that were accepted must not be sent by another try."""
        code = combined(self._codes)
        return REJECTED if code == UNREACHABLE and self._journal is None and self._outcomes["accepted"] else code

    def _start(self, doubtful: int) -> Sending:
        outbound: Any = self._client.outbound
        send = outbound.send_many if self._options.template is None else outbound.send_template_many
        sending: Sending = send(
            self._emails(),
            workers=self._options.workers,
            chunk_size=self._options.chunk_size,
            check_first_limit=doubtful or None,
        )
        return sending

    def _bar(self) -> Any:
        if is_json(self._options) or not sys.stderr.isatty() or self._skipped == self._count:
            return nullcontext(lambda _: None)
        return progress_bar(self._count - self._skipped)

    def _emails(self) -> Iterator[AddressedEmail]:
        for row in self._rows.rows():
            if self._journal is not None:
                if not self._journal.remains(row.number):
                    continue
                self._journal.take(row.number)
            self._last = row.number
            email = self._merger.email(row, f"{self._run_id}-{row.number}")
            self._under_way.append((row, ", ".join(address.email for address in email.to)))
            yield email

    def _take_result(self, *, ending: bool = False) -> int:
        """Note and print a result, and return the exit code of its email; `ending` is true after a stop."""
        from ..models.outbound import SendResult

        item, (row, to) = self._items.popleft(), self._under_way.popleft()
        outcome, code = item.outcome.value, 0 if isinstance(item, SendResult) else exit_code(item)
        self._outcomes[outcome] += 1
        self._codes[code] += 1
        if self._journal is not None:
            self._journal.note(row.number, outcome, item.message_id if isinstance(item, SendResult) else None)
        record: dict[str, Any] = {"line": row.line, "to": to, "outcome": outcome}
        if isinstance(item, SendResult):
            record["message_id"] = item.message_id
        else:
            record["error"] = as_json(item)
        # Emails that were not sent because the command was stopped are not reported one by one.
        if (code and not (ending and outcome == "not_sent")) or is_json(self._options):
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
