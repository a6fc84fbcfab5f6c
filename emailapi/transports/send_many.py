"""Sending any number of emails with several requests at once: the iterator that `send_many` returns."""

from __future__ import annotations

import os
import threading
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent import futures
from functools import partial
from operator import attrgetter
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Any

import attrs

from .._closing import Closing
from .._delivery import add_note
from .._records import Record
from .._signals import raised_by_signal
from ..errors import ConfigurationError, Outcome
from ..models.outbound import BatchItem
from .base import BaseTransport
from .batch import Batch
from .chunk_jobs import ChunkJob, Reader, deliver_in_turn

if TYPE_CHECKING:
    from typing import Self

Progress = Callable[[int, "int | None"], object]


@attrs.frozen(kw_only=True)
class SendingCounts(Record):
    """
    The progress of a sending.

    Attributes:
        accepted: Emails that were accepted.
        not_sent: Emails that were surely not sent.
        unknown: Emails that may have been sent.
    """

    accepted: int = 0
    not_sent: int = 0
    unknown: int = 0


def _start_pool(workers: int) -> futures.ThreadPoolExecutor | None:
    """Return a pool of worker threads; None while the interpreter shuts down, when no thread can be started."""
    try:
        return futures.ThreadPoolExecutor(workers, thread_name_prefix="emailapi-send")
    except RuntimeError:  # raised by the import of the module during shutdown
        return None


class Sending(Closing, Iterator[BatchItem]):
    """
    Many emails being sent: an iterator of each email's result or error, in the order of the input.

    The first requests are under way when `send_many` returns. From then on a chunk is taken from the input whenever
    the results of another chunk have been read, so that memory stays the same however many emails there are. Leaving
    the `with` block early stops the sending: requests under way are waited for, nothing else is sent.

    Emails are taken from the input, and sent, before the results of earlier ones are read: up to `read_ahead` emails.
    A program that keeps a journal of the results, and crashes, does not know the outcome of up to that many emails
    after the last one in its journal. It sends the remaining emails again with `check_first_limit=` this number.

    Several threads may read one sending: each result is returned once. A forked child cannot read it. While the
    interpreter shuts down - in a thread that outlives the main thread, or in an `atexit` handler - there are no worker
    threads: each chunk is sent by the thread that reads its results.

    Attributes:
        read_ahead: The most emails that are taken from the input beyond those whose results were read:
            (2 x workers + 1) x chunk_size.
    """

    read_ahead: int

    def __init__(
        self,
        transport: BaseTransport[Any],
        chunks: Iterator[Batch[Any]],
        progress: Progress | None,
        total: int | None,
        *,
        workers: int,
        chunk_size: int,
        check_first: int,
        in_flight: set[str],
    ) -> None:
        """Start sending."""
        self._chunks = chunks
        self._transport = transport
        self._in_flight = in_flight
        self._window = 2 * workers  # as many chunks are prepared as wait for their responses
        self.read_ahead = (self._window + 1) * chunk_size
        self._progress = progress
        self._total = total
        self._broken: BaseException | None = None
        self._ended = False
        self._is_taking = False
        self._stopped, self._reader = Event(), Reader()
        deliver = partial(transport._deliver_batch, check_first=check_first)
        self._work = partial(deliver_in_turn, deliver, self._stopped, self._reader)
        self._done = 0
        self._tally = dict.fromkeys(Outcome, 0)
        self._ready: deque[BatchItem] = deque()
        self._pending: deque[ChunkJob] = deque()
        self._pid = os.getpid()
        self._lock = threading.RLock()  # reentrant: `progress` and signal handlers may read
        self._pool = _start_pool(workers)
        self._alone = self._pool is None
        self._fill()

    def _fill(self) -> None:
        """Take chunks from the input, in the caller's thread, until enough are under way."""
        try:
            while not self._ended and not self._is_taking and len(self._pending) < (1 if self._alone else self._window):
                try:
                    chunk = None if self._stopped.is_set() else self._take_chunk()
                except Exception as error:
                    if raised_by_signal(error):
                        raise
                    # Emails taken before come first: an exception of the input must not lose their results.
                    self._broken, chunk = error, None
                if chunk is None:
                    self._end()
                else:
                    job = ChunkJob(chunk, self._transport, self._work)
                    self._pending.append(job)
                    self._start(job)
        except BaseException as passing:
            self._give_up(passing)
            raise

    def _take_chunk(self) -> Batch[Any] | None:
        self._is_taking = True  # the input, or a signal handler, may read this sending meanwhile
        try:
            return next(self._chunks, None)
        finally:
            self._is_taking = False

    def _give_up(self, passing: BaseException) -> None:
        """Send nothing more after Ctrl-C or an exception of a signal handler, and note what may have been sent."""
        self._stop()
        keys = [key for job in tuple(self._pending) for key in job.keys]
        if keys:
            add_note(passing, "send_many: the email may have been sent", keys)

    def _start(self, job: ChunkJob) -> None:
        """Hand a chunk to the workers; if there are none, the reader of its results sends it."""
        if self._pool is None or self._alone:
            return
        try:
            self._pool.submit(job.run)
        except RuntimeError:  # the interpreter shuts down, or the system has no more threads
            self._alone = True
        else:
            sleep(0)  # otherwise the worker would wait for a switch of threads before it writes

    def _end(self) -> None:
        self._ended = True
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    def _stop(self) -> None:
        """Send nothing more: retries are given up, and waiting chunks are not sent."""
        self._stopped.set()
        for job in tuple(self._pending):
            job.cancel()
        self._end()

    def __repr__(self) -> str:
        """Say how far the sending is: the results that were read."""
        counts, total = self.counts, "?" if self._total is None else self._total
        parts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in attrs.asdict(counts).items() if count)
        return f"<Sending: {self._done} of {total} emails done{f' ({parts})' if parts else ''}>"

    def __iter__(self) -> Self:
        """Return this sending."""
        return self

    def __next__(self) -> BatchItem:
        """
        Return the next email's `SendResult`, or the exception that it failed with.

        Raises:
            StopIteration: There are no more emails. An exception of the input itself is raised here, in its place.
            ConfigurationError: This process is a forked child of the sending one; or the input reads all results of
                the emails that were taken from it, and waits for its own end.
        """
        if self._pid != os.getpid():
            raise ConfigurationError(
                f"this sending belongs to process {self._pid}, which sends the emails: a forked child cannot read it"
            )
        item: BatchItem | None = None
        try:
            with self._lock:
                while not self._ready:
                    self._read_on()
                item = self._ready[0]
                del self._ready[0]  # no call, after which a signal handler could raise
            return item
        except BaseException:
            if item is not None:
                self._ready.appendleft(item)
            raise

    def _read_on(self) -> None:
        """Wait for the results of the next chunk, and start another one."""
        self._reader.note()
        if not self._pending:
            if self._is_taking and not self._ended:
                raise ConfigurationError(
                    "the input of send_many waits for the results of emails that it has not yielded yet: "
                    "read the sending outside its input"
                )
            broken, self._broken = self._broken, None
            raise StopIteration if broken is None else broken
        self._take_first()
        self._fill()
        if self._progress is not None:
            self._progress(self._done, self._total)

    def _take_first(self) -> None:
        job = self._pending[0]
        if self._alone:
            job.run()
        try:
            items = job.wait()
        except BaseException as passing:
            self._give_up(passing)
            raise
        outcomes = Counter(map(attrgetter("outcome"), items))
        tally = {outcome: count + outcomes[outcome] for outcome, count in self._tally.items()}
        done = sum(tally.values())
        if not self._pending or self._pending[0] is not job:
            return  # a signal handler has read it meanwhile
        # Without a call in between, after which a signal handler could raise: no result may be lost.
        self._done, self._tally = done, tally
        self._in_flight -= job.chunk.keys
        del self._pending[0]
        self._ready.extend(items)

    @property
    def counts(self) -> SendingCounts:
        """The number of emails by outcome, of the results that were read."""
        return SendingCounts(
            accepted=self._tally[Outcome.ACCEPTED],
            not_sent=self._tally[Outcome.NOT_SENT],
            unknown=self._tally[Outcome.UNKNOWN],
        )

    def wait(self) -> SendingCounts:
        """Send all remaining emails, and return the number of emails by outcome."""
        for _ in self:
            pass
        return self.counts

    def close(self) -> None:
        """
        Take no more emails from the input, and wait for requests under way.

        The results of the emails that were taken can still be read; those that were not sent have an error. In a
        forked child this does nothing.
        """
        if self._pid != os.getpid():
            return
        self._stop()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        with self._lock:
            while self._pending:
                self._take_first()

    def __del__(self) -> None:
        """
        Warn of emails that are not sent.

        If no result was ever read, the emails that were taken from the input are still sent. Otherwise the reader has
        left early, and nothing more is sent.
        """
        if not getattr(self, "_pending", None) or self._pid != os.getpid():
            return
        if self._reader.has_read or self._alone:
            self._stop()
        else:
            self._end()
        taken = self._done + sum(job.chunk.count for job in self._pending if not job.cancelled)
        rest = "the remaining emails" if self._total is None else str(self._total - taken)
        warnings.warn(
            f"a sending was discarded before its end: {taken} emails were taken, {rest} are not sent; "
            "read its results, or call wait()",
            RuntimeWarning,
            stacklevel=2,
        )
