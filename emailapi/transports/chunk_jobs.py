"""One chunk of a sending: delivered once, by a worker thread or by the thread that reads its results."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from ..errors import DeliveryUnknown, EmailAPIError
from ..models.outbound import BatchItem
from .base import BaseTransport
from .batch import Batch, not_started

# Stands for the claim of a chunk that is not to be sent.
_CANCELLED = object()

Deliver = Callable[[Batch[Any], threading.Event], list[BatchItem]]


class ChunkJob:
    """
    A chunk that is being sent.

    Attributes:
        chunk: The chunk.
    """

    def __init__(
        self, chunk: Batch[Any], transport: BaseTransport[Any], work: Callable[[Batch[Any]], list[BatchItem]]
    ) -> None:
        """Create a job that waits for `run`."""
        self.chunk = chunk
        self._transport = transport
        self._work = work
        # Who has claimed the chunk. `setdefault` is one step, also for signal handlers: they could raise between taking
        # a lock and noting it, so that no thread would deliver the chunk, and the wait for it would never end.
        self._claim: dict[str, object] = {}
        self._done = threading.Event()
        self._items: list[BatchItem] | None = None
        self._broken: BaseException | None = None

    def run(self) -> None:
        """
        Deliver the chunk, unless its delivery has begun elsewhere or it was cancelled.

        A pool that rejects a job because it cannot start a thread may have queued the job for an existing thread.
        """
        run = object()
        try:
            if self._claim.setdefault("chunk", run) is run:
                self._items = self._work(self.chunk)
        except EmailAPIError as error:
            self._items = self.chunk.items({}, error)
        except BaseException as error:  # Ctrl-C in the reader's own thread, or a fault of a hook
            if self._claim.get("chunk") is not run:
                raise
            self._broken = error
        finally:
            if self._claim.get("chunk") is run:
                self._done.set()

    def cancel(self) -> None:
        """Send nothing, unless the delivery has begun."""
        self._claim.setdefault("chunk", _CANCELLED)

    @property
    def cancelled(self) -> bool:
        """Whether the chunk was cancelled before its delivery began."""
        return self._claim.get("chunk") is _CANCELLED

    @property
    def keys(self) -> list[str | None]:
        """The keys that the emails carry, once their delivery has begun."""
        if self.cancelled or not self._claim:
            return []
        return [getattr(payload, "idempotency_key", None) for payload in self.chunk.payloads.values()]

    def wait(self) -> list[BatchItem]:
        """Wait for the results of the chunk's emails; an exception that interrupted the delivery is raised once."""
        if self.cancelled:
            return self.chunk.items({}, not_started())
        if self._items is None and self._broken is None:
            self._done.wait()
        broken, self._broken = self._broken, None
        if broken is not None:
            raise broken
        return _interrupted(self._transport, self.chunk) if self._items is None else self._items


def _interrupted(transport: BaseTransport[Any], batch: Batch[Any]) -> list[BatchItem]:
    """Return the errors of a batch whose delivery was interrupted at an unknown point."""
    unknown: dict[int, BatchItem] = {}
    for at, payload in batch.payloads.items():
        error = DeliveryUnknown("the delivery was interrupted: the email may have been sent", attempts=1)
        unknown[at] = transport._name_unknown(error, payload)
    return batch.items(unknown, not_started())


class Reader:
    """The reader of a sending's results; worker threads refer to this object only, not to the whole sending."""

    def __init__(self) -> None:
        """Create a reader that has read nothing."""
        self._last: tuple[threading.Thread, bool] | None = None

    @property
    def has_read(self) -> bool:
        """Whether reading has begun."""
        return self._last is not None

    def note(self) -> None:
        """Record that the current thread reads, and whether it does so while the interpreter shuts down."""
        self._last = threading.current_thread(), _interpreter_ends()

    def has_left(self) -> bool:
        """
        Whether the interpreter is shutting down and will not wait for the reader.

        An exception that ends the main thread in its loop over the results leaves the sending alive, in a global name
        or in the traceback. Without this check the workers would go on while the interpreter waits for them, and send
        every chunk that was prepared: 2,000 emails were measured instead of 1,500, and their results would
        have been lost.
        """
        if self._last is None or not _interpreter_ends():
            return False
        thread, read_while_ending = self._last
        return thread.daemon or (thread is threading.main_thread() and not read_while_ending)


def _interpreter_ends() -> bool:
    """
    Whether the main thread has ended, and the interpreter waits for other threads or calls `atexit` handlers.

    No public function tells: the main thread counts as alive while the threads of pools are waited for.
    """
    pools = sys.modules.get("concurrent.futures.thread")  # cannot be imported during shutdown
    return pools is None or getattr(pools, "_shutdown", False)


def deliver_in_turn(deliver: Deliver, stopped: threading.Event, reader: Reader, chunk: Batch[Any]) -> list[BatchItem]:
    """Deliver a chunk when its turn comes, unless the reader has ended with the main thread."""
    if reader.has_left():
        stopped.set()
    return deliver(chunk, stopped)
