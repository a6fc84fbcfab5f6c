"""Many mails, several requests at once: what `send_many` returns."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event, main_thread
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING

import attrs

from ..errors import EmailAPIError, Outcome
from ..models.outbound import BatchItem
from .batches import Chunk, in_order, not_begun

if TYPE_CHECKING:
    from typing import Self

Progress = Callable[[int, "int | None"], object]
Deliver = Callable[[Chunk, Event], list[BatchItem]]


@attrs.frozen(kw_only=True)
class SendingCounts:
    """
    How far a sending is.

    Attributes:
        accepted: Mails that were accepted.
        not_sent: Mails that surely were not sent.
        unknown: Mails that may have been sent.
    """

    accepted: int = 0
    not_sent: int = 0
    unknown: int = 0


def _turn(deliver: Deliver, chunk: Chunk, stopped: Event, read: Event) -> list[BatchItem]:
    """Deliver a chunk when its turn has come, unless whoever was reading the results has left with the main thread."""
    if read.is_set() and not main_thread().is_alive():
        stopped.set()
    return deliver(chunk, stopped)


class Sending(Iterator[BatchItem]):
    """
    Many mails on their way: an iterator of what became of each, in the order of the input.

    The first requests are under way when `send_many` returns. From then on a chunk is taken from the input whenever
    the results of another were read, so that memory stays the same however many mails there are. Leaving its `with`
    block early stops it: what is under way is waited for, the rest is not sent.
    """

    def __init__(
        self,
        chunks: Iterator[Chunk],
        deliver: Deliver,
        workers: int,
        progress: Progress | None,
        total: int | None,
    ) -> None:
        """Begin at once."""
        self._chunks = chunks
        self._deliver = deliver
        self._window = 2 * workers  # while some wait for their answers, as many more are made ready
        self._progress = progress
        self._total = total
        self._broken: BaseException | None = None
        self._ended = False
        self._stopped, self._read = Event(), Event()
        self._done = 0
        self._tally = dict.fromkeys(Outcome, 0)
        self._ready: deque[BatchItem] = deque()
        self._pending: deque[tuple[Chunk, Future[list[BatchItem]]]] = deque()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="emailapi-send")
        self._fill()

    def _fill(self) -> None:
        """Take chunks from the input, in the caller's thread, until enough are under way."""
        while not self._ended and len(self._pending) < self._window:
            try:
                chunk = next(self._chunks, None)
            except Exception as error:
                # What was taken before comes first: its results must not be lost by what the input raised.
                self._broken, chunk = error, None
            except BaseException:  # Ctrl-C: nothing is sent from now on
                self._stop()
                raise
            if chunk is None:
                self._end()
            else:
                self._pending.append((chunk, self._pool.submit(_turn, self._deliver, chunk, self._stopped, self._read)))
                sleep(0)  # else the worker would wait for the interpreter to take turns before it writes

    def _end(self) -> None:
        self._ended = True
        self._pool.shutdown(wait=False)

    def _stop(self) -> None:
        """Send nothing from now on: what waits for another attempt gives up, what waits for its turn is not sent."""
        self._ended = True
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __iter__(self) -> Self:
        """Return this sending."""
        return self

    def __next__(self) -> BatchItem:
        """
        Return what became of the next mail: its `SendResult`, or the exception it met.

        Raises:
            StopIteration: There are no more mails. Whatever the input itself raised is raised here, in its place.
        """
        self._read.set()
        while not self._ready:
            if not self._pending:
                broken, self._broken = self._broken, None
                if broken is not None:
                    raise broken
                raise StopIteration
            items = self._result(*self._pending[0])
            self._pending.popleft()
            self._take(items)
            self._fill()
            if self._progress is not None:
                self._progress(self._done, self._total)
        return self._ready.popleft()

    def _result(self, chunk: Chunk, future: Future[list[BatchItem]]) -> list[BatchItem]:
        try:
            return future.result()
        except CancelledError:
            return in_order(chunk, {}, not_begun())
        except EmailAPIError as error:
            return in_order(chunk, {}, error)
        except BaseException:  # Ctrl-C: nothing is sent from now on
            self._stop()
            raise

    @property
    def counts(self) -> SendingCounts:
        """What became of the mails whose requests are over, as far as they were read."""
        return SendingCounts(
            accepted=self._tally[Outcome.ACCEPTED],
            not_sent=self._tally[Outcome.NOT_SENT],
            unknown=self._tally[Outcome.UNKNOWN],
        )

    def wait(self) -> SendingCounts:
        """Send all that is left, and return how many mails became of what."""
        for _ in self:
            pass
        return self.counts

    def close(self) -> None:
        """
        Take nothing more from the input, and wait for what is under way.

        What became of the mails that were taken can still be read: those that were not sent say so.
        """
        self._stop()
        self._pool.shutdown(wait=True)
        while self._pending:
            self._take(self._result(*self._pending.popleft()))

    def _take(self, items: list[BatchItem]) -> None:
        for item in items:
            self._tally[item.outcome] += 1
        self._done += len(items)
        self._ready.extend(items)

    def __enter__(self) -> Self:
        """Return this sending."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait for what is under way; after an exception, or an early exit, the rest is not sent."""
        self.close()

    def __del__(self) -> None:
        """
        Warn of mails that are not sent.

        Whoever never read a result wants what was taken to be sent; whoever stopped reading left early.
        """
        if not getattr(self, "_pending", None):
            return
        if self._read.is_set():
            self._stop()
        else:
            self._end()
        taken = self._done + sum(chunk.count for chunk, future in self._pending if not future.cancelled())
        rest = "those behind them" if self._total is None else str(self._total - taken)
        warnings.warn(
            f"a sending was dropped before its end: {taken} mails were taken, {rest} are not sent; "
            "read its results, or call wait()",
            RuntimeWarning,
            stacklevel=2,
        )
